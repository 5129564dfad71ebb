import { type CallEndKind, NO_STATUS, type SentOnStream } from '../../call/answer.js';
import type { Reply } from '../../wire/grpc/reply.js';
import { H2Answer } from './h2-answer.js';
import type { LeftStream } from './h2-streams.js';

/** What came of a stream on a session: each of its messages, and its end; one object, filled anew for each. */
export class H2StreamAnswer extends H2Answer {
  endsStream = false;
  stream: SentOnStream | undefined;

  /** Takes over a message. */
  ofMessage(reply: Reply): this {
    this.endsStream = false;
    this.stream = undefined;
    return this.from(reply);
  }

  /** Takes over the end that the peer, or what befell it, has given a stream. */
  ofEnd(reply: Reply, sent: SentOnStream): this {
    this.endsStream = true;
    this.stream = sent;
    return this.from(reply);
  }

  /** Makes it the end of a stream that this side gave up, with what had come of its answer. */
  ofLeft({ headers, sent }: LeftStream, kind: CallEndKind, cause: string): this {
    this.endsStream = true;
    this.stream = sent;
    return this.without(kind, NO_STATUS, cause, headers);
  }
}
