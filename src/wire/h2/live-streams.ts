import { ConnectionViolation, ErrorCode } from './error-codes.js';
import { FrameType, writeUint32 } from './frame-types.js';
import type { HeaderBlock } from './header-block.js';
import type { Ledger } from './ledger.js';
import type { Outbox } from './outbox.js';
import { ReceiveFlow } from './receive-flow.js';
import { SendFlow } from './send-flow.js';
import type { SessionLimits } from './session-limits.js';
import type { StreamFailure, StreamHandler } from './stream-handler.js';
import { Phase, StreamTable } from './stream-table.js';

/**
 * The streams of a connection and what may happen to them (RFC 9113, sections 5.1 and 8.1): turns
 * frames on a stream into calls of its handler, and violations into RST_STREAM or an error.
 */
export class LiveStreams {
  readonly table: StreamTable;
  readonly sending: SendFlow;
  readonly receiving: ReceiveFlow;
  private readonly outbox: Outbox;
  private readonly ledger: Ledger;
  private readonly handlers: (StreamHandler | null)[];
  private readonly code = new Uint8Array(4);

  constructor(limits: SessionLimits, outbox: Outbox, ledger: Ledger) {
    this.table = new StreamTable(limits.slots, limits.firstStreamId);
    this.sending = new SendFlow(this.table, outbox, (slot) => this.handlers[slot]?.onSent?.(slot));
    this.receiving = new ReceiveFlow(
      this.table,
      outbox,
      limits.connectionWindowBytes,
      limits.streamWindowBytes,
    );
    this.outbox = outbox;
    this.ledger = ledger;
    this.handlers = new Array<StreamHandler | null>(limits.slots).fill(null);
  }

  /** Opens a stream on a free slot; returns its id, or 0 when the ids have run out. */
  open(slot: number, handler: StreamHandler, isHead: boolean): number {
    const id = this.table.open(slot, isHead);
    if (id === 0) return 0;
    this.handlers[slot] = handler;
    this.receiving.startStream(slot);
    this.ledger.streamsOpened++;
    return id;
  }

  /** Ends a live stream from our side; its handler hears nothing more. */
  reset(slot: number, code: number): void {
    const id = this.table.ids[slot]!;
    writeUint32(code, this.code, 0);
    this.outbox.frame(FrameType.RST_STREAM, 0, id, this.code);
    this.ledger.countReset(code, 'sent');
    this.release(slot, false);
  }

  /** Fails every live stream whose id is above `lastId`. */
  failAbove(lastId: number, failure: StreamFailure): void {
    for (let slot = 0; slot < this.table.slots; slot++) {
      if (this.table.ids[slot]! > lastId) this.fail(slot, failure, false);
    }
  }

  onHeaders(id: number, block: HeaderBlock, isEnd: boolean): void {
    const slot = this.lookUp(id);
    if (slot === -1) return;
    if (block.kind === 'too-large') {
      this.resetAndFail(slot, ErrorCode.CANCEL, { kind: 'headers-too-large' });
    } else if (this.table.phase[slot] === Phase.AWAITS_END) {
      this.onTrailers(slot, block, isEnd);
    } else if (block.kind === 'interim') {
      if (isEnd) this.violate(slot, ErrorCode.PROTOCOL_ERROR, 'interim headers end the stream');
    } else if (block.kind === 'response') {
      this.onResponse(slot, block, isEnd);
    } else {
      this.violate(slot, ErrorCode.PROTOCOL_ERROR, 'malformed response headers');
    }
  }

  private onResponse(slot: number, block: HeaderBlock, isEnd: boolean): void {
    const contentLength = this.table.isHead[slot] === 1 ? 0 : block.contentLength;
    if (isEnd && contentLength > 0) {
      this.violate(slot, ErrorCode.PROTOCOL_ERROR, 'less data than content-length');
      return;
    }
    const handler = this.handlers[slot]!;
    this.table.phase[slot] = Phase.AWAITS_END;
    if (!isEnd) this.table.bytesExpected[slot] = contentLength;
    else this.end(slot);
    handler.onHeaders(slot, block, isEnd);
  }

