import { logAbove, logBayesFactor, logBelow, logBeyond } from '../../../stats/e-values.js';
import { levelCompletion } from '../draws/allocation.js';
import { type Cell, totalOf } from '../draws/cell.js';

/** What the draws say so far, as logarithms of e-values. */
export interface SplitEValues {
  /** The least of 2k: each share is below p + δ, and above p − δ. */
  within: number;
  /** The shares are not exactly the weights. */
  notTheWeights: number;
  /** The largest of 2k: some share is off by more than δ/2. */
  beyondHalf: number;
}

/**
 * The evidence of a split, the missing answers given out in the way that is worst for each e-value.
 *
 * The Bayes factor is least where every missing answer goes to the destination with the smallest
 * (a + y)/p; with a = mass · p that is the smallest y/p, whatever the mass.
 *
 * @param cells The destinations with weight, k ≥ 2, with tolerances δ above 0.
 * @param missing Draws whose destination is unknown.
 * @param worth How many independent draws one is worth, at most 1.
 */
export function splitEValues(cells: readonly Cell[], missing: number, worth: number): SplitEValues {
  const trials = totalOf(cells) + missing;
  const counts = levelCompletion(cells, missing, 'smallest-bayes-factor');
  const shares = cells.map(({ share }) => share);
  let within = Infinity;
  let beyondHalf = -Infinity;
  for (const { share: p, tolerance: delta, observed } of cells) {
    const most = observed + missing;
    within = Math.min(
      within,
      logBelow(most, trials, p, delta),
      logAbove(observed, trials, p, delta),
    );
    beyondHalf = Math.max(
      beyondHalf,
      logBeyond(observed, trials, p, delta),
      // A share that is too small is, seen from the other side, one that is too large.
      logBeyond(trials - most, trials, 1 - p, delta),
    );
  }
  return {
    within: worth * within,
    notTheWeights: worth * logBayesFactor(counts, shares),
    beyondHalf: worth * beyondHalf,
  };
}
