import type net from 'node:net';

import type { CloseCause } from './close-cause.js';
import { ConnectionViolation, ErrorCode } from './error-codes.js';
import { FrameReader } from './frame-reader.js';
import { Flag, FrameType, MAX_STREAM_ID, PREFACE, writeUint32 } from './frame-types.js';
import { HeaderBlockReader } from './header-block-reader.js';
import { type Field, HpackEncoder } from './hpack/encoder.js';
import { HpackError } from './hpack/hpack-error.js';
import { type ConnectionEvents, Inbound } from './inbound.js';
import { Ledger } from './ledger.js';
import { LiveStreams } from './live-streams.js';
import { Outbox } from './outbox.js';
import { PreparedRequest } from './prepared-request.js';
import type { SessionEvents, SessionState } from './session-events.js';
import type { SessionLimits } from './session-limits.js';
import { encodeSettings, PeerSettings } from './settings.js';
import type { StreamHandler } from './stream-handler.js';

/** How long a peer may take to close its side after we have closed ours. */
const LINGER_MS = 1000;
/** Acknowledgements that may wait for a peer that does not read. */
const MAX_PENDING_ACKS = 10_000;
/** An encoded header block is never much larger than the list it encodes. */
const BLOCK_BYTES_PER_LIST_BYTE = 2;

/**
 * One HTTP/2 connection as a client (RFC 9113). Streams are opened on slots, small numbers the
 * caller picks, and each has a {@link StreamHandler}.
 */
export class Session implements ConnectionEvents {
  private readonly counts = new Ledger();
  private readonly socket: net.Socket;
  /** The port that the connection comes from; null where it has none. */
  readonly localPort: number | null;
  private readonly events: SessionEvents;
  private readonly outbox: Outbox;
  private readonly streams: LiveStreams;
  private readonly reader: FrameReader;
  private readonly blocks: HeaderBlockReader;
  private readonly encoder = new HpackEncoder();
  private readonly peer = new PeerSettings();
  private current: SessionState = { kind: 'open' };
  private streamLimit = 0;
  private wasRefused = false;
  private pendingAcks = 0;
  private goaway: { lastStreamId: number; code: number; debug: string } | null = null;

