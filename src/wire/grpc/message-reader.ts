import { readUint32 } from '../h2/frame-types.js';
import { wordView } from '../bytes/word-view.js';

const PREFIX_BYTES = 5;
const SLAB_BYTES_PER_SLOT = 512;
/** A slot's own buffer beyond this size is given up when its response has been read. */
const KEPT_BYTES = 64 * 1024;

/** What the body of a unary response turned out to be. */
export type MessageVerdict =
  /** Exactly one whole message. */
  | 'one'
  | 'none'
  | 'several'
  /** It ends inside a message. */
  | 'cut'
  /** One whole message with the compressed flag, though we accept no encoding. */
  | 'compressed';

/**
 * Gathers the bodies of unary responses, by slot: one length-prefixed message each, in any
 * chunking. Small ones live in a slab made once; larger ones in a buffer of the slot's own that
 * grows with what has arrived, not with what was announced.
 */
export class GrpcMessageReader {
  /** Where the message of the last {@link finish} is. */
  bytes: Uint8Array;
  start = 0;
  end = 0;
  private readonly maxMessageBytes: number;
  private readonly slab: Buffer;
  private readonly slabWords: DataView;
  private readonly own: (Buffer | null)[];
  private readonly received: Int32Array;
  /** Message length by the prefix; -1 until it is known. */
  private readonly announced: Float64Array;
  private readonly hasMore: Uint8Array;

  constructor(slots: number, maxMessageBytes: number) {
    this.maxMessageBytes = maxMessageBytes;
    this.slab = Buffer.allocUnsafeSlow(slots * SLAB_BYTES_PER_SLOT);
    this.slabWords = new DataView(this.slab.buffer, this.slab.byteOffset, this.slab.length);
    this.bytes = this.slab;
    this.own = new Array<Buffer | null>(slots).fill(null);
    this.received = new Int32Array(slots);
    this.announced = new Float64Array(slots);
    this.hasMore = new Uint8Array(slots);
  }

  begin(slot: number): void {
    this.received[slot] = 0;
    this.announced[slot] = -1;
    this.hasMore[slot] = 0;
  }

  /** Takes the next bytes of a body; false when its message exceeds the limit. */
  append(slot: number, bytes: Uint8Array, start: number, end: number): boolean {
    let from = start;
    if (this.announced[slot] === -1) {
      let announced: number;
      if (this.received[slot] === 0 && end - start >= PREFIX_BYTES) {
        announced = readUint32(bytes, start + 1);
      } else {
        from = Math.min(end, from + PREFIX_BYTES - this.received[slot]!);
        this.keep(slot, bytes, start, from);
        if (this.received[slot]! < PREFIX_BYTES) return true;
        announced = this.readLength(slot);
      }
      if (announced > this.maxMessageBytes) return false;
      this.announced[slot] = announced;
    }
    // Beyond the first message nothing is kept.
    const missing = PREFIX_BYTES + this.announced[slot]! - this.received[slot]!;
    const stop = Math.min(end, from + missing);
    this.keep(slot, bytes, from, stop);
    if (stop < end) this.hasMore[slot] = 1;
    return true;
  }

  /** The body is complete: tells what it was and points `bytes`, `start`, `end` at the message. */
  finish(slot: number): MessageVerdict {
    const received = this.received[slot]!;
    const own = this.own[slot] ?? null;
    const base = own === null ? slot * SLAB_BYTES_PER_SLOT : 0;
    this.bytes = own ?? this.slab;
    this.start = base + PREFIX_BYTES;
    this.end = base + received;
    if (own !== null && own.length > KEPT_BYTES) this.own[slot] = null;
    if (received === 0) return this.empty('none');
    if (received < PREFIX_BYTES || received < PREFIX_BYTES + this.announced[slot]!) {
      return this.empty('cut');
    }
    if (this.hasMore[slot] === 1) return this.empty('several');
    return this.bytes[base] === 0 ? 'one' : this.empty('compressed');
  }

  /** Forgets what a slot holds. */
  abandon(slot: number): void {
    const own = this.own[slot] ?? null;
    if (own !== null && own.length > KEPT_BYTES) this.own[slot] = null;
  }

  private empty(verdict: MessageVerdict): MessageVerdict {
    this.end = this.start;
    return verdict;
  }

  private readLength(slot: number): number {
    const own = this.own[slot] ?? null;
    return own === null
      ? this.slab.readUInt32BE(slot * SLAB_BYTES_PER_SLOT + 1)
      : own.readUInt32BE(1);
  }

  private keep(slot: number, bytes: Uint8Array, start: number, end: number): void {
    const had = this.received[slot]!;
    const length = had + end - start;
    const own = this.own[slot] ?? null;
    this.received[slot] = length;
    if (own === null && length <= SLAB_BYTES_PER_SLOT) {
      // A few bytes are copied faster here than by a call into the runtime.
      const view = wordView(bytes);
      const offset = slot * SLAB_BYTES_PER_SLOT + had - start;
      let at = start;
      for (; at + 4 <= end; at += 4) {
        this.slabWords.setInt32(offset + at, view.getInt32(at, true), true);
      }
      for (; at < end; at++) this.slab[offset + at] = bytes[at]!;
      return;
    }
    const target = own !== null && own.length >= length ? own : this.grow(slot, had, length);
    target.set(bytes.subarray(start, end), had);
  }

  private grow(slot: number, had: number, length: number): Buffer {
    const most = PREFIX_BYTES + this.maxMessageBytes;
    const grown = Buffer.allocUnsafeSlow(Math.min(most, Math.max(4096, length * 2)));
    const own = this.own[slot] ?? null;
    if (own !== null) own.copy(grown, 0, 0, had);
    else this.slab.copy(grown, 0, slot * SLAB_BYTES_PER_SLOT, slot * SLAB_BYTES_PER_SLOT + had);
    this.own[slot] = grown;
    return grown;
  }
}
