import type { JudgedCall, RunRule } from '../expectation.js';
import { decideSplit } from './verdict/split-verdict.js';
import { callEvidence, splitEvidence } from './evidence.js';
import type { SplitExpectation } from './expectation.js';
import { splitRule } from './split-rule.js';

/**
 * Whether a batch of answers looks as if it followed the weights: none came from where the route sends
 * nothing, not too many requests failed, and the test of the verdict does not reject the weights.
 *
 * @param level Of that test.
 */
export function followsWeights(
  judged: JudgedCall<SplitExpectation>,
  rule: RunRule,
  level: number,
): boolean {
  const decision = decideSplit(splitEvidence(callEvidence(judged)), splitRule(judged.call, rule));
  if (decision.n === 0) return false;
  if (decision.reasons.some(({ code }) => code === 'leak' || code === 'error-rate')) return false;
  return (decision.worstCasePValue ?? 1) >= level;
}
