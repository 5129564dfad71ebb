import type { CallEnd, RawAnswer } from '../../call/answer.js';
import type { UnsentCause } from '../../count/counted.js';
import type { Request } from './request.js';

/** Why a request was not sent, and since when it was due. */
export interface Unsent {
  cause: UnsentCause;
  /** What its connection lacked, in words; empty where there is nothing to say. */
  text: string;
  /** How long it waited because of the peer, in ms, where that is its latency (open loop); else null. */
  waitedMs: number | null;
}

/** Takes what happens to the requests of a phase. No argument may be kept. */
export interface PhaseCounting {
  /** The peer has answered: any number of times for a request, before its end. */
  onAnswer(call: number, slot: number, answer: RawAnswer): void;
  /** A request that was sent has ended; exactly once for each. */
  onEnd(request: Readonly<Request>, end: CallEnd, endedAtMs: number): void;
  /** A request that was taken up is not sent; exactly once for each such. */
  onUnsent(request: Readonly<Request>, unsent: Unsent): void;
  /** Requests that were due and never taken up. */
  onNeverTakenUp(call: number, cause: UnsentCause, count: number): void;
  /** Of all requests that have ended, in ms; null when none has. */
  medianLatencyMs(): number | null;
}
