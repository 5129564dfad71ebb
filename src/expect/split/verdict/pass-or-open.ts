import { judgeErrorBars } from '../errors/error-bars.js';
import { worstOf } from '../../verdict.js';
import type { DecisionContext } from './decision-context.js';
import { judgeEquivalence } from './equivalent-shares.js';
import { judgeExactGate } from './exact-gate.js';
import { isSequential, judgeSequentially } from '../sequential/sequential-rule.js';
import { judgeLeakBound } from './leak-bound.js';
import { open, type Outcome, settled } from './outcome.js';

/** Rules 4 to 7 for a split in which nothing has failed: a pass, or what stands in the way of one. */
export function passOrOpen(context: DecisionContext): Outcome {
  const { rule, split, evidence } = context;
  const { sampled, missing } = split;
  const shares = split.cells.length === 1 ? null : judgeShares(context);
  const outcomes = [shares, judgeLeakBound(context), judgeErrorBars(context)].filter(
    (outcome) => outcome !== null,
  );
  const { unattributed } = evidence;
  // Failures are judged by themselves.
  if (missing > split.failedWithoutDestination && missing > rule.maxErrorRate * sampled) {
    const limit = rule.maxErrorRate;
    return open([
      unattributed > 0
        ? { code: 'unattributed-answers', unattributed, sampled, limit }
        : { code: 'missing-answers', missing, sampled },
    ]);
  }
  if (worstOf(outcomes.map(({ verdict }) => verdict)) === 'pass') {
    return settled(
      'pass',
      outcomes.flatMap(({ reasons }) => reasons),
    );
  }
  const unsettled = outcomes.filter(({ verdict }) => verdict === 'inconclusive');
  const sizes = unsettled.map(({ requestsToSettle }) => requestsToSettle);
  const needed = sizes.every((size) => size !== null) ? Math.max(...sizes) : null;
  return open(
    unsettled.flatMap(({ reasons }) => reasons),
    needed,
  );
}

/** Whether the shares follow the weights, by the rule that was asked for. */
function judgeShares(context: DecisionContext): Outcome {
  if (context.choice.exactGate) return judgeExactGate(context);
  return isSequential(context) ? judgeSequentially(context) : judgeEquivalence(context);
}
