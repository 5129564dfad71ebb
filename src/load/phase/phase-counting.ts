import type { CallEnd, RawAnswer } from '../../call/answer.js';
import type { UnsentRequests } from '../../count/tally.js';
import type { Request } from './request.js';

/** Takes what happens to the requests of a phase. No argument may be kept. */
export interface PhaseCounting {
  /** The peer has answered: any number of times for a request, before its end. */
  onAnswer(call: number, slot: number, answer: RawAnswer): void;
  /** A request that was sent has ended; exactly once for each. */
  onEnd(request: Readonly<Request>, end: CallEnd, endedAtMs: number): void;
  /** What was answered to a request does not count: it is sent again. */
  onResend(request: Readonly<Request>): void;
  /** A request that was taken up is not sent; exactly once for each such. */
  onUnsent(request: Readonly<Request>, unsent: UnsentRequests): void;
  /** Requests of a call that were due and never taken up. */
  onNeverTakenUp(call: number, unsent: UnsentRequests): void;
  /** Of all requests that have ended, in ms; null when none has. */
  medianLatencyMs(): number | null;
}
