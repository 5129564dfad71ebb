import { ConnectionViolation, ErrorCode } from './error-codes.js';
import {
  DEFAULT_MAX_FRAME_BYTES,
  DEFAULT_WINDOW_BYTES,
  Flag,
  FRAME_HEADER_BYTES,
  FrameType,
  MAX_WINDOW_BYTES,
  writeFrameHeader,
} from './frame-types.js';
import type { Outbox } from './outbox.js';
import type { StreamTable } from './stream-table.js';

const NOTHING = new Uint8Array(0);

/**
 * Flow control of what we send (RFC 9113, section 5.2). Messages that fit the windows at once are
 * only counted; the others wait here and go out in turn, one frame each, as the windows open. A stream
 * that sends several has one of them here at a time: its owner holds back the next until it is told
 * that this one has gone out.
 */
export class SendFlow {
  private readonly streams: StreamTable;
  private readonly outbox: Outbox;
  private connectionWindow = DEFAULT_WINDOW_BYTES;
  private initialWindow = DEFAULT_WINDOW_BYTES;
  private readonly windows: Float64Array;
  private readonly pending: Uint8Array[];
  private readonly sent: Float64Array;
  private readonly isQueued: Uint8Array;
  /** 1: our side of the stream goes on behind what it has to send. */
  private readonly isOpen: Uint8Array;
  /** 1: the owner of the stream waits for its message to go out. */
  private readonly isAwaited: Uint8Array;
  /** Slots whose message has gone out and that may send another; the owner is told of those it waits for. */
  private readonly gone: number[] = [];
  private readonly onSent: (slot: number) => void;
  /** Slots with data whose stream window is open, in turn; at most one entry for each slot. */
  private readonly queue: Int32Array;
  private queueHead = 0;
  private queueLength = 0;

  /** @param onSent Told when the message that a stream was given has gone out, where it had to wait. */
  constructor(streams: StreamTable, outbox: Outbox, onSent: (slot: number) => void) {
    this.streams = streams;
    this.onSent = onSent;
    this.outbox = outbox;
    this.windows = new Float64Array(streams.slots);
    this.pending = new Array<Uint8Array>(streams.slots).fill(NOTHING);
    this.sent = new Float64Array(streams.slots);
    this.isQueued = new Uint8Array(streams.slots);
    this.isOpen = new Uint8Array(streams.slots);
    this.isAwaited = new Uint8Array(streams.slots);
    this.queue = new Int32Array(streams.slots);
  }

  /** True when `count` bytes on a new stream can go out now without overtaking others. */
  admits(count: number): boolean {
    return (
      count <= this.connectionWindow &&
      count <= this.initialWindow &&
      this.queueLength === 0 &&
      !this.outbox.isBackedUp
    );
  }

  /** A stream was opened and `count` bytes went out with its headers. */
  startStream(slot: number, count: number): void {
    this.windows[slot] = this.initialWindow - count;
    this.connectionWindow -= count;
  }

  /** A stream that was opened sends several messages, or may. */
  keepOpen(slot: number): void {
    this.isOpen[slot] = 1;
  }

  /**
   * Takes a message of a stream, not empty, when the one before has gone out.
   *
   * @param isLast END_STREAM goes out with its last byte.
   * @returns Whether all of it has gone out; else `onSent` tells, unless it is the last.
   */
  send(slot: number, message: Uint8Array, isLast = true): boolean {
    this.pending[slot] = message;
    this.sent[slot] = 0;
    this.isOpen[slot] = isLast ? 0 : 1;
    this.enqueue(slot);
    this.sendWhatFits();
    const isOut = this.pending[slot] === NOTHING;
    if (!isOut && !isLast) this.isAwaited[slot] = 1;
    return isOut;
  }

  /** Ends our side of a stream, with what it still has to send. */
  halfClose(slot: number): void {
    if (this.isOpen[slot] === 0) return;
    this.isOpen[slot] = 0;
    this.isAwaited[slot] = 0;
    if (this.pending[slot] !== NOTHING) return;
    this.outbox.frame(FrameType.DATA, Flag.END_STREAM, this.streams.ids[slot]!, NOTHING);
  }

