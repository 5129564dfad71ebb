import { ConnectionViolation, ErrorCode } from './error-codes.js';
import { Flag, FrameType, MAX_STREAM_ID, readUint32 } from './frame-types.js';
import type { FrameSink } from './frame-reader.js';
import { HeaderAssembly } from './header-assembly.js';
import type { HeaderBlockReader } from './header-block-reader.js';
import type { LiveStreams } from './live-streams.js';

/** Takes the frames that concern the connection as a whole. */
export interface ConnectionEvents {
  /** SETTINGS of the peer, to be applied and acknowledged. */
  onSettings(bytes: Uint8Array, start: number, end: number): void;
  onSettingsAcknowledged(): void;
  /** PING to be answered with the same eight bytes. */
  onPing(bytes: Uint8Array, start: number): void;
  onGoaway(lastStreamId: number, code: number, debug: string): void;
  readonly isClosed: boolean;
}

const MAX_DEBUG_BYTES = 256;
const PRIORITY_BYTES = 5;

/**
 * Checks every frame against RFC 9113, section 6, and hands it to the streams or the connection.
 * What breaks the connection is thrown as a ConnectionViolation.
 */
export class Inbound implements FrameSink {
  private readonly streams: LiveStreams;
  private readonly connection: ConnectionEvents;
  private readonly blocks: HeaderBlockReader;
  private readonly assembly: HeaderAssembly;

  /** @param maxBlockBytes Bound on an encoded header block in several frames. */
  constructor(
    streams: LiveStreams,
    connection: ConnectionEvents,
    blocks: HeaderBlockReader,
    maxBlockBytes: number,
  ) {
    this.streams = streams;
    this.connection = connection;
    this.blocks = blocks;
    this.assembly = new HeaderAssembly(maxBlockBytes);
  }

  get isClosed(): boolean {
    return this.connection.isClosed;
  }

  onFrame(
    type: number,
    flags: number,
    id: number,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): void {
    if (this.assembly.streamId !== 0 && type !== FrameType.CONTINUATION) {
      throw protocolError('a frame inside a header block');
    }
    switch (type) {
      case FrameType.HEADERS:
        this.onHeaders(flags, id, bytes, start, end);
        break;
      case FrameType.DATA:
        this.onData(flags, id, bytes, start, end);
        break;
      case FrameType.WINDOW_UPDATE:
        this.onWindowUpdate(id, bytes, start, end);
        break;
      case FrameType.RST_STREAM:
        requireStream(id, 'RST_STREAM');
        requireSize(end - start, 4, 'RST_STREAM');
        this.streams.onReset(id, readUint32(bytes, start));
        break;
      case FrameType.SETTINGS:
        this.onSettings(flags, id, bytes, start, end);
        break;
      case FrameType.PING:
        requireConnection(id, 'PING');
        requireSize(end - start, 8, 'PING');
        if ((flags & Flag.ACK) === 0) this.connection.onPing(bytes, start);
        break;
      case FrameType.GOAWAY:
        this.onGoaway(id, bytes, start, end);
        break;
      case FrameType.CONTINUATION:
        if (this.assembly.streamId === 0 || this.assembly.streamId !== id) {
          throw protocolError('CONTINUATION without its HEADERS');
        }
        this.assembly.append(bytes, start, end);
        if ((flags & Flag.END_HEADERS) !== 0) this.finishAssembly();
        break;
      case FrameType.PRIORITY:
        this.onPriority(id, end - start);
        break;
      case FrameType.PUSH_PROMISE:
        throw protocolError('PUSH_PROMISE, which we have refused');
      default:
        // Section 5.5: unknown frame types are ignored.
        break;
    }
  }

