import type { HeaderBlock } from '../h2/header-block.js';
import { DEFAULT_WINDOW_BYTES } from '../h2/frame-types.js';
import type { PreparedRequest } from '../h2/prepared-request.js';
import type { Session } from '../h2/session.js';
import type { SessionLimits } from '../h2/session-limits.js';
import type { StreamFailure, StreamHandler } from '../h2/stream-handler.js';
import { Reply } from './reply.js';
import { setFailure, setForeign, setStatus, UNFIT_MESSAGE } from './reply-outcome.js';
import { frameMessage, requestFields, type UnaryRequest } from './request.js';
import { GrpcStatus } from './status.js';
import { GrpcStreamReader } from './stream-reader.js';

/** Takes what happens to streams, told by slot. A reply is valid only during the call. */
export interface StreamEvents {
  /** A message has come; the reply holds it, and the headers. */
  onMessage(slot: number, reply: Reply): void;
  /** The stream has ended; the reply holds no message. The slot is free. */
  onEnd(slot: number, reply: Reply): void;
  /** The message that had to wait has gone out, and another may be sent. */
  onSent(slot: number): void;
}

/** Who sends several messages. */
export type StreamingSide = 'server' | 'client' | 'both';

/** gRPC's customary limit on a received message. */
const DEFAULT_MAX_MESSAGE_BYTES = 4 * 1024 * 1024;

/**
 * Windows of sessions that carry streams: those that HTTP/2 begins with, of gRPC's other clients too. Wider
 * ones let a peer have more frames on their way than a proxy bears. Envoy takes 10,000 that it cannot write at
 * once for a flood, and closes the connection without a word (`max_outbound_frames`); of messages of 20
 * bytes these windows hold 2,500.
 */
export const STREAM_WINDOWS: Pick<SessionLimits, 'streamWindowBytes' | 'connectionWindowBytes'> = {
  streamWindowBytes: DEFAULT_WINDOW_BYTES,
  connectionWindowBytes: DEFAULT_WINDOW_BYTES,
};

/** What a stream is opened with. */
export interface StreamRequest extends Omit<UnaryRequest, 'message'> {
  readonly streaming: StreamingSide;
  /** The one message of a call that only the server streams; the others are sent one by one. */
  readonly message: Uint8Array | null;
}

/** A stream that can be opened any number of times on the session it was prepared on. */
export interface PreparedStream {
  readonly request: PreparedRequest;
  readonly streaming: StreamingSide;
}

/**
 * Streaming gRPC calls on a session (grpc/doc/PROTOCOL-HTTP2.md). Every stream that was opened ends in
 * exactly one `onEnd`, unless it is cancelled; until then any number of messages may come.
 */
export class StreamingCalls implements StreamHandler {
  readonly #session: Session;
  readonly #events: StreamEvents;
  readonly #reader: GrpcStreamReader;
  readonly #headers: (HeaderBlock | null)[];
  /** By slot: 1 where the answer is to be one message. */
  readonly #isSingle: Uint8Array;
  readonly #messages: Float64Array;
  /** One reply for each depth of nesting: a callback may end other streams, which call back. */
  readonly #replies: Reply[] = [];
  #depth = 0;

