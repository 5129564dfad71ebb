import type { InputError } from '../input-error.js';
import type { AnswerFormat } from './answer-reader.js';
import type { CallRequest } from './kinds.js';

/** A call that is ready to be made: what is sent, and how its answers are read. */
export interface PreparedCall {
  /** `pkg.Service/Method`. */
  name: string;
  /** The method in protobuf's language; absent where there is none, or its contract is missing. */
  definition?: string;
  request: CallRequest;
  answers: AnswerFormat;
  /** The same call asking an application for one request alone; absent where it asks for none. */
  single?: CallRequest;
  /** Why nothing may be sent: the target was to be asked what to send, and could not be reached. */
  contractMissing?: InputError;
}
