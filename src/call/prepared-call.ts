import type { AnswerFormat } from './answer-reader.js';
import type { CallRequest } from './kinds.js';

/** A call that is ready to be made: what is sent, and how its answers are read. */
export interface PreparedCall {
  /** `pkg.Service/Method`. */
  name: string;
  request: CallRequest;
  answers: AnswerFormat;
}
