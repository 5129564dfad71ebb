import { DEFAULT_LEAK_LIMIT, leakRateIsExcluded, planRequests } from '../plan/plan-requests.js';
import type { DecisionContext } from './decision-context.js';
import { open, type Outcome, settled } from './outcome.js';

/**
 * Rule 1, second half: with a zero weight, or one destination only, a pass excludes leaks of 1 %.
 *
 * @returns null where the rule does not apply.
 */
export function judgeLeakBound({
  rule,
  split,
}: Pick<DecisionContext, 'rule' | 'split'>): Outcome | null {
  const { sampled, missing, n, cells, destinations } = split;
  if (cells.length > 1 && cells.length === destinations.length) return null;
  const { alpha, power, leakLimit: limit = DEFAULT_LEAK_LIMIT } = rule;
  if (leakRateIsExcluded(sampled, missing, alpha, limit)) {
    const leakBound = 1 - alpha ** (1 / n);
    return settled('pass', [{ code: 'no-leak', answers: n, leakBound, alpha }]);
  }
  const plan = planRequests({
    expectedShares: [1],
    tolerances: [0],
    alpha,
    power,
    missingRate: missing / sampled,
    leakLimit: limit,
  });
  const requests = plan.kind === 'planned' ? plan.requests : null;
  return open(
    [{ code: 'leak-not-excluded', sampled, missing, limit, requestsToSettle: requests }],
    requests,
  );
}
