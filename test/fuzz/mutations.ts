import fc from 'fast-check';

/** One change of an input; numbers are taken modulo what there is. */
type Mutation =
  | { kind: 'set'; at: number; byte: number }
  | { kind: 'flip'; at: number; bit: number }
  | { kind: 'insert'; at: number; bytes: Uint8Array }
  | { kind: 'remove'; at: number; count: number }
  | { kind: 'repeat'; at: number; count: number; times: number }
  /** Takes a piece of another input. */
  | { kind: 'splice'; at: number; other: number; from: number; count: number }
  /** Puts a word of another input, or a number that is often the last or the first of its kind, for one. */
  | { kind: 'word'; at: number; other: number; word: number }
  | { kind: 'number'; at: number; text: string }
  /** Puts a value of JSON, or one of another input, for one; or for a whole list or object. */
  | { kind: 'value' | 'branch'; at: number; other: number; value: number }
  /** Exchanges two lines. */
  | { kind: 'swap'; a: number; b: number };

/** A changed input: which one it was, and what was done to it, in order. */
export interface Mutated {
  input: number;
  mutations: readonly Mutation[];
}

const MOST_BYTES = 65_536;
const MOST_REPEATED_BYTES = 4096;
const WORD = /[\w.$%-]+/g;
const NUMBER = /-?\d+(?:\.\d+)?/g;
/** A value of JSON that stands for itself, or a key. */
const VALUE = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?|true|false|null/g;
const BRACKETS: Readonly<Record<string, string>> = { '[': ']', '{': '}' };
const place = fc.nat();
const byte = fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 9, 10, 13, 32, 34, 44, 58, 127, 128, 255));
const count = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 8 }) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 600 }) },
);
const EDGES = [
  '0',
  '-1',
  '1',
  '255',
  '65535',
  '65536',
  '2147483647',
  '4294967295',
  '9007199254740993',
];
const WIDE = ['1e308', '-0', '0.1', '1e-9', 'NaN', 'null', '""', '[]', '{}', 'true', '"\\u0000"'];

const VALUES = [...EDGES, ...WIDE];

const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('value' as const, 'branch' as const),
    at: place,
    other: place,
    value: place,
  }),
  fc.record({ kind: fc.constant('set' as const), at: place, byte }),
  fc.record({ kind: fc.constant('flip' as const), at: place, bit: fc.nat(7) }),
  fc.record({
    kind: fc.constant('insert' as const),
    at: place,
    bytes: fc.uint8Array({ minLength: 1, maxLength: 12 }),
  }),
  fc.record({ kind: fc.constant('remove' as const), at: place, count }),
  fc.record({
    kind: fc.constant('repeat' as const),
    at: place,
    count,
    times: fc.integer({ min: 1, max: 40 }),
  }),
  fc.record({
    kind: fc.constant('splice' as const),
    at: place,
    other: place,
    from: place,
    count,
  }),
  fc.record({ kind: fc.constant('word' as const), at: place, other: place, word: place }),
  fc.record({
    kind: fc.constant('number' as const),
    at: place,
    text: fc.constantFrom(...VALUES),
  }),
  fc.record({ kind: fc.constant('swap' as const), a: place, b: place }),
);

/** Any input, changed a little. */
export const mutated: fc.Arbitrary<Mutated> = fc.record({
  input: place,
  mutations: fc.array(mutation, { minLength: 1, maxLength: 8 }),
});

/** Does what is said. @param inputs At least one; none is changed itself. */
export function mutate({ input, mutations }: Mutated, inputs: readonly Buffer[]): Buffer {
  let bytes = inputs[input % inputs.length]!;
  for (const one of mutations) {
    bytes = changed(bytes, one, inputs);
    if (bytes.length > MOST_BYTES) bytes = bytes.subarray(0, MOST_BYTES);
  }
  return bytes;
}

function changed(bytes: Buffer, mutation: Mutation, inputs: readonly Buffer[]): Buffer {
  const at = 'at' in mutation ? mutation.at % (bytes.length + 1) : 0;
  switch (mutation.kind) {
    case 'set':
      return replaced(bytes, at, at + 1, Buffer.of(mutation.byte));
    case 'flip':
      return replaced(bytes, at, at + 1, Buffer.of((bytes[at] ?? 0) ^ (1 << mutation.bit)));
    case 'insert':
      return replaced(bytes, at, at, mutation.bytes);
    case 'remove':
      return replaced(bytes, at, at + mutation.count, '');
    case 'repeat': {
      const piece = bytes.subarray(at, at + mutation.count);
      const times = Math.min(mutation.times, MOST_REPEATED_BYTES / Math.max(1, piece.length));
      return replaced(
        bytes,
        at,
        at,
        Buffer.concat(new Array<Buffer>(Math.floor(times)).fill(piece)),
      );
    }
    case 'splice': {
      const other = inputs[mutation.other % inputs.length]!;
      const from = mutation.from % (other.length + 1);
      return replaced(bytes, at, at, other.subarray(from, from + mutation.count));
    }
    case 'word': {
      const other = inputs[mutation.other % inputs.length]!.toString('latin1');
      const words = other.match(WORD) ?? [''];
      return withMatch(bytes, WORD, at, words[mutation.word % words.length] ?? '');
    }
    case 'number':
      return withMatch(bytes, NUMBER, at, mutation.text);
    case 'value':
    case 'branch': {
      const other = inputs[mutation.other % inputs.length]!.toString('latin1');
      const values = [...VALUES, ...(other.match(VALUE) ?? [])];
      const value = values[mutation.value % values.length]!;
      if (mutation.kind === 'value') return withMatch(bytes, VALUE, at, value);
      const [from, to] = branchAt(bytes, mutation.at);
      return replaced(bytes, from, to, from === to ? '' : value);
    }
    case 'swap': {
      const lines = bytes.toString('latin1').split('\n');
      const [a, b] = [mutation.a % lines.length, mutation.b % lines.length];
      [lines[a], lines[b]] = [lines[b]!, lines[a]!];
      return Buffer.from(lines.join('\n'), 'latin1');
    }
  }
}

function replaced(bytes: Buffer, from: number, to: number, by: Uint8Array | string): Buffer {
  const middle = typeof by === 'string' ? Buffer.from(by, 'latin1') : by;
  return Buffer.concat([bytes.subarray(0, from), middle, bytes.subarray(to)]);
}

/** Puts text for one of the matches; nothing is changed where there are none. */
function withMatch(bytes: Buffer, pattern: RegExp, at: number, by: string): Buffer {
  const matches = [...bytes.toString('latin1').matchAll(pattern)];
  const match = matches[at % Math.max(1, matches.length)];
  if (match === undefined) return bytes;
  return replaced(bytes, match.index, match.index + match[0].length, by);
}

/** Where one of the lists or objects of JSON begins and ends; nowhere where there is none. */
function branchAt(bytes: Buffer, at: number): [from: number, to: number] {
  const text = bytes.toString('latin1');
  const openings = [...text.matchAll(/[[{]/g)];
  const opening = openings[at % Math.max(1, openings.length)];
  if (opening === undefined) return [0, 0];
  const [open] = opening;
  let depth = 0;
  for (let end = opening.index; end < text.length; end++) {
    if (text[end] === open) depth += 1;
    else if (text[end] === BRACKETS[open]) depth -= 1;
    if (depth === 0) return [opening.index, end + 1];
  }
  return [0, 0];
}
