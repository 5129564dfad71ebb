import type { UnsentCause } from '../../count/counted.js';
import type { Slot } from './request.js';

/** When a phase runs, on the monotonic clock, in ms. */
export interface PhaseTimes {
  /**
   * When it began for all threads: a schedule counts from there, also where this thread heard of it
   * late.
   */
  startedAtMs: number;
  /** When no more is taken up; Infinity when only the number ends it. */
  untilMs: number;
}

/** Why nothing more is taken up. `silent`: whatever ends it, nothing is answered any more. */
export type StopReason = 'clock' | 'silent' | 'stopped' | 'interrupted';

/** Says which request is next, and when: the difference between a closed loop and an open one. */
export interface Loop {
  start(): void;
  /** A slot has nothing to do any more. */
  onFree(slot: Slot): void;
  /** A connection may carry calls again, and no request with a slot waits for it. */
  onRoom(connection: number): void;
  /** Called a few times a second: requests without a slot may have waited long enough. */
  look(nowMs: number): void;
  /** Nothing more is taken up. */
  stop(nowMs: number, why: StopReason): void;
  /** Gives up requests that wait without a slot. @param cause null for what their connection lacks. */
  giveUpWaiting(cause: UnsentCause | null, nowMs: number): void;
  /** Whether requests wait without a slot. */
  readonly isAnyWaiting: boolean;
  /** Whether requests will be taken up in a moment. */
  readonly isAboutToTakeUp: boolean;
  /** Whether nothing more will be taken up. */
  readonly isOver: boolean;
  /** Whether the clock ends it before its number does: what it had not taken up by then is not due. */
  readonly endsWithClock: boolean;
  /** Whether a request that is due before a moment has not been sent. @param timeMs Has passed. */
  hasDueBefore(timeMs: number): boolean;
  /** How much later than possible requests were taken up, in ms (p99); null where none can be. */
  readonly latenessP99Ms: number | null;
  /** The time that belongs to each request, in ms. */
  readonly intervalMs: number;
}
