import { digitOf, NUMBER_DIGITS } from '../bytes/request-number.js';
import {
  DEFAULT_MAX_FRAME_BYTES,
  Flag,
  FRAME_HEADER_BYTES,
  FrameType,
  STREAM_ID_OFFSET,
  writeFrameHeader,
  writeUint32,
} from './frame-types.js';
import type { Field, HpackEncoder } from './hpack/encoder.js';

const NEVER = -1;

/**
 * A request that is sent many times on one connection. Its frames are encoded once; what differs
 * from stream to stream is the stream id, and the number of a request that has one: they are patched
 * into each copy.
 */
export class PreparedRequest {
  /** The body in full; the stream ends with it. */
  readonly body: Uint8Array;
  /** The body goes out in one DATA frame together with the headers, when the windows allow. */
  readonly fitsOneFrame: boolean;
  /** Its response has no body, whatever length it announces (RFC 9110, section 9.3.2). */
  readonly isHead: boolean;
  /** Our side of the stream goes on behind the headers; there is no body then. */
  readonly staysOpen: boolean;
  private readonly fields: readonly Field[];
  /** The one whose value ends in the request's number. */
  private readonly numberedField: Field | null;
  private readonly encoder: HpackEncoder;
  private generation = NEVER;
  private frames: Uint8Array = new Uint8Array(0);
  /** Where the frame headers of `frames` hold the stream id. */
  private idOffsets: Int32Array = new Int32Array(0);
  /** Where `frames` hold the digits of the number; empty where the request has none. */
  private digitOffsets: Int32Array = new Int32Array(0);
  /** Length of `frames` without the DATA frame. */
  private headersBytes = 0;

  /**
   * @param encoder The encoder of the connection this request is sent on.
   * @param fields Header fields, pseudo-header fields first.
   * @param body The body; empty ends the stream with the headers.
   * @param isHead Its response has no body.
   * @param numberedName The field whose value ends in {@link NUMBER_DIGITS} digits that are the
   *   request's number; null for none.
   * @param staysOpen Whether the stream goes on behind the headers, other than an empty body has it.
   */
  constructor(
    encoder: HpackEncoder,
    fields: readonly Field[],
    body: Uint8Array,
    isHead = false,
    numberedName: string | null = null,
    staysOpen = false,
  ) {
    this.encoder = encoder;
    this.fields = fields.filter(([name]) => name !== numberedName);
    this.numberedField = fields.find(([name]) => name === numberedName) ?? null;
    this.body = body;
    this.isHead = isHead;
    this.staysOpen = staysOpen;
    this.fitsOneFrame = body.length <= DEFAULT_MAX_FRAME_BYTES;
  }

  /**
   * Makes the frames ready to be written right away, which must then happen: encoding may have
   * changed the state of the connection's header compression.
   * @param withBody Whether the DATA frame is to be written too.
   * @returns Number of bytes that {@link write} will write.
   */
  ready(withBody: boolean): number {
    if (this.generation !== this.encoder.generation) {
      const before = this.encoder.generation;
      this.build(this.encoder.encode(this.fields, this.numberedField));
      // A block that has put fields into the table is sent once; the next encoding refers to them.
      this.generation = this.encoder.generation === before ? before : NEVER;
    }
    return withBody ? this.frames.length : this.headersBytes;
  }

  /** Writes the first `count` bytes of the frames for one stream. */
  write(count: number, streamId: number, number: number, bytes: Uint8Array, at: number): void {
    const { frames, idOffsets, digitOffsets } = this;
    if (count === frames.length) bytes.set(frames, at);
    else bytes.set(frames.subarray(0, count), at);
    for (const offset of idOffsets) {
      if (offset < count) writeUint32(streamId, bytes, at + offset);
    }
    for (let place = 0; place < digitOffsets.length; place++) {
      bytes[at + digitOffsets[place]!] = digitOf(number, place);
    }
  }

  /** HEADERS, as many CONTINUATION as needed (RFC 9113, section 6.10), and DATA if it fits. */
  private build(block: Uint8Array): void {
    const pieces = Math.max(1, Math.ceil(block.length / DEFAULT_MAX_FRAME_BYTES));
    const hasData = this.body.length > 0 && this.fitsOneFrame;
    this.headersBytes = block.length + pieces * FRAME_HEADER_BYTES;
    const dataBytes = hasData ? FRAME_HEADER_BYTES + this.body.length : 0;
    const frames = new Uint8Array(this.headersBytes + dataBytes);
    const idOffsets: number[] = [];
    let at = 0;
    const put = (type: number, flags: number, payload: Uint8Array): void => {
      writeFrameHeader(payload.length, type, flags, 0, frames, at);
      frames.set(payload, at + FRAME_HEADER_BYTES);
      idOffsets.push(at + STREAM_ID_OFFSET);
      at += FRAME_HEADER_BYTES + payload.length;
    };
    for (let piece = 0; piece < pieces; piece++) {
      const from = piece * DEFAULT_MAX_FRAME_BYTES;
      const isFirst = piece === 0;
      const endHeaders = piece === pieces - 1 ? Flag.END_HEADERS : 0;
      const endStream = isFirst && this.body.length === 0 && !this.staysOpen ? Flag.END_STREAM : 0;
      put(
        isFirst ? FrameType.HEADERS : FrameType.CONTINUATION,
        endHeaders | endStream,
        block.subarray(from, from + DEFAULT_MAX_FRAME_BYTES),
      );
    }
    if (hasData) put(FrameType.DATA, Flag.END_STREAM, this.body);
    this.frames = frames;
    this.idOffsets = Int32Array.from(idOffsets);
    if (this.numberedField !== null) this.digitOffsets = digitOffsetsIn(block.length);
  }
}

/** Where the last bytes of a block stand in its frames, each of which begins with a header. */
function digitOffsetsIn(blockBytes: number): Int32Array {
  return Int32Array.from({ length: NUMBER_DIGITS }, (_, place) => {
    const at = blockBytes - NUMBER_DIGITS + place;
    return at + FRAME_HEADER_BYTES * (Math.floor(at / DEFAULT_MAX_FRAME_BYTES) + 1);
  });
}
