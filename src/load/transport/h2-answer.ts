import type { CallEnd, CallEndKind, RawAnswer } from '../../call/answer.js';
import { GrpcStatus } from '../../wire/grpc/status.js';
import type { Reply, ReplyKind } from '../../wire/grpc/reply.js';

const NO_BYTES = new Uint8Array(0);

/** What came of a call on a session: its answer and its end; one object, filled anew for each. */
export class H2Answer implements RawAnswer, CallEnd {
  kind: CallEndKind = 'answered';
  status = 0;
  cause = '';
  buffer: Uint8Array = NO_BYTES;
  messageStart = 0;
  messageEnd = 0;
  /** Whether the peer answered: with its headers at least. */
  hasAnswer = false;
  #reply: Reply | null = null;

  /** Takes over what came of a call. */
  from(reply: Reply): this {
    this.#reply = reply;
    this.buffer = reply.bytes;
    this.messageStart = reply.start;
    this.messageEnd = reply.end;
    this.status = reply.grpcStatus;
    if (reply.grpcStatus === GrpcStatus.OK) {
      this.kind = 'answered';
      this.hasAnswer = true;
      this.cause = '';
      return this;
    }
    this.kind = END_KINDS[reply.kind];
    this.hasAnswer = reply.headers !== null && this.kind !== 'unprocessed';
    this.cause = reply.statusMessage;
    return this;
  }

  /** Makes it the end of a call that came to nothing on this side. */
  without(kind: CallEndKind, status: number, cause: string): this {
    this.#reply = null;
    this.buffer = NO_BYTES;
    this.messageStart = 0;
    this.messageEnd = 0;
    this.hasAnswer = false;
    this.kind = kind;
    this.status = status;
    this.cause = cause;
    return this;
  }

  header(name: string): string | undefined {
    return this.#reply?.header(name);
  }

  trailer(name: string): string | undefined {
    return this.#reply?.trailer(name);
  }
}

const END_KINDS: Readonly<Record<ReplyKind, CallEndKind>> = {
  status: 'answered',
  'no-status': 'broken',
  reset: 'broken',
  refused: 'unprocessed',
  'connection-lost': 'broken',
  violation: 'broken',
  'too-large': 'broken',
};
