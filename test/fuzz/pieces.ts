/** Input of a fuzzer, divided: how the bytes come in pieces, and the bytes. */
export interface Divided {
  /** Sizes of the pieces, to be taken in turn. */
  pieces: number[];
  bytes: Uint8Array;
}

/** Of each of so many bytes in front, how long a piece is; what follows them is to be read. */
const SIZES = 2;

/** Divides an input. */
export function divided(data: Uint8Array): Divided {
  const pieces = Array.from(data.subarray(0, SIZES), (size) => size + 1);
  return { pieces: pieces.length === 0 ? [1] : pieces, bytes: data.subarray(SIZES) };
}
