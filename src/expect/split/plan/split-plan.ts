import type { AbortedPart } from '../../expected-aborts.js';
import { nothingLeft, requestsBeyondAborts } from '../../injected-aborts.js';
import type { SplitRule } from '../split-evidence.js';
import { resolveTolerances } from '../tolerance.js';
import { planRequests } from './plan-requests.js';
import { spreadSize } from './spread-size.js';

/** How a call's part of the sample is counted. */
export interface SplitPlan {
  /** Requests that a verdict needs; null when no number is enough. */
  planned: number | null;
  /** Requests in a run of them, for the comparison of spreads. */
  spreadSize: number;
}

/** A split that is asked for, as far as the plan depends on it. */
export interface PlannedSplit {
  /** Unique names, zero weights included. */
  destinations: readonly { name: string; weight: number }[];
  /** What the route answers with an error on purpose; null when it does not. */
  aborts: AbortedPart | null;
}

/**
 * Plans a call's part of the sample from its weights.
 *
 * @param rule With the power that this call is planned for.
 * @param load Requests in flight in all, and connections.
 * @throws InputError when the tolerance does not fit the destinations, or the route aborts everything.
 */
export function splitPlan(
  { destinations, aborts }: PlannedSplit,
  rule: Pick<SplitRule, 'tolerance' | 'alpha' | 'power' | 'errorRateShown'>,
  { concurrency, connections }: { concurrency: number; connections: number },
): SplitPlan {
  const { tolerance, alpha, power, errorRateShown = null } = rule;
  const sum = destinations.reduce((total, { weight }) => total + weight, 0);
  const shares = destinations.map(({ name, weight }) => ({ name, expectedShare: weight / sum }));
  const tolerances = resolveTolerances(tolerance, shares);
  const expectedShares = shares.map(({ expectedShare }) => expectedShare);
  const plan = planRequests({
    expectedShares,
    tolerances,
    alpha,
    power,
    errorRateShown,
    views: { connections },
  });
  if (aborts !== null && aborts.share >= 1) throw nothingLeft(aborts);
  return {
    planned: plan.kind === 'planned' ? requestsBeyondAborts(plan.requests, aborts) : null,
    spreadSize: spreadSize(expectedShares, concurrency),
  };
}
