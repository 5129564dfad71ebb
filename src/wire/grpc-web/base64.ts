const PAD = 0x3d;
const INVALID = 0xff;

/** The six bits of each character; INVALID where it has none. */
const BITS = new Uint8Array(256).fill(INVALID);
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
for (let bits = 0; bits < ALPHABET.length; bits++) BITS[ALPHABET.charCodeAt(bits)] = bits;

/** Bytes that a text of base64 may be decoded to at most. */
export function decodedBytesAtMost(characters: number): number {
  return Math.ceil(characters / 4) * 3;
}

/**
 * Decodes base64 that was written piece by piece: each piece may end in padding of its own, so that
 * there is some inside the text too (grpc/doc/PROTOCOL-WEB.md).
 *
 * @param into Takes what is decoded, from its beginning; it has room for {@link decodedBytesAtMost}.
 * @returns How many bytes; -1 where it is not base64.
 */
export function decodeBase64Pieces(
  text: Uint8Array,
  start: number,
  end: number,
  into: Uint8Array,
): number {
  let length = 0;
  let at = start;
  for (; at + 4 <= end; at += 4) {
    const first = BITS[text[at]!]!;
    const second = BITS[text[at + 1]!]!;
    const third = BITS[text[at + 2]!]!;
    const fourth = BITS[text[at + 3]!]!;
    if ((first | second | third | fourth) < 64) {
      into[length++] = (first << 2) | (second >> 4);
      into[length++] = (second << 4) | (third >> 2);
      into[length++] = (third << 6) | fourth;
      continue;
    }
    if (text[at + 3] !== PAD) return -1;
    const bytes = decodeRest(text, at, text[at + 2] === PAD ? at + 2 : at + 3, into, length);
    if (bytes < 0) return -1;
    length += bytes;
  }
  // Some leave out the last padding.
  const rest = at === end ? 0 : decodeRest(text, at, end, into, length);
  return rest < 0 ? -1 : length + rest;
}

/** Two characters are a byte, and three are two. @returns How many bytes; -1 where they are none. */
function decodeRest(
  text: Uint8Array,
  start: number,
  end: number,
  into: Uint8Array,
  at: number,
): number {
  const first = BITS[text[start]!]!;
  const second = end - start < 2 ? INVALID : BITS[text[start + 1]!]!;
  if (first === INVALID || second === INVALID) return -1;
  into[at] = (first << 2) | (second >> 4);
  if (end - start === 2) return 1;
  const third = BITS[text[start + 2]!]!;
  if (third === INVALID) return -1;
  into[at + 1] = (second << 4) | (third >> 2);
  return 2;
}