  private onHeaders(
    flags: number,
    id: number,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): void {
    requireStream(id, 'HEADERS');
    let from = start;
    let to = end;
    if ((flags & Flag.PADDED) !== 0) {
      to -= paddingOf(bytes, start, end);
      from++;
    }
    if ((flags & Flag.PRIORITY) !== 0) from += PRIORITY_BYTES;
    // Too short for its fields (section 4.2), or for the padding they announce (section 6.2).
    if (from > to) {
      throw from > end ? sizeError('HEADERS') : protocolError('HEADERS shorter than its padding');
    }
    const isEnd = (flags & Flag.END_STREAM) !== 0;
    if ((flags & Flag.END_HEADERS) === 0) {
      this.assembly.begin(id, isEnd);
      this.assembly.append(bytes, from, to);
      return;
    }
    this.streams.onHeaders(id, this.blocks.read(bytes, from, to), isEnd);
  }

  private finishAssembly(): void {
    const { streamId, isEnd } = this.assembly;
    const { bytes, length } = this.assembly;
    this.assembly.clear();
    this.streams.onHeaders(streamId, this.blocks.read(bytes, 0, length), isEnd);
  }

  private onData(flags: number, id: number, bytes: Uint8Array, start: number, end: number): void {
    requireStream(id, 'DATA');
    let from = start;
    let to = end;
    if ((flags & Flag.PADDED) !== 0) {
      to -= paddingOf(bytes, start, end);
      from++;
      if (from > to) throw protocolError('DATA shorter than its padding');
    }
    this.streams.onData(id, end - start, bytes, from, to, (flags & Flag.END_STREAM) !== 0);
  }

  private onWindowUpdate(id: number, bytes: Uint8Array, start: number, end: number): void {
    requireSize(end - start, 4, 'WINDOW_UPDATE');
    const increment = readUint32(bytes, start) & MAX_STREAM_ID;
    if (id !== 0) {
      this.streams.onWindow(id, increment);
      return;
    }
    if (increment === 0) throw protocolError('WINDOW_UPDATE of 0 on the connection');
    this.streams.sending.onConnectionWindow(increment);
  }

  private onSettings(
    flags: number,
    id: number,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): void {
    requireConnection(id, 'SETTINGS');
    if ((flags & Flag.ACK) === 0) {
      this.connection.onSettings(bytes, start, end);
      return;
    }
    requireSize(end - start, 0, 'SETTINGS with ACK');
    this.connection.onSettingsAcknowledged();
  }

  private onGoaway(id: number, bytes: Uint8Array, start: number, end: number): void {
    requireConnection(id, 'GOAWAY');
    if (end - start < 8) throw sizeError('GOAWAY');
    const lastStreamId = readUint32(bytes, start) & MAX_STREAM_ID;
    const text = bytes.subarray(start + 8, Math.min(end, start + 8 + MAX_DEBUG_BYTES));
    const debug = Buffer.from(text).toString('utf8');
    this.connection.onGoaway(lastStreamId, readUint32(bytes, start + 4), debug);
  }

  /** Section 5.3.2: deprecated, checked and ignored. */
  private onPriority(id: number, size: number): void {
    requireStream(id, 'PRIORITY');
    if (size === PRIORITY_BYTES) return;
    const slot = this.streams.table.find(id);
    if (slot !== -1) {
      this.streams.violate(slot, ErrorCode.FRAME_SIZE_ERROR, 'PRIORITY of a wrong size');
    }
  }
}

/** Bytes of padding at the end of a padded frame; the byte that tells is not among them. */
function paddingOf(bytes: Uint8Array, start: number, end: number): number {
  if (start === end) throw sizeError('a padded frame');
  return bytes[start]!;
}

function protocolError(rule: string): ConnectionViolation {
  return new ConnectionViolation(ErrorCode.PROTOCOL_ERROR, rule);
}

function sizeError(what: string): ConnectionViolation {
  return new ConnectionViolation(ErrorCode.FRAME_SIZE_ERROR, `${what} of a wrong size`);
}

function requireStream(id: number, what: string): void {
  if (id === 0) throw protocolError(`${what} on stream 0`);
}

function requireConnection(id: number, what: string): void {
  if (id !== 0) throw protocolError(`${what} on a stream`);
}

function requireSize(size: number, expected: number, what: string): void {
  if (size !== expected) throw sizeError(what);
}
