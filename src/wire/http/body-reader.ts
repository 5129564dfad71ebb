/** A slot's buffer beyond this size is given up when its body has been read. */
const KEPT_BYTES = 64 * 1024;
const LEAST_BYTES = 4096;

const NO_BYTES = new Uint8Array(0);

/**
 * Gathers the bodies of responses, by slot. One that comes in a single piece is read where it lies;
 * others are put together in a buffer of the slot's own, which grows with what has arrived.
 */
export class BodyReader {
  /** Where the body of the last {@link finish} is. */
  bytes: Uint8Array = NO_BYTES;
  start = 0;
  end = 0;
  readonly #maxBytes: number;
  readonly #own: (Buffer | null)[];
  readonly #received: Float64Array;

  /** @param maxBytes Of a body. */
  constructor(slots: number, maxBytes: number) {
    this.#maxBytes = maxBytes;
    this.#own = new Array<Buffer | null>(slots).fill(null);
    this.#received = new Float64Array(slots);
  }

  begin(slot: number): void {
    this.#received[slot] = 0;
  }

  /** Takes the next bytes of a body; false when it exceeds the limit. */
  append(slot: number, piece: Uint8Array, start: number, end: number): boolean {
    const had = this.#received[slot]!;
    const length = had + end - start;
    if (length > this.#maxBytes) return false;
    let own = this.#own[slot] ?? null;
    if (own === null || own.length < length) own = this.#grow(slot, own, had, length);
    own.set(piece.subarray(start, end), had);
    this.#received[slot] = length;
    return true;
  }

  /** The body is complete, with a last piece; false when it exceeds the limit. */
  finish(slot: number, piece: Uint8Array, start: number, end: number): boolean {
    if (this.#received[slot] === 0 && end - start <= this.#maxBytes) {
      this.bytes = piece;
      this.start = start;
      this.end = end;
      return true;
    }
    if (!this.append(slot, piece, start, end)) return false;
    this.bytes = this.#own[slot]!;
    this.start = 0;
    this.end = this.#received[slot]!;
    this.abandon(slot);
    return true;
  }

  /** Forgets what a slot holds. */
  abandon(slot: number): void {
    const own = this.#own[slot] ?? null;
    if (own !== null && own.length > KEPT_BYTES) this.#own[slot] = null;
  }

  #grow(slot: number, own: Buffer | null, had: number, length: number): Buffer {
    const grown = Buffer.allocUnsafeSlow(
      Math.min(this.#maxBytes, Math.max(LEAST_BYTES, length * 2)),
    );
    own?.copy(grown, 0, 0, had);
    this.#own[slot] = grown;
    return grown;
  }
}
