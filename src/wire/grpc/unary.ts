import { GrpcMessageReader } from './message-reader.js';
import { frameMessage, requestFields, type UnaryRequest } from './request.js';
import { setFailure, setForeign, setStatus, UNFIT_MESSAGE } from './reply-outcome.js';
import { GrpcStatus } from './status.js';
import type { HeaderBlock } from '../h2/header-block.js';
import type { PreparedRequest } from '../h2/prepared-request.js';
import { Reply } from './reply.js';
import type { Session } from '../h2/session.js';
import type { StreamFailure, StreamHandler } from '../h2/stream-handler.js';

/** Takes the outcome of a call; `reply` is valid only during the call. */
export type OnReply = (slot: number, reply: Reply) => void;

/** gRPC's customary limit on a received message. */
const DEFAULT_MAX_RESPONSE_BYTES = 4 * 1024 * 1024;

/**
 * Unary gRPC calls on a session (grpc/doc/PROTOCOL-HTTP2.md). Every accepted call ends in exactly
 * one `onReply`, unless it is cancelled; the slot is free again when it comes.
 */
export class UnaryCalls implements StreamHandler {
  private readonly session: Session;
  private readonly onReply: OnReply;
  private readonly messages: GrpcMessageReader;
  private readonly headers: (HeaderBlock | null)[];
  /** One reply for each depth of nesting: a callback may end other calls, which call back. */
  private readonly replies: Reply[] = [];
  private depth = 0;

  /**
   * @param session An open session; its slots are shared with other users of it, if any.
   * @param onReply Called for every call that ends; may make new calls, on the same slot too.
   * @param maxResponseBytes Larger response messages fail with RESOURCE_EXHAUSTED.
   */
  constructor(
    session: Session,
    onReply: OnReply,
    maxResponseBytes: number = DEFAULT_MAX_RESPONSE_BYTES,
  ) {
    this.session = session;
    this.onReply = onReply;
    this.messages = new GrpcMessageReader(session.slots, maxResponseBytes);
    this.headers = new Array<HeaderBlock | null>(session.slots).fill(null);
  }

  /**
   * Readies a request to be sent any number of times on this session.
   * @throws RangeError for metadata that gRPC does not allow.
   */
  prepare(request: UnaryRequest): PreparedRequest {
    const { numberedHeader = null } = request;
    const message = frameMessage(request.message);
    return this.session.prepare(requestFields(request), message, false, numberedHeader);
  }

  /**
   * Makes a call.
   * @param request Prepared on this session.
   * @param slot A free slot below the session's `slots`.
   * @param number What the request is to be numbered, where it is.
   * @returns False when no stream can be opened now; `onReply` will not come then.
   */
  call(request: PreparedRequest, slot: number, number = 0): boolean {
    if (!this.session.open(request, slot, this, number)) return false;
    this.messages.begin(slot);
    this.headers[slot] = null;
    return true;
  }

  /** Gives a call up with RST_STREAM CANCEL. No `onReply` comes; false when the slot was free. */
  cancel(slot: number): boolean {
    if (!this.session.cancel(slot)) return false;
    this.messages.abandon(slot);
    return true;
  }

  onHeaders(slot: number, headers: HeaderBlock, isEnd: boolean): void {
    this.headers[slot] = headers;
    if (isEnd) this.complete(slot, headers);
  }

  onData(slot: number, bytes: Uint8Array, start: number, end: number, isEnd: boolean): void {
    // The body of an answer that is not gRPC (a proxy's error page) is of no use.
    if (this.headers[slot]!.isGrpc && !this.messages.append(slot, bytes, start, end)) {
      this.messages.abandon(slot);
      if (!isEnd) this.session.cancel(slot);
      const reply = this.take(slot, null);
      reply.set('too-large', GrpcStatus.RESOURCE_EXHAUSTED, 'response message beyond the limit');
      this.deliver(slot, reply);
      return;
    }
    if (isEnd) this.complete(slot, null);
  }

  onTrailers(slot: number, trailers: HeaderBlock): void {
    this.complete(slot, trailers);
  }

  onFailure(slot: number, failure: StreamFailure): void {
    this.messages.abandon(slot);
    const reply = this.take(slot, null);
    setFailure(reply, failure);
    this.deliver(slot, reply);
  }

  /** The response is complete: `trailers` hold the status, if anything does. */
  private complete(slot: number, trailers: HeaderBlock | null): void {
    const reply = this.take(slot, trailers);
    const verdict = this.messages.finish(slot);
    setStatus(reply, trailers);
    if (reply.grpcStatus === GrpcStatus.OK) {
      if (verdict === 'one') {
        reply.bytes = this.messages.bytes;
        reply.start = this.messages.start;
        reply.end = this.messages.end;
      } else if (!reply.headers!.isGrpc) {
        setForeign(reply);
      } else {
        const { status, detail } = UNFIT_MESSAGE[verdict];
        reply.set('status', status, detail);
      }
    }
    this.deliver(slot, reply);
  }

  private take(slot: number, trailers: HeaderBlock | null): Reply {
    const reply = (this.replies[this.depth] ??= new Reply());
    reply.clear(this.headers[slot]!, trailers);
    this.headers[slot] = null;
    return reply;
  }

  private deliver(slot: number, reply: Reply): void {
    this.depth++;
    try {
      this.onReply(slot, reply);
    } finally {
      this.depth--;
    }
  }
}
