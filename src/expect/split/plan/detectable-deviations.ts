import { binomialLowerTail, binomialUpperTail } from '../../../stats/binomial-distribution.js';
import { innocentCounts } from '../draws/allocation.js';
import type { PlanInput } from './plan-requests.js';

/** The smallest deviations of one destination that fail with the wanted power; null where none does. */
export interface DetectableDeviation {
  /** How much above its expected share, as a share. */
  above: number | null;
  /** How much below, as a share. */
  below: number | null;
}

/**
 * What a number of requests can detect: for every destination the deviation from its expected share
 * at which its own clauses of the rule (beyond its tolerance and beyond chance) fail it with the plan's power.
 *
 * @param requests Requests answered, a whole number > 0.
 * @param input See `PlanInput`; the missing rate is not used.
 * @returns One per destination, zeros included; a destination with share 0 or 1 has nulls: any leak fails.
 */
export function detectableDeviations(requests: number, input: PlanInput): DetectableDeviation[] {
  const { expectedShares, tolerances, alpha, power } = input;
  const weighted = expectedShares.filter((share) => share > 0).length;
  const level = weighted <= 2 ? alpha : alpha / weighted;
  return expectedShares.map((share, i) => {
    if (share === 0 || weighted < 2) return { above: null, below: null };
    const cell = { share, tolerance: tolerances[i] ?? 0, observed: 0 };
    const { lowest, highest } = innocentCounts(cell, requests, level, 0);
    return {
      above: smallest(1 - share, power, (by) =>
        binomialUpperTail(highest + 1, requests, Math.min(1, share + by)),
      ),
      below: smallest(share, power, (by) =>
        binomialLowerTail(lowest - 1, requests, Math.max(0, share - by)),
      ),
    };
  });
}

/** The smallest deviation up to `most` with at least that power, by bisection to 1e-6. */
function smallest(most: number, power: number, powerOf: (by: number) => number): number | null {
  if (powerOf(most) < power) return null;
  let low = 0;
  let high = most;
  while (high - low > 1e-6) {
    const middle = (low + high) / 2;
    if (powerOf(middle) >= power) high = middle;
    else low = middle;
  }
  return high;
}