  /**
   * @param session An open session; its slots are shared with other users of it, if any.
   * @param maxMessageBytes Larger messages of the peer end their stream with RESOURCE_EXHAUSTED.
   */
  constructor(
    session: Session,
    events: StreamEvents,
    maxMessageBytes: number = DEFAULT_MAX_MESSAGE_BYTES,
  ) {
    this.#session = session;
    this.#events = events;
    this.#reader = new GrpcStreamReader(
      session.slots,
      maxMessageBytes,
      (slot, bytes, start, end) => {
        this.#onMessage(slot, bytes, start, end);
      },
    );
    this.#headers = new Array<HeaderBlock | null>(session.slots).fill(null);
    this.#isSingle = new Uint8Array(session.slots);
    this.#messages = new Float64Array(session.slots);
  }

  /**
   * Readies a stream to be opened any number of times on this session.
   * @throws RangeError for metadata that gRPC does not allow.
   */
  prepare(request: StreamRequest): PreparedStream {
    const { streaming, message, numberedHeader = null } = request;
    const isOpen = streaming !== 'server';
    const body = isOpen || message === null ? NO_BYTES : frameMessage(message);
    const fields = requestFields({ ...request, message: NO_BYTES });
    const prepared = this.#session.prepare(fields, body, false, numberedHeader, isOpen);
    return { request: prepared, streaming };
  }

  /**
   * Opens a stream.
   * @param slot A free slot below the session's `slots`.
   * @param number What the request is to be numbered, where it is.
   * @returns False when no stream can be opened now; nothing comes of it then.
   */
  open({ request, streaming }: PreparedStream, slot: number, number = 0): boolean {
    if (!this.#session.open(request, slot, this, number)) return false;
    this.#reader.begin(slot);
    this.#headers[slot] = null;
    this.#messages[slot] = 0;
    this.#isSingle[slot] = streaming === 'client' ? 1 : 0;
    return true;
  }

  /**
   * Sends a message on a stream whose client streams, when the one before has gone out.
   * @param framed With its prefix, as `frameMessage` gives it; it is read until it has gone out.
   * @param isLast Our side of the stream ends with it.
   * @returns Whether all of it has gone out; else `onSent` tells, unless it is the last.
   */
  send(slot: number, framed: Uint8Array, isLast: boolean): boolean {
    return this.#session.send(slot, framed, isLast);
  }

  /** Ends our side of a stream, behind what it still has to send. */
  halfClose(slot: number): void {
    this.#session.halfClose(slot);
  }

  /** The headers that a stream in flight was answered with; null before they have come. */
  headersOf(slot: number): HeaderBlock | null {
    return this.#headers[slot] ?? null;
  }

  /** Gives a stream up with RST_STREAM CANCEL. No `onEnd` comes; false when the slot was free. */
  cancel(slot: number): boolean {
    if (!this.#session.cancel(slot)) return false;
    this.#reader.abandon(slot);
    return true;
  }

  onHeaders(slot: number, headers: HeaderBlock, isEnd: boolean): void {
    this.#headers[slot] = headers;
    if (isEnd) this.#complete(slot, headers);
  }

  onData(slot: number, bytes: Uint8Array, start: number, end: number, isEnd: boolean): void {
    // The body of an answer that is not gRPC (a proxy's error page) is of no use.
    if (this.#headers[slot]!.isGrpc) {
      const unfit = this.#reader.read(slot, bytes, start, end);
      if (unfit !== null) {
        if (!isEnd) this.#session.cancel(slot);
        this.#refuse(slot, unfit);
        return;
      }
    }
    if (isEnd) this.#complete(slot, null);
  }

  onTrailers(slot: number, trailers: HeaderBlock): void {
    this.#complete(slot, trailers);
  }

  onFailure(slot: number, failure: StreamFailure): void {
    const reply = this.#take(slot, null);
    setFailure(reply, failure);
    this.#end(slot, reply);
  }

  onSent(slot: number): void {
    this.#events.onSent(slot);
  }

  #onMessage(slot: number, bytes: Uint8Array, start: number, end: number): void {
    this.#messages[slot]! += 1;
    const reply = this.#take(slot, null);
    reply.set('status', GrpcStatus.OK, '');
    reply.bytes = bytes;
    reply.start = start;
    reply.end = end;
    this.#depth++;
    try {
      this.#events.onMessage(slot, reply);
    } finally {
      this.#depth--;
    }
  }

  #refuse(slot: number, unfit: 'too-large' | 'compressed'): void {
    const reply = this.#take(slot, null);
    if (unfit === 'too-large') {
      reply.set('too-large', GrpcStatus.RESOURCE_EXHAUSTED, 'response message beyond the limit');
    } else {
      const { status, detail } = UNFIT_MESSAGE.compressed;
      reply.set('violation', status, detail);
    }
    this.#end(slot, reply);
  }

  /** The response is complete: `trailers` hold the status, if anything does. */
  #complete(slot: number, trailers: HeaderBlock | null): void {
    const reply = this.#take(slot, trailers);
    setStatus(reply, trailers);
    if (reply.grpcStatus === GrpcStatus.OK) this.#checkMessages(slot, reply);
    this.#end(slot, reply);
  }

  /** OK is what the peer says; whether it fits what came is another matter. */
  #checkMessages(slot: number, reply: Reply): void {
    if (!reply.headers!.isGrpc) {
      setForeign(reply);
      return;
    }
    const messages = this.#messages[slot]!;
    const isOne = this.#isSingle[slot] === 0 || messages === 1;
    if (!this.#reader.isInMessage(slot) && isOne) return;
    const unfit = this.#reader.isInMessage(slot) ? 'cut' : messages === 0 ? 'none' : 'several';
    const { status, detail } = UNFIT_MESSAGE[unfit];
    reply.set('status', status, detail);
  }

  #take(slot: number, trailers: HeaderBlock | null): Reply {
    const reply = (this.#replies[this.#depth] ??= new Reply());
    reply.clear(this.#headers[slot]!, trailers);
    return reply;
  }

  #end(slot: number, reply: Reply): void {
    this.#reader.abandon(slot);
    this.#headers[slot] = null;
    this.#depth++;
    try {
      this.#events.onEnd(slot, reply);
    } finally {
      this.#depth--;
    }
  }
}

const NO_BYTES = new Uint8Array(0);
