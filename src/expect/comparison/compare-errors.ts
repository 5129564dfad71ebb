import type { CallCounts } from '../../count/counted.js';
import { type DifferenceInterval, newcombeInterval } from '../../stats/newcombe.js';
import { COMPARISON_LEVEL } from './comparison-rule.js';
import type { ComparedPair } from './timed-sides.js';

/** Failures of two destinations. */
export interface ComparedErrors {
  candidate: { failed: number; answers: number };
  baseline: { failed: number; answers: number };
  /** Rate of the candidate − that of the baseline. */
  difference: number;
  /** Newcombe's, at 1 − the level. */
  interval: DifferenceInterval;
  answer: 'higher' | 'lower' | 'not-shown';
}

/**
 * Compares the error rates of two destinations, over all calls.
 *
 * @returns null where one of them has no answers, or failures do not say whose they are.
 */
export function compareErrors(
  calls: readonly CallCounts[],
  pair: ComparedPair,
): ComparedErrors | null {
  const candidate = { failed: 0, answers: 0 };
  const baseline = { failed: 0, answers: 0 };
  for (const { destinations, observed, failed } of calls) {
    destinations.forEach((name, index) => {
      const side = name === pair.candidate ? candidate : name === pair.baseline ? baseline : null;
      if (side === null) return;
      side.failed += failed[index] ?? 0;
      side.answers += observed[index] ?? 0;
    });
  }
  if (candidate.answers === 0 || baseline.answers === 0) return null;
  if (failuresWithoutIdentity(calls) > 0) return null;
  const a = { x: candidate.failed, n: candidate.answers };
  const b = { x: baseline.failed, n: baseline.answers };
  const interval = newcombeInterval(a, b, COMPARISON_LEVEL);
  return {
    candidate,
    baseline,
    difference: a.x / a.n - b.x / b.n,
    interval,
    answer: interval[0] > 0 ? 'higher' : interval[1] < 0 ? 'lower' : 'not-shown',
  };
}

/** Failures that name no destination: how they divide over the two is not known. */
export function failuresWithoutIdentity(calls: readonly CallCounts[]): number {
  return calls.reduce(
    (sum, { ends, failed }) =>
      sum + Math.max(0, ends.failed + ends.timedOut - failed.reduce((all, one) => all + one, 0)),
    0,
  );
}
