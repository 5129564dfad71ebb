import { ConnectionViolation, ErrorCode } from './error-codes.js';
import {
  DEFAULT_MAX_FRAME_BYTES,
  FRAME_HEADER_BYTES,
  MAX_STREAM_ID,
  readUint32,
  STREAM_ID_OFFSET,
} from './frame-types.js';

/** Takes complete frames. The payload is `bytes[start..end)` and is reused after the call. */
export interface FrameSink {
  onFrame(
    type: number,
    flags: number,
    streamId: number,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): void;
  /** True once no more frames are wanted; the rest of the input is dropped. */
  readonly isClosed: boolean;
}

/**
 * Cuts a byte stream into frames, in whatever chunks it comes. Frames are handed on in place; only
 * one that is cut by the end of a chunk is copied, into one buffer of the largest frame's size.
 */
export class FrameReader {
  private readonly sink: FrameSink;
  /** Made when it is needed first: thousands of connections may never need one. */
  private carry: Buffer | null = null;
  private carried = 0;

  constructor(sink: FrameSink) {
    this.sink = sink;
  }

  /**
   * Takes the next `length` bytes of the stream.
   * @throws ConnectionViolation when a frame is larger than we accept, and whatever the sink throws.
   */
  feed(chunk: Uint8Array, length: number): void {
    let at = this.carried === 0 ? 0 : this.completeCarried(chunk, length);
    const sink = this.sink;
    while (length - at >= FRAME_HEADER_BYTES && !sink.isClosed) {
      const start = at + FRAME_HEADER_BYTES;
      const end = start + payloadBytes(chunk, at);
      if (end > length) break;
      this.emit(chunk, at, end);
      at = end;
    }
    if (at < length && !sink.isClosed) {
      // `completeCarried` has emptied the carry unless it consumed the whole chunk.
      const carry = this.ownCarry();
      for (let from = at; from < length; from++) carry[this.carried++] = chunk[from]!;
    }
  }

  /** Completes the frame begun in an earlier chunk; returns how much of this chunk it took. */
  private completeCarried(chunk: Uint8Array, length: number): number {
    const carry = this.ownCarry();
    let at = 0;
    while (this.carried < FRAME_HEADER_BYTES && at < length) {
      carry[this.carried++] = chunk[at++]!;
    }
    if (this.carried < FRAME_HEADER_BYTES) return at;
    const frameBytes = FRAME_HEADER_BYTES + payloadBytes(carry, 0);
    const taken = Math.min(frameBytes - this.carried, length - at);
    carry.set(chunk.subarray(at, at + taken), this.carried);
    this.carried += taken;
    if (this.carried === frameBytes) {
      this.carried = 0;
      this.emit(carry, 0, frameBytes);
    }
    return at + taken;
  }

  private ownCarry(): Buffer {
    return (this.carry ??= Buffer.allocUnsafeSlow(FRAME_HEADER_BYTES + DEFAULT_MAX_FRAME_BYTES));
  }

  private emit(bytes: Uint8Array, at: number, end: number): void {
    this.sink.onFrame(
      bytes[at + 3]!,
      bytes[at + 4]!,
      readUint32(bytes, at + STREAM_ID_OFFSET) & MAX_STREAM_ID,
      bytes,
      at + FRAME_HEADER_BYTES,
      end,
    );
  }
}

function payloadBytes(bytes: Uint8Array, at: number): number {
  const payload = (bytes[at]! << 16) | (bytes[at + 1]! << 8) | bytes[at + 2]!;
  if (payload > DEFAULT_MAX_FRAME_BYTES) {
    throw new ConnectionViolation(ErrorCode.FRAME_SIZE_ERROR, `a frame of ${payload} bytes`);
  }
  return payload;
}
