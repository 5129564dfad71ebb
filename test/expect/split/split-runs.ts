import type { SplitDecision } from '../../../src/expect/split/verdict/split-verdict.js';
import { decideSplit } from '../../../src/expect/split/verdict/split-verdict.js';
import { ALL_SENT } from '../../../src/expect/unsent.js';
import { type SplitEvidence, type SplitRule } from '../../../src/expect/split/split-evidence.js';
import { DEFAULT_TOLERANCE } from '../../../src/expect/split/tolerance.js';

/** The default rule of the command line. */
export const RULE: SplitRule = {
  alpha: 0.001,
  power: 0.99,
  tolerance: DEFAULT_TOLERANCE,
  maxErrorRate: 0.01,
  design: 'fixed',
  seed: 1,
};

/** Evidence of destinations v1, v2, … with these weights and counts and nothing missing. */
export function evidenceOf(
  weights: readonly number[],
  counts: readonly number[],
  rest: Partial<SplitEvidence> = {},
): SplitEvidence {
  const destinations = weights.map((weight, i) => {
    return { name: `v${i + 1}`, weight, observed: counts[i] ?? 0 };
  });
  const sampled = counts.reduce((sum, count) => sum + count, 0) + (rest.leaked ?? 0);
  return { destinations, leaked: 0, sampled, unsent: ALL_SENT, unattributed: 0, ...rest };
}

/** The decision on such evidence. */
export function decide(
  weights: readonly number[],
  counts: readonly number[],
  rest: Partial<SplitEvidence> = {},
  rule: Partial<SplitRule> = {},
): SplitDecision {
  return decideSplit(evidenceOf(weights, counts, rest), { ...RULE, ...rule });
}

/** Verdict and codes of the reasons, for comparison in one line. */
export function outcome(decision: SplitDecision): string {
  return [decision.verdict, ...decision.reasons.map((reason) => reason.code)].join(' ');
}
