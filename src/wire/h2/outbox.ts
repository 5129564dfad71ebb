import type net from 'node:net';

import { writeFrameHeader, FRAME_HEADER_BYTES } from './frame-types.js';

const BATCH_BYTES = 64 * 1024;
const MAX_POOLED_BATCHES = 64;
/** With more than this not yet taken by the system, message data waits. */
const HIGH_WATER_BYTES = 256 * 1024;

// Batches come back when the system has taken their bytes; all sessions of the thread share them.
const pool: Buffer[] = [];

/**
 * Gathers outgoing frames and writes them in one piece: what is sent while a chunk is being read at
 * the end of that chunk, anything else at the end of the current tick.
 */
export class Outbox {
  /** The batch being filled, valid until the next `reserve` or `flush`. */
  bytes: Buffer = EMPTY;
  /** As of the latest write the system has more to take than message data should add to. */
  isBackedUp = false;
  /** Bytes handed to the socket since the start. */
  bytesWritten = 0;
  private readonly socket: net.Socket;
  private readonly onTick: () => void;
  private readonly onDrained: () => void;
  private used = 0;
  private isScheduled = false;
  private isReading = false;
  private isClosed = false;

  /**
   * @param socket Where the frames go.
   * @param beforeFlush Called before a flush at the end of a tick.
   * @param onDrained Called when the system has taken everything written so far.
   */
  constructor(socket: net.Socket, beforeFlush: () => void, onDrained: () => void) {
    this.socket = socket;
    this.onDrained = onDrained;
    this.onTick = () => {
      this.isScheduled = false;
      beforeFlush();
      this.flush();
    };
  }

  /** Message data should wait for `onDrained`. */
  get isCongested(): boolean {
    return this.socket.writableLength + this.used > HIGH_WATER_BYTES;
  }

  /** Makes room for `count` bytes in `bytes` and returns where; they are sent with the batch. */
  reserve(count: number): number {
    let at = this.used;
    if (at + count > this.bytes.length) {
      this.flush();
      this.bytes =
        count > BATCH_BYTES
          ? Buffer.allocUnsafeSlow(count)
          : (pool.pop() ?? Buffer.allocUnsafeSlow(BATCH_BYTES));
      at = 0;
    }
    this.used = at + count;
    if (!this.isReading && !this.isScheduled) {
      this.isScheduled = true;
      queueMicrotask(this.onTick);
    }
    return at;
  }

  /** Adds one frame. */
  frame(type: number, flags: number, streamId: number, payload: Uint8Array): void {
    const at = this.reserve(FRAME_HEADER_BYTES + payload.length);
    writeFrameHeader(payload.length, type, flags, streamId, this.bytes, at);
    this.bytes.set(payload, at + FRAME_HEADER_BYTES);
  }

  /** A chunk is about to be read: hold back until {@link endRead}. */
  beginRead(): void {
    this.isReading = true;
  }

  endRead(): void {
    this.isReading = false;
    this.flush();
  }

  /** Writes what has been gathered. */
  flush(): void {
    const { bytes, used } = this;
    if (used === 0) return;
    this.bytes = EMPTY;
    this.used = 0;
    if (this.isClosed) return;
    this.bytesWritten += used;
    this.socket.write(bytes.subarray(0, used), () => {
      if (bytes.length === BATCH_BYTES && pool.length < MAX_POOLED_BATCHES) pool.push(bytes);
      this.isBackedUp = this.socket.writableLength > HIGH_WATER_BYTES;
      if (this.socket.writableLength === 0 && !this.isClosed) this.onDrained();
    });
    this.isBackedUp = this.socket.writableLength > HIGH_WATER_BYTES;
  }

  /** From now on nothing is written; what has been gathered is dropped. */
  close(): void {
    this.isClosed = true;
    this.used = 0;
    this.bytes = EMPTY;
  }
}

const EMPTY = Buffer.alloc(0);