  /**
   * Takes over a connected socket and sends the client preface. Streams can be opened once the
   * peer's SETTINGS have come.
   */
  constructor(socket: net.Socket, limits: SessionLimits, events: SessionEvents) {
    this.socket = socket;
    this.localPort = socket.localPort ?? null;
    this.events = events;
    this.outbox = new Outbox(
      socket,
      () => {
        this.announceRoom();
      },
      () => {
        this.pendingAcks = 0;
        this.streams.sending.pump();
        this.outbox.flush();
      },
    );
    this.streams = new LiveStreams(limits, this.outbox, this.counts);
    this.blocks = new HeaderBlockReader(limits.maxHeaderListBytes);
    const maxBlockBytes = limits.maxHeaderListBytes * BLOCK_BYTES_PER_LIST_BYTE;
    this.reader = new FrameReader(new Inbound(this.streams, this, this.blocks, maxBlockBytes));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.end({ kind: 'socket-error', code: error.code ?? error.message });
    });
    const onPeerClosed = (): void => {
      const { code = null, debug = '' } = this.goaway ?? {};
      this.end({ kind: 'peer-closed', goawayCode: code, debug });
    };
    socket.on('end', onPeerClosed).on('close', onPeerClosed);
    const settings = encodeSettings({
      initialWindowBytes: limits.streamWindowBytes,
      maxHeaderListBytes: limits.maxHeaderListBytes,
    });
    const at = this.outbox.reserve(PREFACE.length + settings.length);
    this.outbox.bytes.set(PREFACE, at);
    this.outbox.bytes.set(settings, at + PREFACE.length);
    this.streams.receiving.open();
  }

  /** What the connection went through so far. */
  get ledger(): Ledger {
    this.counts.bytesOut = this.outbox.bytesWritten;
    this.counts.blocksRecognised = this.blocks.recognised;
    this.counts.blocksDecoded = this.blocks.decoded;
    return this.counts;
  }

  get state(): SessionState {
    return this.current;
  }

  get isClosed(): boolean {
    return this.current.kind === 'closed';
  }

  /** Slots are 0 to `slots - 1`. */
  get slots(): number {
    return this.streams.table.slots;
  }

  /** Streams in flight. */
  get active(): number {
    return this.streams.table.active;
  }

  /** The peer's limit on streams in flight; `Infinity` when it set none. */
  get maxConcurrentStreams(): number {
    return this.peer.maxConcurrentStreams;
  }

  /**
   * Readies a request of this session to be sent any number of times.
   * @param isHead Its response has no body, whatever length it announces.
   * @param numberedName The field whose value ends in the request's number; null for none.
   * @param staysOpen Our side does not end with the body: {@link send} goes on with it.
   */
  prepare(
    fields: readonly Field[],
    body: Uint8Array,
    isHead = false,
    numberedName: string | null = null,
    staysOpen = false,
  ): PreparedRequest {
    return new PreparedRequest(this.encoder, fields, body, isHead, numberedName, staysOpen);
  }

  /**
   * Opens a stream and sends a request on it; it is written with the batch of the read or tick.
   * @param request Prepared on this session.
   * @param slot A free slot.
   * @param number What the request is to be numbered, where it is.
   * @throws RangeError when the slot is in use or out of range.
   * @returns False when no stream can be opened now: the limit is reached (`onWritable` will tell),
   *   or the session is draining or closed.
   */
  open(request: PreparedRequest, slot: number, handler: StreamHandler, number = 0): boolean {
    if (this.streams.table.active >= this.streamLimit) {
      this.wasRefused = true;
      return false;
    }
    if (this.streams.table.ids[slot] !== 0) throw new RangeError(`slot ${slot} is not free`);
    const id = this.streams.open(slot, handler, request.isHead);
    if (id === 0) {
      this.drain({ kind: 'ids-exhausted' });
      this.settle();
      return false;
    }
    const { body } = request;
    const { sending } = this.streams;
    const isWhole = request.fitsOneFrame && sending.admits(body.length);
    const count = request.ready(isWhole);
    const at = this.outbox.reserve(count);
    request.write(count, id, number, this.outbox.bytes, at);
    sending.startStream(slot, isWhole ? body.length : 0);
    if (request.staysOpen) sending.keepOpen(slot);
    else if (!isWhole && body.length > 0) sending.send(slot, body);
    return true;
  }

  /**
   * Sends a message on a stream that stays open, when the one before has gone out.
   * @param message As it is to stand in DATA frames, not empty. It is read until it has gone out.
   * @param isLast Our side of the stream ends with it.
   * @returns Whether all of it has gone out; else `onSent` of the handler tells, unless it is the last.
   */
  send(slot: number, message: Uint8Array, isLast: boolean): boolean {
    return this.streams.sending.send(slot, message, isLast);
  }

  /** Ends our side of a stream that stays open, behind what it still has to send. */
  halfClose(slot: number): void {
    if (!this.isClosed && this.streams.table.ids[slot] !== 0) this.streams.sending.halfClose(slot);
  }

  /** Ends a stream with RST_STREAM CANCEL; its handler hears nothing more. False on a free slot. */
  cancel(slot: number): boolean {
    if (this.isClosed || this.streams.table.ids[slot] === 0) return false;
    this.streams.reset(slot, ErrorCode.CANCEL);
    this.settle();
    return true;
  }

  /** Takes bytes read from the socket; `chunk` may be reused afterwards. */
  receive(chunk: Uint8Array, length: number): void {
    if (this.isClosed) return;
    this.counts.bytesIn += length;
    this.outbox.beginRead();
    try {
      this.reader.feed(chunk, length);
    } catch (error) {
      this.violate(error);
    } finally {
      this.announceRoom();
      this.settle();
      this.outbox.endRead();
    }
  }

  /**
   * Ends the session: no new streams, those in flight get up to `graceMs` to end, then they fail
   * with `connection-lost`. Resolves when the socket is closed.
   */
  async close(graceMs: number): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      if (this.socket.closed) resolve();
      else this.socket.once('close', resolve);
    });
    this.drain({ kind: 'own-close' });
    this.settle();
    const timer = setTimeout(() => {
      this.destroy();
    }, graceMs);
    await closed;
    clearTimeout(timer);
  }

  /** Ends the session at once; streams in flight fail with `connection-lost`. */
  destroy(cause: CloseCause = { kind: 'own-close' }): void {
    this.sayGoodbye(ErrorCode.NO_ERROR, '');
    this.end(cause);
  }

  /**
   * Makes the peer say something, so that one that lives can be told from one that has vanished:
   * SETTINGS without entries, which must be acknowledged at once (RFC 9113, section 6.5.3). Of PING
   * gRPC servers allow few.
   */
  askForAcknowledgement(): void {
    if (!this.isClosed) this.outbox.frame(FrameType.SETTINGS, 0, 0, NO_PAYLOAD);
  }

  onSettings(bytes: Uint8Array, start: number, end: number): void {
    this.countAck();
    this.peer.apply(bytes, start, end);
    this.streams.sending.onInitialWindow(this.peer.initialWindowBytes);
    this.encoder.limitTable(this.peer.leastHeaderTableBytes);
    this.outbox.frame(FrameType.SETTINGS, Flag.ACK, 0, NO_PAYLOAD);
    if (this.current.kind === 'open') {
      this.streamLimit = Math.min(this.streams.table.slots, this.peer.maxConcurrentStreams);
    }
    this.events.onSettings?.(this.peer.maxConcurrentStreams);
  }

  onSettingsAcknowledged(): void {
    this.blocks.onSettingsAcknowledged();
  }

  onPing(bytes: Uint8Array, start: number): void {
    this.countAck();
    this.outbox.frame(FrameType.PING, Flag.ACK, 0, bytes.subarray(start, start + 8));
  }

  onGoaway(lastStreamId: number, code: number, debug: string): void {
    this.counts.goaway++;
    if (lastStreamId > (this.goaway?.lastStreamId ?? MAX_STREAM_ID)) {
      throw new ConnectionViolation(ErrorCode.PROTOCOL_ERROR, 'GOAWAY with a growing stream id');
    }
    this.goaway = { lastStreamId, code, debug };
    this.drain({ kind: 'drained', code, debug });
    this.events.onGoaway?.(lastStreamId, code, debug);
    this.streams.failAbove(lastStreamId, { kind: 'refused', by: 'goaway' });
  }

  private countAck(): void {
    if (++this.pendingAcks > MAX_PENDING_ACKS) {
      throw new ConnectionViolation(ErrorCode.ENHANCE_YOUR_CALM, 'acknowledgements are not read');
    }
  }

  /** Tells an owner that was refused a stream when there is room again. */
  private announceRoom(): void {
    if (!this.wasRefused || this.streams.table.active >= this.streamLimit) return;
    this.wasRefused = false;
    this.events.onWritable?.();
  }

  private drain(cause: CloseCause): void {
    if (this.current.kind === 'closed') return;
    if (this.current.kind === 'draining') {
      // A further GOAWAY knows better why than the first; nothing else takes the place of a cause.
      if (this.current.cause.kind !== 'drained' || cause.kind !== 'drained') return;
    }
    this.current = { kind: 'draining', cause };
    this.streamLimit = 0;
  }

  /** A draining session without streams is over. */
  private settle(): void {
    if (this.current.kind !== 'draining' || this.active > 0) return;
    this.sayGoodbye(ErrorCode.NO_ERROR, '');
    this.end(this.current.cause);
  }

  private violate(error: unknown): void {
    const violation =
      error instanceof HpackError
        ? new ConnectionViolation(ErrorCode.COMPRESSION_ERROR, error.message)
        : error;
    // Anything else was thrown by a handler and is not ours to swallow.
    if (!(violation instanceof ConnectionViolation)) throw error;
    this.sayGoodbye(violation.code, violation.message);
    this.end({ kind: 'violation', code: violation.code, rule: violation.message });
  }

  /** GOAWAY: last stream 0, since we refuse push and have processed none of the peer's. */
  private sayGoodbye(code: number, debug: string): void {
    if (this.isClosed) return;
    const text = Buffer.from(debug);
    const payload = new Uint8Array(8 + text.length);
    writeUint32(code, payload, 4);
    payload.set(text, 8);
    this.outbox.frame(FrameType.GOAWAY, 0, 0, payload);
  }

  private end(cause: CloseCause): void {
    if (this.current.kind === 'closed') return;
    this.current = { kind: 'closed', cause };
    this.streamLimit = 0;
    this.outbox.flush();
    this.outbox.close();
    this.streams.failAbove(0, { kind: 'connection-lost', cause });
    this.events.onClosed?.(cause);
    const linger = setTimeout(() => this.socket.destroy(), LINGER_MS);
    this.socket.once('close', () => {
      clearTimeout(linger);
    });
    this.socket.end();
  }
}

const NO_PAYLOAD = new Uint8Array(0);
