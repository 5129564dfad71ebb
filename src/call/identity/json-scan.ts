import { isIndex, valueInJson } from './value-at.js';

/** Deeper values are left to the parser. */
const MAX_DEPTH = 64;

const QUOTE = 0x22;
const PLUS = 0x2b;
const COMMA = 0x2c;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const ESCAPABLE = Buffer.from('"\\/bfnrt');
const LITERALS = ['true', 'false', 'null'].map((literal) => Buffer.from(literal));

/** By byte: 1 for those that stand for themselves in a text. */
const IN_TEXT = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x20 && byte !== QUOTE && byte !== BACKSLASH ? 1 : 0,
);

/** In place of a position: the document is not JSON, or so unusual that the parser has to say. */
const UNUSUAL = -1;
/** In place of a number of names: the value is not on the path. */
const ASIDE = -1;

/**
 * Reads one value out of JSON without parsing it. All bytes are looked at, once: what follows may
 * repeat a name, and then the last one counts; or it may not be JSON after all. What is not plain is
 * left to `JSON.parse`, so that the result is always that of {@link valueInJson}.
 */
export class JsonScan {
  readonly #path: readonly string[];
  /** null where a name is not ASCII: bytes that are not UTF-8 could spell it, too. */
  readonly #names: readonly Uint8Array[] | null;
  /** By name: its number, where it is an index of a list; else -1. */
  readonly #indexes: readonly number[];
  #bytes: Uint8Array = new Uint8Array(0);
  #end = 0;
  /** -1 while the value was not found. */
  #foundAt = -1;
  #foundEnd = -1;

  /** @param path The names on the way to the value, at least one. */
  constructor(path: readonly string[]) {
    this.#path = path;
    const isPlain = path.every((name) => /^[\x20-\x7e]*$/.test(name));
    this.#names = isPlain ? path.map((name) => Buffer.from(name)) : null;
    this.#indexes = path.map((name) => (isIndex(name) ? Number(name) : -1));
  }

  /**
   * @param bytes Holds the document in UTF-8 in [`start`, `end`).
   * @returns As {@link valueInJson} does.
   */
  valueIn(bytes: Uint8Array, start: number, end: number): string | undefined {
    this.#bytes = bytes;
    this.#end = end;
    this.#foundAt = -1;
    if (this.#names === null || !this.#isPlain(start)) {
      return valueInJson(textIn(bytes, start, end), this.#path);
    }
    return this.#foundAt === -1 ? '' : this.#found();
  }

  #found(): string {
    const first = this.#bytes[this.#foundAt];
    if (first === OPEN_OBJECT || first === OPEN_LIST) return '';
    const text = textIn(this.#bytes, this.#foundAt, this.#foundEnd);
    if (first === QUOTE && !text.includes('\\')) return text.slice(1, -1);
    return String((JSON.parse(text) as string | number | boolean | null) ?? '');
  }

  #isPlain(start: number): boolean {
    const bytes = this.#bytes;
    const end = this.#end;
    const at = skipBlanks(bytes, start, end);
    // At no path of a plain value there is anything, and it would have to be parsed to be sure.
    if (at === end || (bytes[at] !== OPEN_OBJECT && bytes[at] !== OPEN_LIST)) return false;
    const after = this.#value(at, 0, 0);
    return after !== UNUSUAL && skipBlanks(bytes, after, end) === end;
  }

  /**
   * @param at Where the value begins, before the end.
   * @param names How many names of the path have led to it, or ASIDE.
   * @returns Where it ends, or UNUSUAL.
   */
  #value(at: number, depth: number, names: number): number {
    if (names === this.#path.length) {
      this.#foundAt = at;
      this.#foundEnd = this.#value(at, depth, ASIDE);
      return this.#foundEnd;
    }
    switch (this.#bytes[at]) {
      case QUOTE:
        return endOfString(this.#bytes, at, this.#end);
      case OPEN_OBJECT:
        return depth === MAX_DEPTH ? UNUSUAL : this.#object(at, depth + 1, names);
      case OPEN_LIST:
        return depth === MAX_DEPTH ? UNUSUAL : this.#list(at, depth + 1, names);
      default:
        return endOfNumberOrLiteral(this.#bytes, at, this.#end);
    }
  }

  #object(start: number, depth: number, names: number): number {
    const bytes = this.#bytes;
    const end = this.#end;
    let at = skipBlanks(bytes, start + 1, end);
    if (at < end && bytes[at] === CLOSE_OBJECT) return at + 1;
    while (at < end && bytes[at] === QUOTE) {
      const keyEnd = endOfString(bytes, at, end);
      if (keyEnd === UNUSUAL) return UNUSUAL;
      let below = ASIDE;
      if (names !== ASIDE) {
        // Escapes can spell any name.
        if (hasBackslash(bytes, at, keyEnd)) return UNUSUAL;
        if (this.#isName(names, at + 1, keyEnd - 1)) {
          below = names + 1;
          this.#foundAt = -1;
        }
      }
      at = skipBlanks(bytes, keyEnd, end);
      if (at === end || bytes[at] !== COLON) return UNUSUAL;
      at = skipBlanks(bytes, at + 1, end);
      if (at === end) return UNUSUAL;
      at = this.#value(at, depth, below);
      if (at === UNUSUAL) return UNUSUAL;
      at = skipBlanks(bytes, at, end);
      if (at === end) return UNUSUAL;
      if (bytes[at] === CLOSE_OBJECT) return at + 1;
      if (bytes[at] !== COMMA) return UNUSUAL;
      at = skipBlanks(bytes, at + 1, end);
    }
    return UNUSUAL;
  }

