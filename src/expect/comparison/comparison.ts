import type { Verdict } from '../verdict.js';
import type { ComparedErrors } from './compare-errors.js';
import type { ComparedQuantile } from './compare-latency.js';
import type { ComparedPair } from './timed-sides.js';

/** A candidate held against a baseline of the same run. */
export interface Comparison extends ComparedPair {
  /** The threshold that asks for it; null: the destinations were to be compared. */
  expression: string | null;
  verdict: Verdict;
  /** How often each of its answers is given wrongly. */
  level: number;
  /** What candidate ÷ baseline is to stay below. */
  ratioLimit: number;
  /** 0 to 1. */
  quantileAsked: number;
  answers: { candidate: number; baseline: number };
  /** How many answers of the smaller side lie beyond the quantile asked for when both are alike. */
  exceedancesExpected: number;
  exceedancesNeeded: number;
  /** Requests of a run in which there are enough; null where the smaller side has no answers. */
  requestsNeeded: number | null;
  /** Blocks of time. */
  blocks: number;
  blocksNeeded: number;
  blockSeconds: number;
  /** Of the quantile asked for, or a smaller one that there are enough answers for; null for neither. */
  latency: ComparedQuantile | null;
  /** null where that cannot be compared. */
  errors: ComparedErrors | null;
  /** Failures that do not say whose they are. */
  failuresWithoutIdentity: number;
  /** The client was the limit: what it says of latency is about itself. */
  isClientBottleneck: boolean;
}
