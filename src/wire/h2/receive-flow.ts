import { DEFAULT_WINDOW_BYTES, FrameType, writeUint32 } from './frame-types.js';
import type { Outbox } from './outbox.js';
import type { StreamTable } from './stream-table.js';

/**
 * Flow control of what we receive (RFC 9113, section 5.2). Data is consumed as it arrives; a window
 * is opened again when half of it has been used.
 */
export class ReceiveFlow {
  private readonly streams: StreamTable;
  private readonly outbox: Outbox;
  private readonly connectionBytes: number;
  private readonly streamBytes: number;
  private connectionUsed = 0;
  private readonly used: Int32Array;
  private readonly increment = new Uint8Array(4);

  /**
   * @param connectionBytes Window of the connection; at least 65,535, where RFC 9113 starts it.
   * @param streamBytes Window of each stream: our SETTINGS_INITIAL_WINDOW_SIZE.
   */
  constructor(streams: StreamTable, outbox: Outbox, connectionBytes: number, streamBytes: number) {
    this.streams = streams;
    this.outbox = outbox;
    this.connectionBytes = Math.max(connectionBytes, DEFAULT_WINDOW_BYTES);
    this.streamBytes = streamBytes;
    this.used = new Int32Array(streams.slots);
  }

  /** Widens the connection's window from its initial value; to be sent after our SETTINGS. */
  open(): void {
    const increment = this.connectionBytes - DEFAULT_WINDOW_BYTES;
    if (increment > 0) this.announce(0, increment);
  }

  startStream(slot: number): void {
    this.used[slot] = 0;
  }

  /**
   * Counts a DATA frame of any stream, padding included. Half the window is more than a frame, so
   * a peer cannot exceed it before it has been opened again.
   */
  onConnectionData(bytes: number): void {
    this.connectionUsed += bytes;
    if (this.connectionUsed * 2 < this.connectionBytes) return;
    this.announce(0, this.connectionUsed);
    this.connectionUsed = 0;
  }

  /** Counts a DATA frame of a live stream; false when it exceeds the stream's window. */
  onStreamData(slot: number, bytes: number): boolean {
    this.used[slot]! += bytes;
    return this.used[slot]! <= this.streamBytes;
  }

  /** Opens the window of a stream that goes on, if it is time. */
  replenish(slot: number): void {
    if (this.used[slot]! * 2 < this.streamBytes || this.used[slot] === 0) return;
    this.announce(this.streams.ids[slot]!, this.used[slot]!);
    this.used[slot] = 0;
  }

  private announce(streamId: number, increment: number): void {
    writeUint32(increment, this.increment, 0);
    this.outbox.frame(FrameType.WINDOW_UPDATE, 0, streamId, this.increment);
  }
}
