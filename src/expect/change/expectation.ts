import type { SplitExpectation, SplitWish } from '../split/expectation.js';
import type { Verdict } from '../verdict.js';

/** What is asked for: answers split as the previous weights say, and from some moment on as the new ones do. */
export interface ChangeWish extends Omit<SplitWish, 'kind' | 'design'> {
  kind: 'change';
  design: 'fixed';
}

/** The same, planned. `requestsPlanned` is for both sides together. */
export interface ChangeExpectation extends ChangeWish, Pick<SplitExpectation, 'power'> {
  requestsPlanned: number | null;
  /** Requests before the change, and after it, that a verdict on either needs; null when no number is enough. */
  requestsBefore: number | null;
  requestsAfter: number | null;
}

/** Requests of one stretch, by how they ended. */
export interface StretchCounts {
  /** In ms since 1970. */
  fromMs: number;
  toMs: number;
  sent: number;
  ok: number;
  failed: number;
  timedOut: number;
  cancelled: number;
  unsent: number;
  /** By destination: its name, its answers, and the failed ones among them. */
  destinations: { name: string; observed: number; failed: number }[];
}

/** One side of the change, judged. */
export interface SideFigures extends StretchCounts {
  verdict: Verdict;
  /** As those of a call. */
  reasons: { code: string; text: string }[];
  requestsPlanned: number | null;
  /** In the order of `destinations`. */
  expectedShares: number[];
  /** Of the test of the answers against the weights; null where there is nothing to test. */
  pValue: number | null;
}

/** Failures of one kind without a longer gap, and when they were sent. */
export interface TimedFailure {
  fromMs: number;
  toMs: number;
  /** As the protocol numbers it. */
  status: number;
  cause: string;
  /** null: not known. */
  destination: string | null;
  count: number;
}

/** When the change took place. */
export interface ChangeMoment {
  /** In ms since 1970: of a change at once the likeliest, of one in steps the middle of its way. */
  atMs: number;
  /** Where the change began and where it was over, each with what is not excluded at alpha. */
  beginMs: [low: number, high: number];
  endMs: [low: number, high: number];
  /** Whether it was seen to take its time; else it may have come at once. */
  isGradual: boolean;
  /** Whether what came after is none of the new weights, and perhaps still on its way. */
  isToOthers: boolean;
}

/** Connections that changed at one moment: those to one replica of the gateway, or to several. */
export interface ConnectionsMoment {
  /** Their places among the connections of the run. */
  connections: number[];
  /** Addresses that all of these connections were dialled to, and no other one; empty where an address does not tell. */
  remotes: string[];
  /** What they served: both weights one after the other, or the same ones all the time. */
  served: 'both' | 'previous' | 'new';
  /** In ms since 1970: the likeliest moment, and all that are not excluded; only where `served` is `both`. */
  atMs: number;
  betweenMs: [low: number, high: number];
}

/** What judging a change brings to light. */
export interface ChangeFigures {
  /** `not-seen`: the previous weights to the end; `over-before`: the new ones from the beginning; `unclear`: neither can be said. */
  outcome: 'found' | 'not-seen' | 'over-before' | 'unclear';
  /** null where it was not found. */
  moment: ChangeMoment | null;
  /** By time, where connections changed at several; else empty. */
  moments: ConnectionsMoment[];
  /** A further change after it: when, and the shares since, in the order of the destinations; null: none was seen. */
  again: { atMs: number; shares: number[] } | null;
  before: SideFigures | null;
  /** What is left out of both, as the change may have been under way. */
  during: StretchCounts | null;
  after: SideFigures | null;
  /** Part of the requests that may fail, in each of the three. */
  maxErrorRate: number;
  /** All failures, by when they began. */
  failures: TimedFailure[];
}
