import { exactBinomialPValue } from '../../../stats/binomial-test.js';
import { goodmanIntervals, type ShareInterval } from '../../../stats/intervals.js';
import type { NamedCell } from '../draws/cell.js';
import type { SplitEvidence, SplitRule } from '../split-evidence.js';
import { resolveTolerances } from '../tolerance.js';

/** A destination beside what was expected of it. */
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

/** The evidence made ready to be judged. */
export interface JudgedSplit {
  sampled: number;
  n: number;
  missing: number;
  /** Missing by failing, not those unrecognised or given up. */
  failedWithoutDestination: number;
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
  const { destinations, sampled, unattributed, cancelled = 0, hidden = 0, leaked } = evidence;
  const weightSum = destinations.reduce((sum, { weight }) => sum + weight, 0);
  if (!(weightSum > 0)) throw new RangeError('a split needs at least one weight above 0');
  const n = destinations.reduce((sum, { observed }) => sum + observed, 0);
  const missing = sampled - n;
  const failed = missing - unattributed - cancelled - hidden - leaked;
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
  return { sampled, n, missing, failedWithoutDestination: failed, destinations: judged, cells };
}
