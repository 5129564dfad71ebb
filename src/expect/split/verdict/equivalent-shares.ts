import { widestDeviation } from '../draws/deviation.js';
import { alwaysDeviates, type DrawModel, equivalence, worstPValue } from '../draws/draw-model.js';
import { requestsToSettle } from '../plan/outlook.js';
import { planRequests } from '../plan/plan-requests.js';
import { leaningConnections, partlyPinned, tooFewConnections } from './connections-in-the-way.js';
import { type DecisionContext, planInput } from './decision-context.js';
import { open, type Outcome, settled } from './outcome.js';
import { notFailedInTime, notShownInTime, seenInTime, variesMoreInTime } from './time-views.js';

/** Rules 4 and 5, for a split that has not failed: every share shown to be within its tolerance, or what stands in the way. */
export function judgeEquivalence(context: DecisionContext): Outcome {
  const { rule, split, model, blocks } = context;
  const { missing, sampled } = split;
  const { alpha } = rule;
  const widest = widestDeviation(model.cells);
  const shown = equivalence(model, alpha);
  if (shown === 'shown') {
    const inTime = notShownInTime(blocks, alpha);
    if (inTime !== null) return open([inTime]);
    const { missing: unknown, units } = model;
    return settled('pass', [{ code: 'equivalent', widest, alpha, missing: unknown, units }]);
  }
  if (drawsWouldFail(context)) {
    const failAlpha = rule.failAlpha ?? alpha;
    const inTime = (context.worst ?? 1) < failAlpha ? notFailedInTime(blocks, failAlpha) : null;
    return open([inTime ?? leaningConnections(model)]);
  }
  if (model.missing > 0 && isDecided({ ...model, missing: 0 }, context)) {
    return open([{ code: 'missing-answers', missing, sampled }]);
  }
  if (model.units !== 'requests') return open([tooFewConnections(context)]);
  const inTime = seenInTime(blocks);
  if (model.clusters !== null && (model.clusters.fired || shown === 'clustered')) {
    const { inflation, connections, of = 'connections' } = model.clusters;
    // Requests of a connection follow each other in time as well: what hangs together there shows in both.
    if (inTime !== null && variesMoreInTime(blocks, inflation)) return open([inTime]);
    return open([{ code: 'clustered-draws', inflation, connections, of, widest }]);
  }
  if (inTime !== null) return open([inTime]);
  if (shown === 'partly-pinned') return open([partlyPinned(model)]);
  const plan = planRequests({ ...planInput(context), missingRate: missing / sampled });
  if (plan.kind === 'never' && plan.reason === 'missing-answers') {
    return open([{ code: 'missing-answers', missing, sampled }]);
  }
  const requests = requestsToSettle(model.cells, alpha, rule.power);
  if (requests === null) return open([{ code: 'deviation-near-tolerance', widest, sampled }]);
  // A sample of the planned size that was unlucky needs no smaller one the next time.
  const size = Math.max(requests, plan.kind === 'planned' ? plan.requests : 0);
  return open([{ code: 'too-few-requests', widest, sampled, requestsToSettle: size }], size);
}

/** Whether these draws alone would have been decided. */
function isDecided(model: DrawModel, { rule, choice }: DecisionContext): boolean {
  if (equivalence(model, rule.alpha) === 'shown') return true;
  const alpha = rule.failAlpha ?? rule.alpha;
  return worstPValue(model, choice) < alpha && alwaysDeviates(model, alpha);
}

/** Whether the draws alone would have failed: then connections that may lean stand in the way. */
function drawsWouldFail({ rule, model, drawn }: DecisionContext): boolean {
  const alpha = rule.failAlpha ?? rule.alpha;
  return (drawn ?? 1) < alpha && alwaysDeviates(model, alpha);
}