  /** True when our side of this stream has not ended. */
  isSending(slot: number): boolean {
    return this.pending[slot] !== NOTHING || this.isOpen[slot] === 1;
  }

  /** True when the message of this stream has not gone out in full. */
  isWaiting(slot: number): boolean {
    return this.pending[slot] !== NOTHING;
  }

  /** Forgets what a stream still had to send. */
  drop(slot: number): void {
    this.pending[slot] = NOTHING;
    this.isOpen[slot] = 0;
    this.isAwaited[slot] = 0;
  }

  /** Applies the peer's SETTINGS_INITIAL_WINDOW_SIZE; an overflow ends the connection (section 6.9.2). */
  onInitialWindow(initialWindowBytes: number): void {
    const change = initialWindowBytes - this.initialWindow;
    this.initialWindow = initialWindowBytes;
    if (change === 0) return;
    for (let slot = 0; slot < this.streams.slots; slot++) {
      if (this.streams.ids[slot] === 0) continue;
      const window = this.windows[slot]! + change;
      if (window > MAX_WINDOW_BYTES) throw windowOverflow();
      this.windows[slot] = window;
      this.enqueue(slot);
    }
    this.pump();
  }

  onConnectionWindow(increment: number): void {
    this.connectionWindow += increment;
    if (this.connectionWindow > MAX_WINDOW_BYTES) throw windowOverflow();
    this.pump();
  }

  /** Returns false when the stream's window overflows: a stream error (section 6.9.1). */
  onStreamWindow(slot: number, increment: number): boolean {
    const window = this.windows[slot]! + increment;
    if (window > MAX_WINDOW_BYTES) return false;
    this.windows[slot] = window;
    this.enqueue(slot);
    this.pump();
    return true;
  }

  /** Sends what the windows and the socket allow, and tells owners that may send more. */
  pump(): void {
    this.sendWhatFits();
    // One that is told may send until it has to wait again, which adds others at the end.
    while (this.gone.length > 0) {
      const slot = this.gone.shift()!;
      if (this.isAwaited[slot] === 0 || this.pending[slot] !== NOTHING) continue;
      this.isAwaited[slot] = 0;
      this.onSent(slot);
    }
  }

  private sendWhatFits(): void {
    while (this.queueLength > 0 && this.connectionWindow > 0 && !this.outbox.isCongested) {
      const slot = this.queue[this.queueHead]!;
      this.queueHead = (this.queueHead + 1) % this.queue.length;
      this.queueLength--;
      this.isQueued[slot] = 0;
      if (this.pending[slot] === NOTHING) continue;
      this.sendFrame(slot);
      this.enqueue(slot);
    }
  }

  private enqueue(slot: number): void {
    if (this.isQueued[slot] === 1 || this.pending[slot] === NOTHING) return;
    if (this.windows[slot]! <= 0) return;
    this.isQueued[slot] = 1;
    this.queue[(this.queueHead + this.queueLength) % this.queue.length] = slot;
    this.queueLength++;
  }

  private sendFrame(slot: number): void {
    const message = this.pending[slot]!;
    const from = this.sent[slot]!;
    const count = Math.min(
      message.length - from,
      this.windows[slot]!,
      this.connectionWindow,
      DEFAULT_MAX_FRAME_BYTES,
    );
    if (count <= 0) return;
    const isLast = from + count === message.length;
    const isOpen = this.isOpen[slot] === 1;
    const flags = isLast && !isOpen ? Flag.END_STREAM : 0;
    const at = this.outbox.reserve(FRAME_HEADER_BYTES + count);
    const id = this.streams.ids[slot]!;
    writeFrameHeader(count, FrameType.DATA, flags, id, this.outbox.bytes, at);
    this.outbox.bytes.set(message.subarray(from, from + count), at + FRAME_HEADER_BYTES);
    this.sent[slot] = from + count;
    this.windows[slot]! -= count;
    this.connectionWindow -= count;
    if (!isLast) return;
    this.pending[slot] = NOTHING;
    if (isOpen && this.isAwaited[slot] === 1) this.gone.push(slot);
  }
}

function windowOverflow(): ConnectionViolation {
  return new ConnectionViolation(
    ErrorCode.FLOW_CONTROL_ERROR,
    'a flow-control window above 2^31-1',
  );
}
