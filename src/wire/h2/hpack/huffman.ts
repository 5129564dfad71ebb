import { HpackError } from './hpack-error.js';

/**
 * Code lengths in bits of the bytes 0 to 255 (RFC 7541, appendix B). The code is canonical: codes
 * of one length are consecutive in byte order, so the lengths alone determine it.
 */
// prettier-ignore
const CODE_LENGTHS: readonly number[] = [
  13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28,
  28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28,
  6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6,
  5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10,
  13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
  7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6,
  15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5,
  6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28,
  20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23,
  24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24,
  22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23,
  21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23,
  26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25,
  19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27,
  20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23,
  26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26,
];
/** End of string: all ones. It never appears whole; its first bits are the padding. */
const EOS = 256;
const EOS_LENGTH = 30;
const MAX_PADDING_BITS = 7;

// A step of the decoder eats four bits. Entry: next state, the byte it emits, and these flags.
const NEXT_MASK = 0x1ff;
const BYTE_SHIFT = 16;
const EMITS = 1 << 9;
const FAILS = 1 << 10;

const { codes, steps, acceptable } = build();

function build(): { codes: Uint32Array; steps: Uint32Array; acceptable: Uint8Array } {
  const lengths = [...CODE_LENGTHS, EOS_LENGTH];
  const symbols = lengths
    .map((length, symbol) => ({ length, symbol }))
    .sort((a, b) => a.length - b.length || a.symbol - b.symbol);
  const codes = new Uint32Array(lengths.length);
  // Inner nodes of the code tree, two children each: an inner node's number, or ~symbol.
  const children: number[][] = [[]];
  let code = 0;
  let previousLength = symbols[0]!.length;
  for (const { length, symbol } of symbols) {
    code <<= length - previousLength;
    previousLength = length;
    codes[symbol] = code;
    let node = 0;
    for (let bit = length - 1; bit > 0; bit--) {
      const side = (code >>> bit) & 1;
      let next = children[node]![side];
      if (next === undefined) {
        next = children.push([]) - 1;
        children[node]![side] = next;
      }
      node = next;
    }
    children[node]![code & 1] = ~symbol;
    code++;
  }

  const bits = Uint32Array.from(children.flat(), (next) => {
    if (next >= 0) return next;
    return ~next === EOS ? FAILS : EMITS | (~next << BYTE_SHIFT);
  });
  const steps = twice(twice(bits, 1), 2);

  // A string may end in up to seven ones: the states along the beginning of EOS.
  const acceptable = new Uint8Array(children.length);
  for (let node = 0, bits = 0; bits <= MAX_PADDING_BITS; bits++) {
    acceptable[node] = 1;
    node = children[node]![1]!;
  }
  return { codes, steps, acceptable };
}

/**
 * What two inputs in a row lead to. At most one of them emits a byte: the shortest code has five
 * bits, and no step eats more than four.
 *
 * @param steps By state and input.
 * @param inputBits How many bits one input has.
 */
function twice(steps: Uint32Array, inputBits: number): Uint32Array {
  const mask = (1 << inputBits) - 1;
  return new Uint32Array(steps.length << inputBits).map((_, at) => {
    const first = steps[at >>> inputBits]!;
    const second = steps[((first & NEXT_MASK) << inputBits) | (at & mask)]!;
    return (first & ~NEXT_MASK) | second;
  });
}

let scratch = Buffer.allocUnsafeSlow(1024);

/**
 * Decodes a Huffman-coded string into text with one character per byte (latin1).
 * @throws HpackError when the padding is longer than seven bits or not all ones, or EOS appears.
 */
export function decodeHuffman(bytes: Uint8Array, start: number, end: number): string {
  // The shortest code has five bits.
  const most = Math.ceil(((end - start) * 8) / 5);
  if (scratch.length < most) scratch = Buffer.allocUnsafeSlow(most);
  const out = scratch;
  let length = 0;
  let state = 0;
  let failed = 0;
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    let entry = steps[(state << 4) | (byte >>> 4)]!;
    failed |= entry;
    if ((entry & EMITS) !== 0) out[length++] = entry >>> BYTE_SHIFT;
    entry = steps[((entry & NEXT_MASK) << 4) | (byte & 15)]!;
    failed |= entry;
    if ((entry & EMITS) !== 0) out[length++] = entry >>> BYTE_SHIFT;
    state = entry & NEXT_MASK;
  }
  if ((failed & FAILS) !== 0) throw new HpackError('EOS in a Huffman-coded string');
  if (acceptable[state] === 0) throw new HpackError('wrong padding of a Huffman-coded string');
  return out.toString('latin1', 0, length);
}

/** Length in bytes of `text` (one character per byte) when Huffman-coded. */
export function huffmanLength(text: string): number {
  let bits = 0;
  for (let at = 0; at < text.length; at++) bits += CODE_LENGTHS[text.charCodeAt(at)]!;
  return Math.ceil(bits / 8);
}

/** Appends `text` (one character per byte) to `out`, Huffman-coded. */
export function encodeHuffman(text: string, out: number[]): void {
  // The rest of an unfinished byte is at most seven bits, a code at most 30: too wide for int32.
  let pending = 0n;
  let bits = 0;
  for (let at = 0; at < text.length; at++) {
    const symbol = text.charCodeAt(at);
    const length = CODE_LENGTHS[symbol]!;
    pending = (pending << BigInt(length)) | BigInt(codes[symbol]!);
    bits += length;
    while (bits >= 8) {
      bits -= 8;
      out.push(Number((pending >> BigInt(bits)) & 0xffn));
    }
    pending &= (1n << BigInt(bits)) - 1n;
  }
  if (bits > 0) {
    const padding = 8 - bits;
    out.push(Number((pending << BigInt(padding)) | ((1n << BigInt(padding)) - 1n)));
  }
}
