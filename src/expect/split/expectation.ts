import type { SplitDesign } from './split-evidence.js';
import type { DrawFigures } from './draws/draw-figures.js';
import type { SplitTest } from './draws/split-test.js';
import type { DestinationErrors, JudgedErrors } from './errors/judged-errors.js';
import type { DecidedBy } from './verdict/decided-by.js';
import type { InjectedAborts } from '../injected-aborts.js';

/** What is asked for: answers that are split as the weights say. */
export interface SplitWish {
  kind: 'split';
  /** As the user wrote it: `5pp`. */
  tolerance: string;
  /** The error rate that a pass excludes for each destination, 0 to 1; null: none. */
  errorRateShown: number | null;
  design: SplitDesign;
}

/** The answers are split as the weights say. */
export interface SplitExpectation extends SplitWish {
  /** Probability of a pass that the sample was planned for. */
  power: number;
  /** Requests that a verdict needs; null when no number is enough. */
  requestsPlanned: number | null;
  /** Of a sequential run: the most that may be sent; null where only a clock ends it, or where it is of a fixed size. */
  requestsAtMost?: number | null | undefined;
}

/** What the failures of one destination show, beside their counts. */
export type ErrorFigures = Pick<
  DestinationErrors,
  'unidentified' | 'limit' | 'pValue' | 'othersPValue' | 'excludedAbove'
>;

/** What judging a split brings to light besides the counts. */
export interface SplitFigures {
  /** Probability of a pass for an exactly right split with this many requests. */
  power: number;
  /** Those of the route, then others that answered. */
  destinations: {
    name: string;
    expectedShare: number;
    /** Goodman's simultaneous interval for the share, at 1 − alpha; null without answers. */
    interval: [number, number] | null;
    /** How far the share may be off, as a share. */
    tolerance: number;
    /** What its failures show; null where it has no weight. */
    errors: ErrorFigures | null;
  }[];
  /** What the failures of all show together. */
  errors: JudgedErrors['pooled'];
  /** The test of the answers against the weights, with the p-value that decided; null where there is nothing to test. */
  test: (SplitTest & { decidingPValue: number; decidedBy: DecidedBy }) | null;
  aborts: InjectedAborts | null;
  draws: DrawFigures;
}
