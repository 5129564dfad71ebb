import { exactBinomialPValue } from '../../stats/binomial-test.js';
import { goodmanIntervals, type ShareInterval } from '../../stats/intervals.js';
import type { Cell } from './decide-allocation.js';
import type { Deviation } from './decide-reasons.js';
import type { ConnectionEvidence } from './dependence.js';
import { resolveTolerances, type Tolerance } from './tolerance.js';

/** What was seen of one call. */
export interface SplitEvidence {
  /** Every destination the route names, zero weights included; weights have any sum > 0. */
  destinations: readonly { name: string; weight: number; observed: number }[];
  /** Answers of workloads that are known but not named by the route. */
  leaked: number;
  /** Requests sent, N, whatever became of them. */
  sampled: number;
  /** Of those without a destination: OK answers of nobody recognisable. */
  unattributed: number;
  /** Of those without a destination: given up by this side (interrupted); no failure of the target. 0 by default. */
  cancelled?: number;
  /** Failed answers that carry a destination and are counted in its `observed`. 0 by default. */
  failedWithDestination?: number;
  /** How the answers fell on the connections; without it the draws are taken as independent. */
  connections?: ConnectionEvidence;
}

/** How it is judged. */
export interface SplitRule {
  alpha: number;
  power: number;
  tolerance: Tolerance;
  /** Part of the requests that may fail, 0..1. */
  maxErrorRate: number;
  /** Seeds the p-value where it has to be simulated. */
  seed: number;
  /** The share of leaks that a pass excludes where a weight is 0; 0.01 by default. */
  leakLimit?: number;
  /** A stricter level for failing by the split, where several calls share alpha; alpha by default. */
  failAlpha?: number;
}

export interface JudgedDestination {
  name: string;
  weight: number;
  expectedShare: number;
  observed: number;
  /** observed / n; null when there are no answers. */
  share: number | null;
  /** Simultaneous (Goodman) at 1 − alpha; null when there are no answers. */
  interval: ShareInterval | null;
  /** δ as a share. */
  tolerance: number;
  /** Exact two-sided p of this count; null without weight or answers. */
  pValue: number | null;
}

/** A destination with weight and what was counted for it. */
export interface NamedCell extends Cell {
  name: string;
}

/** The evidence made ready to be judged. */
export interface JudgedSplit {
  sampled: number;
  n: number;
  missing: number;
  /** Missing by failing: not those unrecognised or given up. */
  errors: number;
  destinations: JudgedDestination[];
  /** The destinations with weight. */
  cells: NamedCell[];
}

/**
 * Shares, tolerances, intervals and totals of the evidence.
 *
 * @param evidence Counts as seen.
 * @param rule How they will be judged.
 * @throws InputError when the tolerance names a destination without weight.
 * @throws RangeError when the counts contradict each other or no weight is above 0.
 */
export function judgedSplit(evidence: SplitEvidence, rule: SplitRule): JudgedSplit {
  const { destinations, sampled, unattributed, cancelled = 0, leaked } = evidence;
  const weightSum = destinations.reduce((sum, { weight }) => sum + weight, 0);
  if (!(weightSum > 0)) throw new RangeError('a split needs at least one weight above 0');
  const n = destinations.reduce((sum, { observed }) => sum + observed, 0);
  const missing = sampled - n;
  const failed = missing - unattributed - cancelled - leaked;
  if (failed < 0) {
    throw new RangeError(`${sampled} requests cannot have given more answers than that`);
  }
  const expected = destinations.map(({ name, weight }) => ({
    name,
    expectedShare: weight / weightSum,
  }));
  const tolerances = resolveTolerances(rule.tolerance, expected);
  const intervals =
    n > 0
      ? goodmanIntervals(
          destinations.map((d) => d.observed),
          rule.alpha,
        )
      : [];
  const judged = destinations.map(({ name, weight, observed }, i): JudgedDestination => {
    const expectedShare = weight / weightSum;
    return {
      name,
      weight,
      expectedShare,
      observed,
      share: n > 0 ? observed / n : null,
      interval: intervals[i] ?? null,
      tolerance: tolerances[i] ?? 0,
      pValue: n > 0 && weight > 0 ? exactBinomialPValue(observed, n, expectedShare) : null,
    };
  });
  const cells = judged
    .filter(({ weight }) => weight > 0)
    .map(({ name, expectedShare, tolerance, observed }) => ({
      name,
      share: expectedShare,
      tolerance,
      observed,
    }));
  const errors = failed + (evidence.failedWithDestination ?? 0);
  return { sampled, n, missing, errors, destinations: judged, cells };
}

/** Each destination with weight against its tolerance; the share is 0 when nothing was counted. */
export function deviations(cells: readonly NamedCell[]): Deviation[] {
  const total = cells.reduce((sum, { observed }) => sum + observed, 0);
  return cells.map(({ name, share: expectedShare, tolerance, observed }) => {
    const share = total === 0 ? 0 : observed / total;
    const pValue = exactBinomialPValue(observed, total, expectedShare);
    return { name, expectedShare, share, tolerance, pValue };
  });
}

/** The destination that used most of its tolerance. */
export function widestDeviation(cells: readonly NamedCell[]): Deviation {
  const use = ({ share, expectedShare, tolerance }: Deviation): number =>
    Math.abs(share - expectedShare) / (tolerance === 0 ? 1 : tolerance);
  return deviations(cells).reduce((a, b) => (use(b) > use(a) ? b : a));
}
