import type { ExpectedAborts } from '../expectation.js';
import { nothingLeft, requestsBeyondAborts } from './beyond-aborts.js';
import { planRequests } from './plan.js';
import { parseTolerance, resolveTolerances } from './tolerance.js';

/** How a call's part of the sample is counted. */
export interface SplitPlan {
  /** Requests that a verdict needs; null when no number is enough. */
  planned: number | null;
  /** Requests in a run of them, for the comparison of spreads. */
  spreadSize: number;
}

/** Expected counts below this make a chi-square of a run of requests meaningless. */
const LEAST_EXPECTED = 5;
const LEAST_SIZE = 20;

/**
 * Plans a call's part of the sample from its weights.
 *
 * @param rule With the power that this call is planned for.
 * @param concurrency Requests in flight in all.
 * @throws InputError when the tolerance does not fit the destinations, or the route aborts everything.
 */
export function splitPlan(
  {
    destinations,
    aborts,
  }: { destinations: readonly { name: string; weight: number }[]; aborts: ExpectedAborts | null },
  rule: { alpha: number; power: number; tolerance: string },
  concurrency: number,
): SplitPlan {
  const sum = destinations.reduce((total, { weight }) => total + weight, 0);
  const shares = destinations.map(({ name, weight }) => ({ name, expectedShare: weight / sum }));
  const tolerances = resolveTolerances(parseTolerance(rule.tolerance), shares);
  const expectedShares = shares.map(({ expectedShare }) => expectedShare);
  const plan = planRequests({ expectedShares, tolerances, alpha: rule.alpha, power: rule.power });
  if (aborts !== null && aborts.share >= 1) throw nothingLeft(aborts);
  return {
    planned: plan.kind === 'planned' ? requestsBeyondAborts(plan.requests, aborts) : null,
    spreadSize: spreadSize(expectedShares, concurrency),
  };
}

/** As many that each destination is expected a few times, and more than reordering can blur. */
function spreadSize(shares: readonly number[], concurrency: number): number {
  const least = Math.min(...shares.filter((share) => share > 0));
  return Math.max(LEAST_SIZE, Math.ceil(LEAST_EXPECTED / least), 2 * concurrency);
}
