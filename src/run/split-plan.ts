import { InputError } from '../input-error.js';
import { divideOverCalls } from '../load/plan.js';
import type { Scenario } from '../scenario/scenario.js';
import { planRequests } from '../expect/split/plan.js';
import { parseTolerance, resolveTolerances } from '../expect/split/tolerance.js';
import type { ExpectedSplit } from './expected-split.js';
import { nothingLeft, requestsBeyondAborts } from './injected-aborts.js';
import type { JudgeRule } from './judge.js';
import type { SamplePlan } from './measure.js';

/** How a call's part of the sample is counted. */
export interface SplitPlan {
  /** Requests that a verdict needs; null when no number is enough. */
  planned: number | null;
  /** Requests in a block, for the comparison of spreads. */
  blockSize: number;
}

/** Expected counts below this make a chi-square of a block meaningless. */
const LEAST_EXPECTED_IN_BLOCK = 5;
const LEAST_BLOCK = 20;

/**
 * Plans a call's part of the sample from its weights.
 *
 * @param rule With the power that this call is planned for.
 * @param concurrency Requests in flight in all.
 * @throws InputError when the tolerance does not fit the destinations, or the route aborts everything.
 */
export function splitPlan(
  { destinations, aborts }: Pick<ExpectedSplit, 'destinations' | 'aborts'>,
  rule: JudgeRule,
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
    blockSize: blockSize(expectedShares, concurrency),
  };
}

/** As many that each destination is expected a few times, and more than reordering can blur. */
function blockSize(shares: readonly number[], concurrency: number): number {
  const least = Math.min(...shares.filter((share) => share > 0));
  return Math.max(LEAST_BLOCK, Math.ceil(LEAST_EXPECTED_IN_BLOCK / least), 2 * concurrency);
}

/**
 * The sample of the whole run: what its calls need together, unless the scenario says how many or
 * how long. Then the calls share it in proportion to what they need.
 *
 * @param plans By call.
 * @throws InputError when no number of requests would be enough and none is given.
 */
export function samplePlan(
  { requests, durationMs }: Pick<Scenario['load'], 'requests' | 'durationMs'>,
  plans: readonly Pick<SplitPlan, 'planned'>[],
): SamplePlan & { notes: string[] } {
  const needed = plans.flatMap(({ planned }) => planned ?? []);
  const isPlanned = needed.length === plans.length;
  if (!isPlanned && requests === null && durationMs === null) {
    throw new InputError(
      'no number of requests within reason tells such a split from a wrong one: widen --tolerance, or say how many with --requests',
      { path: '--tolerance' },
    );
  }
  const parts = isPlanned ? needed : plans.map(() => 1);
  const total = needed.reduce((sum, planned) => sum + planned, 0);
  const sample = { requests: requests ?? (durationMs === null ? total : null), parts };
  const isShort = divideOverCalls(sample.requests, parts).some(
    (own, call) => own !== null && own < (plans[call]?.planned ?? 0),
  );
  const notes = isShort
    ? [
        `note: ${requests} requests are fewer than the ${total} planned for these weights: the run may well be inconclusive`,
      ]
    : [];
  return { ...sample, notes };
}
