import { InputError } from '../input-error.js';
import type { Scenario } from '../scenario/scenario.js';
import { planRequests } from '../verdict/plan.js';
import { parseTolerance, resolveTolerances } from '../verdict/tolerance.js';
import type { ExpectedSplit } from './expectation.js';
import { nothingLeft, requestsBeyondAborts } from './injected-aborts.js';

/** How many requests a run takes, fixed before it begins. */
export interface SplitPlan {
  /** Requests to send; null when only the clock ends the run. */
  requests: number | null;
  /** Requests that a verdict needs; null when no number is enough. */
  planned: number | null;
  /** Requests in a block, for the comparison of spreads. */
  blockSize: number;
  notes: string[];
}

/** Expected counts below this make a chi-square of a block meaningless. */
const LEAST_EXPECTED_IN_BLOCK = 5;
const LEAST_BLOCK = 20;

/**
 * Plans the sample from the weights, unless the scenario says how many or how long.
 *
 * @throws InputError when the tolerance does not fit the destinations, or no number of requests
 *   would be enough.
 */
export function splitPlan(scenario: Scenario, expected: ExpectedSplit): SplitPlan {
  const { rule, load } = scenario;
  const sum = expected.destinations.reduce((total, { weight }) => total + weight, 0);
  const shares = expected.destinations.map(({ name, weight }) => ({
    name,
    expectedShare: weight / sum,
  }));
  const tolerances = resolveTolerances(parseTolerance(rule.tolerance), shares);
  const expectedShares = shares.map(({ expectedShare }) => expectedShare);
  const plan = planRequests({ expectedShares, tolerances, alpha: rule.alpha, power: rule.power });
  const { aborts } = expected;
  if (aborts !== null && aborts.share >= 1) throw nothingLeft(aborts);
  const planned = plan.kind === 'planned' ? requestsBeyondAborts(plan.requests, aborts) : null;
  if (planned === null && load.requests === null && load.durationMs === null) {
    throw new InputError(
      'no number of requests within reason tells such a split from a wrong one: widen --tolerance, or say how many with --requests',
      { path: '--tolerance' },
    );
  }
  const requests = load.requests ?? (load.durationMs === null ? planned : null);
  const notes =
    requests !== null && planned !== null && requests < planned
      ? [
          `note: ${requests} requests are fewer than the ${planned} planned for these weights: the run may well be inconclusive`,
        ]
      : [];
  return { requests, planned, blockSize: blockSize(expectedShares, load.concurrency), notes };
}

/** As many that each destination is expected a few times, and more than reordering can blur. */
function blockSize(shares: readonly number[], concurrency: number): number {
  const least = Math.min(...shares.filter((share) => share > 0));
  return Math.max(LEAST_BLOCK, Math.ceil(LEAST_EXPECTED_IN_BLOCK / least), 2 * concurrency);
}
