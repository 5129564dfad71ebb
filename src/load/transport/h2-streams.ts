import type { SentOnStream } from '../../call/answer.js';
import type { GrpcRequest, GrpcStream } from '../../call/grpc/request.js';
import { numberedHeaderOf } from '../../call/user-agent.js';
import type { Reply } from '../../wire/grpc/reply.js';
import { frameMessage } from '../../wire/grpc/request.js';
import { type PreparedStream, StreamingCalls } from '../../wire/grpc/streaming.js';
import type { HeaderBlock } from '../../wire/h2/header-block.js';
import type { PreparedRequest } from '../../wire/h2/prepared-request.js';
import type { Session } from '../../wire/h2/session.js';
import { metadataOf } from './grpc-metadata.js';
import { MessagePace } from './message-pace.js';

/** Takes what happens to streams. What is handed over is valid only then. */
export interface StreamLineEvents {
  onMessage(slot: number, reply: Reply): void;
  onStreamEnd(slot: number, reply: Reply, sent: SentOnStream): void;
}

/** A stream that this side gives up. */
export interface LeftStream {
  /** What it was answered with so far; null for nothing. */
  headers: HeaderBlock | null;
  sent: SentOnStream;
}

/** A call that streams, on one session. */
interface StreamCall {
  prepared: PreparedStream;
  plan: GrpcStream;
  /** The plan's messages as they stand in DATA frames. */
  framed: readonly Uint8Array[];
}

/** The streams of one session: sends their messages, each at its time and when the peer takes it. */
export class H2Streams {
  readonly #calls: StreamingCalls;
  readonly #prepared = new Map<PreparedRequest, StreamCall>();
  /** By slot; null where no stream is in flight, or its client does not stream. */
  readonly #paces: (MessagePace | null)[];

  constructor(session: Session, events: StreamLineEvents) {
    this.#paces = new Array<MessagePace | null>(session.slots).fill(null);
    this.#calls = new StreamingCalls(session, {
      onMessage: (slot, reply) => {
        events.onMessage(slot, reply);
      },
      onEnd: (slot, reply) => {
        events.onStreamEnd(slot, reply, this.#stop(slot));
      },
      onSent: (slot) => {
        this.#paces[slot]?.taken();
      },
    });
  }

  /**
   * Readies a call to be made any number of times.
   * @throws RangeError for metadata that gRPC does not allow.
   */
  prepare(request: GrpcRequest, plan: GrpcStream): PreparedRequest {
    const prepared = this.#calls.prepare({
      ...request,
      ...numberedHeaderOf(request),
      metadata: metadataOf(request),
      streaming: plan.side,
    });
    this.#prepared.set(prepared.request, {
      prepared,
      plan,
      framed: plan.messages.map(frameMessage),
    });
    return prepared.request;
  }

  /** Opens a stream, and begins to send on it. @returns false when there is no room now. */
  call(request: PreparedRequest, slot: number, number: number): boolean {
    const { prepared, plan, framed } = this.#prepared.get(request)!;
    if (!this.#calls.open(prepared, slot, number)) return false;
    if (plan.side === 'server') return true;
    const pace = new MessagePace(plan, {
      send: (index, isLast) => this.#calls.send(slot, framed[index % framed.length]!, isLast),
      end: () => {
        this.#calls.halfClose(slot);
      },
    });
    this.#paces[slot] = pace;
    pace.start();
    return true;
  }

  /** Says no more on a stream. */
  halfClose(slot: number): void {
    this.#paces[slot]?.end();
  }

  /** What is left of a stream in flight, before it is cancelled. */
  left(slot: number): LeftStream {
    return { headers: this.#calls.headersOf(slot), sent: this.#stop(slot) };
  }

  cancel(slot: number): void {
    this.#stop(slot);
    this.#calls.cancel(slot);
  }

  #stop(slot: number): SentOnStream {
    const pace = this.#paces[slot] ?? null;
    if (pace === null) return { messages: 1, waits: 0, waitedMs: 0 };
    this.#paces[slot] = null;
    return pace.stop();
  }
}
