import {
  type AnswerFields,
  type CallEnd,
  type CallEndKind,
  NO_STATUS,
  type RawAnswer,
} from '../../call/answer.js';
import type { BrokenBy } from '../../count/counted.js';
import { type CloseCause, describeCloseCause } from '../../wire/h1/close-cause.js';
import type { Response } from '../../wire/h1/response-parser.js';
import type { RequestFailure } from '../../wire/h1/session.js';
import { failureText } from './failure-text.js';

const NO_BYTES = new Uint8Array(0);
const FIRST_FAILURE = 400;

/** What came of a request on a session: its answer and its end; one object, filled anew for each. */
export class H1Answer implements RawAnswer, CallEnd {
  kind: CallEndKind = 'answered';
  status = NO_STATUS;
  cause = '';
  /** What broke the request; null where it was answered, or was given up on this side. */
  brokenBy: BrokenBy | null = null;
  buffer: Uint8Array = NO_BYTES;
  messageStart = 0;
  messageEnd = 0;
  #response: Response | null = null;

  /** Takes over a response. @param isPlaintext How it came. */
  from(response: Response, isPlaintext: boolean): this {
    const { body, status } = response;
    this.#response = response;
    this.brokenBy = null;
    this.kind = 'answered';
    this.status = status;
    this.buffer = body.bytes;
    this.messageStart = body.start;
    this.messageEnd = body.end;
    this.cause = status < FIRST_FAILURE ? '' : failureText(this, isPlaintext);
    return this;
  }

  /** Takes over a failure. @param response The head that came before it; null where none did. */
  fromFailure({ isUnprocessed, cause }: RequestFailure, response: Response | null): this {
    const isCut = cause.kind === 'peer-closed' || cause.kind === 'socket-error';
    const when = response === null ? 'before it answered' : 'in the middle of its answer';
    const words = describeCloseCause(cause);
    this.without(isUnprocessed ? 'unprocessed' : 'broken', isCut ? `${words} ${when}` : words);
    this.brokenBy = isUnprocessed ? null : BROKEN_BY[cause.kind];
    this.#response = response;
    return this;
  }

  /** Makes it the end of a request that came to nothing. */
  without(kind: CallEndKind, cause: string): this {
    this.#response = null;
    this.brokenBy = null;
    this.kind = kind;
    this.status = NO_STATUS;
    this.cause = cause;
    this.buffer = NO_BYTES;
    this.messageStart = 0;
    this.messageEnd = 0;
    return this;
  }

  /** The first of its name; of `set-cookie`, the one whose values no comma joins, all, a line each. */
  header(name: string): string | undefined {
    const headers = this.#response?.headers;
    if (name !== 'set-cookie') return headers?.value(name);
    const values = headers?.values(name) ?? [];
    return values.length === 0 ? undefined : values.join('\n');
  }

  trailer(name: string): string | undefined {
    return this.#response?.trailers.value(name);
  }

  fields(): AnswerFields {
    const { headers, trailers } = this.#response ?? {};
    return { headers: headers?.list() ?? [], trailers: trailers?.list() ?? [] };
  }
}

const BROKEN_BY: Readonly<Record<CloseCause['kind'], BrokenBy | null>> = {
  'own-close': null,
  announced: 'connection',
  'peer-closed': 'connection',
  'socket-error': 'connection',
  violation: 'violation',
  'too-large': 'violation',
  // It is told by its own name.
  'other-protocol': null,
};
