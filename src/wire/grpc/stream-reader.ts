import { readUint32 } from '../h2/frame-types.js';

const PREFIX_BYTES = 5;
const LEAST_BYTES = 4096;
/** A slot's buffer beyond this size is given up when its message has been handed on. */
const KEPT_BYTES = 64 * 1024;

/** What is wrong with a message, so that its stream cannot go on. */
export type UnfitMessage =
  | 'too-large'
  /** It has the compressed flag, though we accept no encoding. */
  | 'compressed';

/** Takes a message `bytes[start..end)`, without its prefix, valid during the call only. */
export type TakeMessage = (slot: number, bytes: Uint8Array, start: number, end: number) => void;

/**
 * Cuts the bodies of streams into their length-prefixed messages, by slot, in any chunking. A message
 * that a piece holds whole is handed on where it lies; others are put together in a buffer of the
 * slot's own, which grows with what has arrived and not with what was announced.
 */
export class GrpcStreamReader {
  readonly #maxMessageBytes: number;
  readonly #take: TakeMessage;
  readonly #own: (Buffer | null)[];
  /** By slot: bytes of a message that is not whole yet, its prefix included. */
  readonly #received: Float64Array;
  /** By slot: how many streams it has had, so that one that ends while it is read is noticed. */
  readonly #streams: Uint32Array;

  /** @param maxMessageBytes Larger messages are refused when their prefix announces them. */
  constructor(slots: number, maxMessageBytes: number, take: TakeMessage) {
    this.#maxMessageBytes = maxMessageBytes;
    this.#take = take;
    this.#own = new Array<Buffer | null>(slots).fill(null);
    this.#received = new Float64Array(slots);
    this.#streams = new Uint32Array(slots);
  }

  /** A stream begins. */
  begin(slot: number): void {
    this.#received[slot] = 0;
  }

  /** The stream is over; what is left of it is not handed on, even if it is being read. */
  abandon(slot: number): void {
    this.#received[slot] = 0;
    this.#streams[slot]! += 1;
  }

  /** Whether the body ends inside a message, if it ends here. */
  isInMessage(slot: number): boolean {
    return this.#received[slot]! > 0;
  }

  /** Takes the next bytes of a body. @returns What is wrong with a message; null where nothing is. */
  read(slot: number, bytes: Uint8Array, start: number, end: number): UnfitMessage | null {
    const stream = this.#streams[slot];
    let at = start;
    while (at < end && stream === this.#streams[slot]) {
      if (this.#received[slot] === 0 && end - at >= PREFIX_BYTES) {
        const unfit = this.#unfit(bytes, at);
        if (unfit !== null) return unfit;
        const stop = at + PREFIX_BYTES + readUint32(bytes, at + 1);
        if (stop <= end) {
          this.#take(slot, bytes, at + PREFIX_BYTES, stop);
          at = stop;
          continue;
        }
      }
      at = this.#gather(slot, bytes, at, end);
      const own = this.#own[slot]!;
      const received = this.#received[slot]!;
      if (received < PREFIX_BYTES) return null;
      const unfit = this.#unfit(own, 0);
      if (unfit !== null) return unfit;
      if (received === PREFIX_BYTES + readUint32(own, 1)) this.#handOn(slot, own, received);
    }
    return null;
  }

  #unfit(bytes: Uint8Array, at: number): UnfitMessage | null {
    if (bytes[at] !== 0) return 'compressed';
    return readUint32(bytes, at + 1) > this.#maxMessageBytes ? 'too-large' : null;
  }

  /** The buffer may be needed by another stream of the slot before this message has been taken. */
  #handOn(slot: number, own: Buffer, length: number): void {
    this.#received[slot] = 0;
    this.#own[slot] = null;
    this.#take(slot, own, PREFIX_BYTES, length);
    if (own.length <= KEPT_BYTES) this.#own[slot] ??= own;
  }

  /** Keeps the next bytes of a message, first those of its prefix. @returns Where it stopped. */
  #gather(slot: number, bytes: Uint8Array, start: number, end: number): number {
    const had = this.#received[slot]!;
    const own = this.#own[slot] ?? null;
    const wanted = had < PREFIX_BYTES ? PREFIX_BYTES : PREFIX_BYTES + readUint32(own!, 1);
    const stop = Math.min(end, start + wanted - had);
    const length = had + stop - start;
    const room = own !== null && own.length >= length ? own : this.#grow(slot, own, had, length);
    room.set(bytes.subarray(start, stop), had);
    this.#received[slot] = length;
    return stop;
  }

  #grow(slot: number, own: Buffer | null, had: number, length: number): Buffer {
    const most = PREFIX_BYTES + this.#maxMessageBytes;
    const grown = Buffer.allocUnsafeSlow(
      Math.max(length, Math.min(most, Math.max(LEAST_BYTES, length * 2))),
    );
    own?.copy(grown, 0, 0, had);
    this.#own[slot] = grown;
    return grown;
  }
}
