import type { BlockEvidence } from './draws/blocks-in-time.js';
import type { ConnectionEvidence } from './draws/dependence.js';
import type { UnsentRequests } from '../unsent.js';
import type { Tolerance } from './tolerance.js';

/** What was seen of one call. */
export interface SplitEvidence {
  /** Every destination the route names, zero weights included; weights have any sum > 0. */
  destinations: readonly {
    name: string;
    weight: number;
    observed: number;
    /** Failed answers among them. 0 by default. */
    failed?: number;
  }[];
  /** Answers of workloads that are known but not named by the route. */
  leaked: number;
  /** Requests sent, N, with any end. */
  sampled: number;
  unsent: UnsentRequests;
  /** OK answers that name no known workload; part of those without a destination. */
  unattributed: number;
  /** Given up by this side (interrupted), so not failures of the target; part of those without a destination. 0 by default. */
  cancelled?: number;
  /** Answers of which nothing is known because others of their call failed, so not failures themselves; part of those without a destination. 0 by default. */
  hidden?: number;
  /** Failed answers that carry a destination and are counted in its `observed`, whichever it is. By default those of the destinations. */
  failedWithDestination?: number;
  /**
   * Whether its errors fail it although nothing was answered: where others were, of the same gateway, it is this one that is
   * not there. By default nothing can be said then.
   */
  isOneOfReplicas?: boolean;
  /** How the answers fell on the connections; without it the draws are taken as independent. */
  connections?: ConnectionEvidence;
  /** How they fell on the send order; without it draws are taken not to hang together in time. */
  blocks?: BlockEvidence;
}

/** `fixed`: one look at a sample whose size was fixed before. `sequential`: as many looks as one likes. */
export type SplitDesign = 'fixed' | 'sequential';

/** How it is judged. */
export interface SplitRule {
  /** Error level: how often a right split may be failed, and a wrong one passed. */
  alpha: number;
  /** Probability with which an exactly right split passes at the planned size. */
  power: number;
  tolerance: Tolerance;
  /** Part of the requests that may fail, 0..1. */
  maxErrorRate: number;
  /** The same of single destinations, by name; `maxErrorRate` by default. */
  errorLimits?: Readonly<Record<string, number>>;
  /** The error rate of each destination that a pass excludes, 0..1; none by default. */
  errorRateShown?: number | null;
  design: SplitDesign;
  /** Of a sequential run: the most requests that might have been sent; not known by default. */
  requestsAtMost?: number | null;
  /** Seeds the p-value where it has to be simulated. */
  seed: number;
  /** The share of leaks that a pass excludes where a weight is 0; 0.01 by default. */
  leakLimit?: number;
  /** A stricter level for failing by the split, where several calls share alpha; alpha by default. */
  failAlpha?: number;
  /** A stricter level for failing by errors, likewise. */
  errorAlpha?: number;
}
