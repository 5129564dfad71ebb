import { holmAdjusted } from '../../../stats/holm.js';
import { type Verdict, worstOf } from '../../verdict.js';
import type { SplitEvidence, SplitRule } from '../split-evidence.js';
import { decideSplit, type SplitDecision } from './split-verdict.js';

/** The verdict on all calls of a run together. */
export interface RunDecision {
  verdict: Verdict;
  /** One per call, same order. */
  calls: readonly SplitDecision[];
}

/**
 * Several calls in one run: it passes when all calls pass, and fails when one fails for a leak or
 * its errors, at alpha over the number of calls, or by its split with a Holm-adjusted p-value. So an exactly right run is failed
 * at most alpha of the time, however many calls it has.
 *
 * @param calls Evidence and rule of each call, all with the same alpha; at least one.
 * @throws InputError and RangeError as `decideSplit`.
 */
export function decideCalls(
  calls: readonly { evidence: SplitEvidence; rule: SplitRule }[],
): RunDecision {
  const judged = calls.map(({ evidence, rule }) => {
    return {
      evidence,
      rule: { ...sharedLevel(rule, calls), errorAlpha: rule.alpha / calls.length },
    };
  });
  const first = judged.map(({ evidence, rule }) => decideSplit(evidence, rule));
  const pValues = first.map((decision) => decision.worstCasePValue ?? 1);
  const adjusted = holmAdjusted(pValues);
  const decisions = judged.map(({ evidence, rule }, i): SplitDecision => {
    const decision = first[i] ?? decideSplit(evidence, rule);
    if (!decision.reasons.some((reason) => reason.code === 'split-differs')) return decision;
    const p = pValues[i] ?? 1;
    const factor = p > 0 ? (adjusted[i] ?? 1) / p : calls.length;
    // p·factor < α is p < α/factor: the same step-down, so the clauses on single destinations get the stricter level too.
    const failAlpha = rule.alpha / Math.max(1, factor);
    return failAlpha === rule.alpha ? decision : decideSplit(evidence, { ...rule, failAlpha });
  });
  return { verdict: worstOf(decisions.map(({ verdict }) => verdict)), calls: decisions };
}

/** E-values have no steps to go down: each call fails at alpha over their number. */
function sharedLevel(rule: SplitRule, calls: readonly unknown[]): SplitRule {
  return rule.design === 'sequential' ? { ...rule, failAlpha: rule.alpha / calls.length } : rule;
}
