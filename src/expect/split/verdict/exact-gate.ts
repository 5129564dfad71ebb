import { totalOf } from '../draws/cell.js';
import { bestPValue } from '../draws/draw-model.js';
import { detectableShare } from '../plan/outlook.js';
import type { DecisionContext } from './decision-context.js';
import { leaningConnections } from './connections-in-the-way.js';
import { open, type Outcome, settled } from './outcome.js';
import { differsInTime } from './time-views.js';

/**
 * Rule 6, for a split that the pure gate has not failed: some allocation of the missing has p ≥ α
 * then; the gate passes only if all have.
 */
export function judgeExactGate(context: DecisionContext): Outcome {
  const { rule, split, model, choice, drawn, blocks } = context;
  const { missing, sampled, n } = split;
  const { alpha, power } = rule;
  const least = model.missing === 0 ? (drawn ?? 1) : bestPValue(model, choice);
  const inTime = differsInTime(blocks, alpha);
  if (least < alpha && model.missing > 0) {
    return open([{ code: 'missing-answers', missing, sampled }]);
  }
  if (inTime !== null) return open([inTime]);
  if (least < alpha) return open([leaningConnections(model)]);
  const units = model.units !== 'requests' ? totalOf(model.cells) : n;
  const effective = units / (model.clusters?.fired === true ? model.clusters.inflation : 1);
  const detectable = detectableShare(model.cells, effective, alpha, power);
  return settled('pass', [
    { code: 'no-difference', pValue: least, alpha, detectableShare: detectable },
  ]);
}