  private onTrailers(slot: number, block: HeaderBlock, isEnd: boolean): void {
    if (!isEnd) {
      this.violate(slot, ErrorCode.PROTOCOL_ERROR, 'trailers without END_STREAM');
    } else if (block.kind !== 'trailers') {
      this.violate(slot, ErrorCode.PROTOCOL_ERROR, 'malformed trailers');
    } else if (this.table.bytesExpected[slot]! > 0) {
      this.violate(slot, ErrorCode.PROTOCOL_ERROR, 'less data than content-length');
    } else {
      const handler = this.handlers[slot]!;
      this.end(slot);
      handler.onTrailers(slot, block);
    }
  }

  /**
   * @param frameBytes The frame's payload with padding, which flow control counts.
   */
  onData(
    id: number,
    frameBytes: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    isEnd: boolean,
  ): void {
    this.receiving.onConnectionData(frameBytes);
    const slot = this.lookUp(id);
    if (slot === -1) return;
    if (!this.receiving.onStreamData(slot, frameBytes)) {
      this.violate(slot, ErrorCode.FLOW_CONTROL_ERROR, "more data than the stream's window");
      return;
    }
    if (this.table.phase[slot] !== Phase.AWAITS_END) {
      this.violate(slot, ErrorCode.PROTOCOL_ERROR, 'data before headers');
      return;
    }
    const expected = this.table.bytesExpected[slot]!;
    if (expected !== -1) {
      const rest = expected - (end - start);
      if (rest < 0 || (isEnd && rest > 0)) {
        this.violate(slot, ErrorCode.PROTOCOL_ERROR, 'data does not match content-length');
        return;
      }
      this.table.bytesExpected[slot] = rest;
    }
    const handler = this.handlers[slot]!;
    if (isEnd) this.end(slot);
    else this.receiving.replenish(slot);
    handler.onData(slot, bytes, start, end, isEnd);
  }

  onReset(id: number, code: number): void {
    this.refuseIdle(id);
    const slot = this.table.find(id);
    // One that has ended is not reset by it, however often that is said.
    if (slot === -1) return;
    this.ledger.countReset(code, 'received');
    if (code === ErrorCode.REFUSED_STREAM)
      this.fail(slot, { kind: 'refused', by: 'rst-stream' }, true);
    else this.fail(slot, { kind: 'reset', code }, true);
  }

  onWindow(id: number, increment: number): void {
    this.refuseIdle(id);
    const slot = this.table.find(id);
    if (slot === -1) return;
    if (increment === 0) {
      this.violate(slot, ErrorCode.PROTOCOL_ERROR, 'WINDOW_UPDATE of 0');
    } else if (!this.sending.onStreamWindow(slot, increment)) {
      this.violate(slot, ErrorCode.FLOW_CONTROL_ERROR, 'a flow-control window above 2^31-1');
    }
  }

  /** Ends a live stream because the peer broke one of its rules (section 5.4.2). */
  violate(slot: number, code: number, rule: string): void {
    this.resetAndFail(slot, code, { kind: 'violation', code, rule });
  }

  private resetAndFail(slot: number, code: number, failure: StreamFailure): void {
    const handler = this.handlers[slot]!;
    this.reset(slot, code);
    handler.onFailure(slot, failure);
  }

  private fail(slot: number, failure: StreamFailure, endedByPeer: boolean): void {
    const handler = this.handlers[slot]!;
    this.release(slot, endedByPeer);
    handler.onFailure(slot, failure);
  }

  /** The peer has ended its side, and with it the stream. */
  private end(slot: number): void {
    if (this.sending.isSending(slot)) {
      // It answered before it had our whole message: it will not miss the rest (section 8.1).
      this.reset(slot, ErrorCode.CANCEL);
      return;
    }
    this.release(slot, true);
  }

  private release(slot: number, endedByPeer: boolean): void {
    this.sending.drop(slot);
    this.table.release(slot, endedByPeer);
    this.handlers[slot] = null;
  }

  /** The slot of a stream that HEADERS or DATA may come on; -1 when they are to be ignored. */
  private lookUp(id: number): number {
    const slot = this.table.find(id);
    if (slot !== -1) return slot;
    this.refuseIdle(id);
    if (this.table.wasEndedByPeer(id)) {
      throw new ConnectionViolation(ErrorCode.STREAM_CLOSED, `a frame on the ended stream ${id}`);
    }
    // Reset by us: what was under way then is ignored.
    return -1;
  }

  private refuseIdle(id: number): void {
    if (this.table.isIdle(id)) {
      throw new ConnectionViolation(ErrorCode.PROTOCOL_ERROR, `a frame on the idle stream ${id}`);
    }
  }
}
