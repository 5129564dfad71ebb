import {
  type AnswerFields,
  type CallEnd,
  type CallEndKind,
  NO_STATUS,
  type RawAnswer,
} from '../../call/answer.js';
import type { BrokenBy } from '../../count/counted.js';
import type { CloseCause } from '../../wire/h2/close-cause.js';
import { GrpcStatus } from '../../wire/grpc/status.js';
import type { Reply, ReplyKind } from '../../wire/grpc/reply.js';
import type { HttpResponse, ResponseKind } from '../../wire/http/response.js';
import type { HeaderBlock } from '../../wire/h2/header-block.js';
import { failureText } from './failure-text.js';

/** The first of HTTP's statuses that say of a failure. */
const FIRST_FAILURE = 400;
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
  /** What broke the call; null where it was answered, may be sent again, or was given up on this side. */
  brokenBy: BrokenBy | null = null;
  #headers: HeaderBlock | null = null;
  #trailers: HeaderBlock | null = null;

  /** Takes over what came of a gRPC call. */
  from(reply: Reply): this {
    this.#headers = reply.headers;
    this.#trailers = reply.trailers;
    this.buffer = reply.bytes;
    this.messageStart = reply.start;
    this.messageEnd = reply.end;
    this.status = reply.grpcStatus;
    if (reply.grpcStatus === GrpcStatus.OK) {
      this.kind = 'answered';
      this.hasAnswer = true;
      this.cause = '';
      this.brokenBy = null;
      return this;
    }
    this.kind = END_KINDS[reply.kind];
    this.hasAnswer = reply.headers !== null && this.kind !== 'unprocessed';
    this.cause = reply.statusMessage;
    this.brokenBy = brokenBy(reply.kind, reply.closeCause);
    // The peer says OK, and what it sent is not one whole message.
    if (reply.trailers?.grpcStatus === GrpcStatus.OK && reply.headers?.isGrpc === true) {
      this.brokenBy = 'violation';
    }
    return this;
  }

  /** Takes over what came of an HTTP request. */
  fromHttp(response: HttpResponse): this {
    this.#headers = response.headers;
    this.#trailers = response.trailers;
    this.buffer = response.bytes;
    this.messageStart = response.start;
    this.messageEnd = response.end;
    this.kind = RESPONSE_END_KINDS[response.kind];
    this.hasAnswer = this.kind === 'answered';
    this.status = this.hasAnswer ? response.status : NO_STATUS;
    this.brokenBy = brokenBy(response.kind, response.closeCause);
    if (this.hasAnswer)
      this.cause = response.status < FIRST_FAILURE ? '' : failureText(this, false);
    else this.cause = response.cause;
    return this;
  }

  /**
   * Makes it the end of a call that came to nothing on this side.
   *
   * @param headers What had come of its answer; null for nothing.
   */
  without(
    kind: CallEndKind,
    status: number,
    cause: string,
    headers: HeaderBlock | null = null,
  ): this {
    this.#headers = headers;
    this.#trailers = null;
    this.buffer = NO_BYTES;
    this.messageStart = 0;
    this.messageEnd = 0;
    this.hasAnswer = headers !== null;
    this.brokenBy = null;
    this.kind = kind;
    this.status = status;
    this.cause = cause;
    return this;
  }

  header(name: string): string | undefined {
    return name === 'set-cookie' ? this.#headers?.lines(name) : this.#headers?.get(name);
  }

  trailer(name: string): string | undefined {
    return this.#trailers?.get(name);
  }

  fields(): AnswerFields {
    const isTrailersOnly = this.#trailers === this.#headers;
    return {
      headers: fieldsOf(this.#headers),
      trailers: isTrailersOnly ? [] : fieldsOf(this.#trailers),
    };
  }
}

function fieldsOf(block: HeaderBlock | null): AnswerFields['headers'] {
  return block?.names.map((name, at) => [name, block.values[at] ?? ''] as const) ?? [];
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

const RESPONSE_END_KINDS: Readonly<Record<ResponseKind, CallEndKind>> = {
  answered: 'answered',
  reset: 'broken',
  refused: 'unprocessed',
  'connection-lost': 'broken',
  violation: 'broken',
  'too-large': 'broken',
};

function brokenBy(kind: ReplyKind | ResponseKind, closeCause: CloseCause | null): BrokenBy | null {
  switch (kind) {
    case 'reset':
      return 'reset';
    case 'no-status':
    case 'too-large':
    case 'violation':
      return 'violation';
    case 'connection-lost':
      if (closeCause?.kind === 'own-close') return null;
      return closeCause?.kind === 'violation' ? 'violation' : 'connection';
    default:
      return null;
  }
}
