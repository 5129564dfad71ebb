import type { Duplex } from 'node:stream';
import {
  CannedResponses,
  type CannedKind,
  type CannedReplies,
  type CannedResponse,
} from './canned-response.js';
import { HpackWriter } from './hpack-writer.js';
import { FLAG, frame, FRAME, FRAME_HEADER_BYTES, SETTING } from './http2-frame.js';

const PREFACE_BYTES = 24;
const SLAB_BYTES = 256 * 1024;
const DEFAULT_WINDOW = 65_535;
const MAX_WINDOW = 2 ** 31 - 1;
/** Consumed bytes after which the client's window is opened again. */
const WINDOW_STEP = 2 ** 24;
const EMPTY = Buffer.alloc(0);

/**
 * One HTTP/2 connection that answers whatever ends a stream with a canned reply: of gRPC where there
 * was a message, else of plain HTTP. It looks neither at the path nor at the message and never decodes a
 * header block: what it costs must not hide what the client costs.
 */
export class CannedConnection {
  private readonly socket: Duplex;
  private readonly maxReplyBytes: number;
  private readonly hpack = new HpackWriter();
  private readonly responses: CannedResponses;
  private slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
  private written = 0;
  private flushed = 0;
  private unparsed: Buffer | null = null;
  private prefaceSeen = false;
  private sendWindow = DEFAULT_WINDOW;
  private consumed = 0;
  /** Built, so in the header table already, but too large for the window: with its stream. */
  private held: { response: CannedResponse; stream: number } | null = null;
  private readonly waiting: { kind: CannedKind; stream: number }[] = [];

  constructor(socket: Duplex, replies: CannedReplies) {
    this.socket = socket;
    this.responses = new CannedResponses(replies, this.hpack);
    this.maxReplyBytes =
      Math.max(
        ...Object.values(replies.contents).flatMap((all) => all.map(({ length }) => length)),
      ) + 5;
    const settings = Buffer.alloc(6);
    settings.writeUInt16BE(SETTING.maxConcurrentStreams, 0);
    settings.writeUInt32BE(replies.maxConcurrentStreams, 2);
    this.append(frame(FRAME.settings, 0, 0, settings));
    this.openWindow(MAX_WINDOW - DEFAULT_WINDOW);
    this.flush();
    socket.on('data', (chunk: Buffer) => {
      this.receive(chunk);
    });
    socket.on('error', () => socket.destroy());
  }

  private receive(chunk: Buffer): void {
    const bytes = this.unparsed ? Buffer.concat([this.unparsed, chunk]) : chunk;
    let at = 0;
    if (!this.prefaceSeen) {
      if (bytes.length < PREFACE_BYTES) {
        this.unparsed = bytes;
        return;
      }
      this.prefaceSeen = true;
      at = PREFACE_BYTES;
    }
    while (bytes.length - at >= FRAME_HEADER_BYTES) {
      const length = (bytes[at]! << 16) | (bytes[at + 1]! << 8) | bytes[at + 2]!;
      const end = at + FRAME_HEADER_BYTES + length;
      if (end > bytes.length) break;
      this.onFrame(bytes, at, length);
      at = end;
    }
    this.unparsed = at === bytes.length ? null : bytes.subarray(at);
    this.flush();
  }

  private onFrame(bytes: Buffer, at: number, length: number): void {
    const flags = bytes[at + 4]!;
    const payloadAt = at + FRAME_HEADER_BYTES;
    switch (bytes[at + 3]) {
      case FRAME.data:
        this.consumed += length;
        if (this.consumed >= WINDOW_STEP) {
          this.openWindow(this.consumed);
          this.consumed = 0;
        }
        if (flags & FLAG.endStream) this.answer('grpc', bytes.readUInt32BE(at + 5));
        break;
      case FRAME.headers:
        if (flags & FLAG.endStream) this.answer('plain', bytes.readUInt32BE(at + 5));
        break;
      case FRAME.settings:
        if (flags & FLAG.ack) break;
        this.onSettings(bytes.subarray(payloadAt, payloadAt + length));
        this.append(frame(FRAME.settings, FLAG.ack, 0, EMPTY));
        break;
      case FRAME.ping:
        if (flags & FLAG.ack) break;
        this.append(frame(FRAME.ping, FLAG.ack, 0, bytes.subarray(payloadAt, payloadAt + length)));
        break;
      case FRAME.windowUpdate:
        // A stream's own window is never spent: one reply fits the smallest accepted.
        if (bytes.readUInt32BE(at + 5) !== 0) break;
        this.sendWindow += bytes.readUInt32BE(payloadAt);
        this.answerWaiting();
        break;
      default:
        // CONTINUATION, PRIORITY, RST_STREAM, GOAWAY and unknown types change nothing here.
        break;
    }
  }

  private onSettings(payload: Buffer): void {
    for (let at = 0; at + 6 <= payload.length; at += 6) {
      const id = payload.readUInt16BE(at);
      const value = payload.readUInt32BE(at + 2);
      if (id === SETTING.headerTableSize) this.hpack.setMaxBytes(value);
      if (id === SETTING.initialWindowSize && value < this.maxReplyBytes) {
        this.socket.destroy(new Error('a stream window too small for one reply is not supported'));
      }
    }
  }

  private answer(kind: CannedKind, stream: number): void {
    if (this.held) this.waiting.push({ kind, stream });
    else this.send(this.responses.next(kind), stream);
  }

  private answerWaiting(): void {
    if (!this.held) return;
    const { response, stream } = this.held;
    this.held = null;
    this.send(response, stream);
    // Those that do not fit are held, or wait again, in their order.
    for (const { kind, stream: next } of this.waiting.splice(0)) this.answer(kind, next);
  }

  private send(response: CannedResponse, stream: number): void {
    if (response.dataBytes > this.sendWindow) {
      this.held = { response, stream };
      return;
    }
    this.sendWindow -= response.dataBytes;
    const start = this.append(response.bytes);
    for (const at of response.streamAt) this.slab.writeUInt32BE(stream, start + at);
  }

  private openWindow(increment: number): void {
    const payload = Buffer.alloc(4);
    payload.writeUInt32BE(increment);
    this.append(frame(FRAME.windowUpdate, 0, 0, payload));
  }

  /** @returns Where in the slab the bytes begin. */
  private append(bytes: Buffer): number {
    if (this.written + bytes.length > SLAB_BYTES) {
      this.flush();
      // What was flushed may still be waiting in the socket: it keeps its memory.
      this.slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
      this.written = 0;
      this.flushed = 0;
    }
    const start = this.written;
    this.slab.set(bytes, start);
    this.written += bytes.length;
    return start;
  }

  private flush(): void {
    if (this.flushed === this.written || this.socket.destroyed) return;
    this.socket.write(this.slab.subarray(this.flushed, this.written));
    this.flushed = this.written;
  }
}
