import type { CallEnd, RawAnswer } from '../../call/answer.js';

/** An answer of a protocol over HTTP, which reads what HTTP says. */
export interface ReadsHttp extends RawAnswer, CallEnd {
  /** Takes over an answer. */
  from(http: RawAnswer): this;
  /** Takes over an answer that was cut short. */
  fromPart(http: RawAnswer): this;
  /** Takes over the end of a request that has no answer, or only a part of one. */
  fromEnd(end: CallEnd): this;
  /** The end of what was taken over: the body of a failure that is not its own has words for it. */
  endingAs(end: CallEnd): this;
}
