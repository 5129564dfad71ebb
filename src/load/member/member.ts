import type { Counted } from '../../count/counted.js';
import type { LoadOrder } from '../load-order.js';
import type { LoadShare } from '../plan.js';
import type { PartProgress } from '../progress.js';
import type { SentCounts } from './sent-counts.js';

/** What a member is to do. Plain data and shared memory: it travels to worker threads. */
export interface MemberTask {
  order: LoadOrder;
  share: LoadShare;
  /** The member fills it. */
  sent: SentCounts;
}

/** When a sample is taken, in ms since 1970. */
export interface SampleTimes {
  startEpochMs: number;
  /** When no more is taken up; null when only the number of requests ends it. */
  untilEpochMs: number | null;
}

/**
 * `drain`: nothing more is sent, and what is in flight is awaited. `silent`: likewise, and what is not
 * sent is so because nothing is answered. `cancel`: what is in flight is given up as well.
 */
export type StopHow = 'drain' | 'silent' | 'cancel';

/** What shows that going on would do harm. */
export interface Harm {
  /** The destination that answers nothing but errors; null: too many of all requests fail. */
  destination: string | null;
}

/** One of those that carry a load together. */
export interface LoadMember {
  /** Dials the connections and sends the warm-up. Resolves as well when the member has died. */
  warm(): Promise<void>;
  /** Takes the sample. Called once, when it is warm. */
  start(times: SampleTimes): void;
  /**
   * What everything due before a moment came to, since the start; resolves once all of it has ended.
   * One at a time, after {@link start}.
   *
   * @param beforeEpochMs In ms since 1970, a little ahead.
   * @returns null when the moment had passed before the member heard of it.
   */
  snapshot(beforeEpochMs: number): Promise<Counted | null>;
  stop(how: StopHow): void;
  /** Resolves when the sample does harm, where that is looked for. */
  readonly harm: Promise<Harm>;
  /** Resolves when nothing of the sample can count, where that is looked for. */
  readonly hopeless: Promise<void>;
  /** Requests of the warm-up that were sent so far. */
  warmedUp(): number;
  /** How far the sample has come; null before there is anything to say. */
  progress(): PartProgress | null;
  /** What the sample came to, in the end. */
  readonly done: Promise<Counted>;
  /** Lets go of everything. Bounded in time. */
  close(): Promise<void>;
}