  #list(start: number, depth: number, names: number): number {
    const bytes = this.#bytes;
    const end = this.#end;
    let at = skipBlanks(bytes, start + 1, end);
    if (at < end && bytes[at] === CLOSE_LIST) return at + 1;
    const wanted = names === ASIDE ? -1 : this.#indexes[names];
    for (let index = 0; at < end; index++) {
      at = this.#value(at, depth, index === wanted ? names + 1 : ASIDE);
      if (at === UNUSUAL) return UNUSUAL;
      at = skipBlanks(bytes, at, end);
      if (at === end) return UNUSUAL;
      if (bytes[at] === CLOSE_LIST) return at + 1;
      if (bytes[at] !== COMMA) return UNUSUAL;
      at = skipBlanks(bytes, at + 1, end);
    }
    return UNUSUAL;
  }

  #isName(names: number, start: number, end: number): boolean {
    const name = this.#names![names]!;
    if (end - start !== name.length) return false;
    for (let at = 0; at < name.length; at++) {
      if (this.#bytes[start + at] !== name[at]) return false;
    }
    return true;
  }
}

/** @param start At its first quote. @returns After its last one, or UNUSUAL. */
function endOfString(bytes: Uint8Array, start: number, end: number): number {
  let at = start + 1;
  for (;;) {
    while (at < end && IN_TEXT[bytes[at]!] === 1) at++;
    if (at >= end) return UNUSUAL;
    if (bytes[at] === QUOTE) return at + 1;
    // What is left are control characters, which do not stand in texts.
    const escaped = bytes[at] === BACKSLASH && at + 1 < end ? bytes[at + 1]! : 0;
    if (ESCAPABLE.includes(escaped)) {
      at += 2;
    } else if (escaped === 0x75 && at + 6 <= end && areHex(bytes, at + 2, at + 6)) {
      at += 6;
    } else {
      return UNUSUAL;
    }
  }
}

function endOfNumberOrLiteral(bytes: Uint8Array, start: number, end: number): number {
  const first = bytes[start]!;
  if (first !== MINUS && !isDigit(first)) return endOfLiteral(bytes, start, end);
  const whole = first === MINUS ? start + 1 : start;
  let at = skipDigits(bytes, whole, end);
  if (at === whole || (bytes[whole] === ZERO && at > whole + 1)) return UNUSUAL;
  if (at < end && bytes[at] === POINT) {
    const fraction = at + 1;
    at = skipDigits(bytes, fraction, end);
    if (at === fraction) return UNUSUAL;
  }
  if (at === end || (bytes[at]! | 0x20) !== 0x65) return at;
  const sign = at + 1 < end ? bytes[at + 1] : 0;
  const exponent = sign === PLUS || sign === MINUS ? at + 2 : at + 1;
  at = skipDigits(bytes, exponent, end);
  return at === exponent ? UNUSUAL : at;
}

function endOfLiteral(bytes: Uint8Array, start: number, end: number): number {
  for (const literal of LITERALS) {
    const after = start + literal.length;
    if (after > end || bytes[start] !== literal[0]) continue;
    for (let at = 1; at < literal.length; at++) {
      if (bytes[start + at] !== literal[at]) return UNUSUAL;
    }
    return after;
  }
  return UNUSUAL;
}

function skipBlanks(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && bytes[at]! <= 0x20 && isBlank(bytes[at]!)) at++;
  return at;
}

function skipDigits(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && isDigit(bytes[at]!)) at++;
  return at;
}

function hasBackslash(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at] === BACKSLASH) return true;
  return false;
}

function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= NINE;
}

function areHex(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const lower = bytes[at]! | 0x20;
    if (!isDigit(bytes[at]!) && (lower < 0x61 || lower > 0x66)) return false;
  }
  return true;
}

function textIn(bytes: Uint8Array, start: number, end: number): string {
  const buffer = Buffer.isBuffer(bytes)
    ? bytes
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return buffer.toString('utf8', start, end);
}
