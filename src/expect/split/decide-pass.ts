import type { Cell } from './decide-allocation.js';
import {
  widestDeviation,
  type JudgedSplit,
  type SplitEvidence,
  type SplitRule,
} from './decide-evidence.js';
import {
  alwaysDeviates,
  bestPValue,
  equivalence,
  worstPValue,
  type DrawModel,
} from './decide-model.js';
import { detectableShare, requestsToSettle } from './decide-outlook.js';
import type { SplitReason } from './decide-reasons.js';
import type { TestChoice } from './decide-test.js';
import { connectionsToTell, type Dependence } from './dependence.js';
import { DEFAULT_LEAK_LIMIT, leakRateIsExcluded, planRequests, type PlanInput } from './plan.js';

export type Verdict = 'pass' | 'fail' | 'inconclusive';

/** What the rules look at. */
export interface DecisionContext {
  evidence: SplitEvidence;
  rule: SplitRule;
  split: JudgedSplit;
  model: DrawModel;
  choice: TestChoice;
  dependence: Dependence | null;
  /** Largest p-value over every allocation of the missing, of the draws as the model has them; null without a test. */
  drawn: number | null;
  /** The same, or that of connections which lean, if it is larger. */
  worst: number | null;
}

/** A verdict and why. */
export interface Outcome {
  verdict: Verdict;
  reasons: readonly SplitReason[];
  /** When inconclusive: the size of a fresh run that would settle it, as far as size is what is missing. */
  requestsToSettle: number | null;
}

/** An open verdict. */
export function inconclusive(reasons: SplitReason[], requests: number | null = null): Outcome {
  return { verdict: 'inconclusive', reasons, requestsToSettle: requests };
}

/** Rules 4 to 7 for a split in which nothing has failed: a pass, or what stands in the way of one. */
export function passOrOpen(context: DecisionContext): Outcome {
  const { rule, split, evidence } = context;
  const { sampled, missing } = split;
  const splitOutcome = split.cells.length === 1 ? null : judgeSplit(context);
  const leakOutcome = judgeLeaks(context);
  const outcomes = [splitOutcome, leakOutcome].filter((outcome) => outcome !== null);
  const open = outcomes.filter(({ verdict }) => verdict === 'inconclusive');
  if (missing > rule.maxErrorRate * sampled) {
    const { unattributed } = evidence;
    const limit = rule.maxErrorRate;
    return inconclusive([
      unattributed > 0
        ? { code: 'unattributed-answers', unattributed, sampled, limit }
        : { code: 'missing-answers', missing, sampled },
    ]);
  }
  if (open.length === 0) {
    const reasons = outcomes.flatMap((outcome) => outcome.reasons);
    return { verdict: 'pass', reasons, requestsToSettle: null };
  }
  const sizes = open.map((outcome) => outcome.requestsToSettle);
  const needed = sizes.every((size) => size !== null) ? Math.max(...sizes) : null;
  return inconclusive(
    open.flatMap((outcome) => outcome.reasons),
    needed,
  );
}

/** Rule 1, second half: with a zero weight, or one destination only, a pass excludes leaks of 1 %. */
function judgeLeaks(context: DecisionContext): Outcome | null {
  const { rule, split } = context;
  const { sampled, missing, n, cells, destinations } = split;
  if (cells.length > 1 && cells.length === destinations.length) return null;
  const limit = rule.leakLimit ?? DEFAULT_LEAK_LIMIT;
  if (leakRateIsExcluded(sampled, missing, rule.alpha, limit)) {
    const leakBound = 1 - rule.alpha ** (1 / n);
    return pass({ code: 'no-leak', answers: n, leakBound, alpha: rule.alpha });
  }
  const plan = planRequests({
    expectedShares: [1],
    tolerances: [0],
    alpha: rule.alpha,
    power: rule.power,
    missingRate: missing / sampled,
    leakLimit: limit,
  });
  const requests = plan.kind === 'planned' ? plan.requests : null;
  const reason: SplitReason = {
    code: 'leak-not-excluded',
    sampled,
    missing,
    limit,
    requestsToSettle: requests,
  };
  return inconclusive([reason], requests);
}

function judgeSplit(context: DecisionContext): Outcome {
  return context.choice.exactGate ? judgeExactGate(context) : judgeEquivalence(context);
}

/** Rule 6. Some allocation of the missing has p ≥ alpha here; the gate passes only if all have. */
function judgeExactGate({ rule, split, model, choice, drawn }: DecisionContext): Outcome {
  const { missing, sampled, n } = split;
  const { alpha, power } = rule;
  const least = model.missing === 0 ? (drawn ?? 1) : bestPValue(model, choice);
  if (least < alpha) {
    return inconclusive([
      model.missing > 0 ? { code: 'missing-answers', missing, sampled } : leaningReason(model),
    ]);
  }
  const units = model.units === 'connections' ? countOf(model.cells) : n;
  const effective = units / (model.clusters?.fired === true ? model.clusters.inflation : 1);
  const detectable = detectableShare(model.cells, effective, alpha, power);
  return pass({ code: 'no-difference', pValue: least, alpha, detectableShare: detectable });
}

/** Rules 4 and 5. */
function judgeEquivalence(context: DecisionContext): Outcome {
  const { rule, split, model } = context;
  const { missing, sampled } = split;
  const { alpha } = rule;
  const widest = widestDeviation(model.cells);
  const shown = equivalence(model, alpha);
  if (shown === 'shown') {
    return pass({ code: 'equivalent', widest, alpha, missing: model.missing, units: model.units });
  }
  if (wouldFail(context)) return inconclusive([leaningReason(model)]);
  if (model.missing > 0 && wouldSettle({ ...model, missing: 0 }, context)) {
    return inconclusive([{ code: 'missing-answers', missing, sampled }]);
  }
  if (model.units === 'connections') return inconclusive([needOfConnections(context)]);
  if (model.clusters !== null && (model.clusters.fired || shown === 'clustered')) {
    const { inflation, connections } = model.clusters;
    return inconclusive([{ code: 'clustered-draws', inflation, connections, widest }]);
  }
  if (shown === 'partly-pinned') return inconclusive([partlyPinnedReason(model)]);
  const plan = planRequests({ ...planInput(context), missingRate: missing / sampled });
  if (plan.kind === 'never' && plan.reason === 'missing-answers') {
    return inconclusive([{ code: 'missing-answers', missing, sampled }]);
  }
  const requests = requestsToSettle(model.cells, alpha, rule.power);
  if (requests === null) {
    return inconclusive([{ code: 'deviation-near-tolerance', widest, sampled }]);
  }
  // A sample of the planned size that was unlucky needs no smaller one the next time.
  const size = Math.max(requests, plan.kind === 'planned' ? plan.requests : 0);
  return inconclusive(
    [{ code: 'too-few-requests', widest, sampled, requestsToSettle: size }],
    size,
  );
}

/** How many connections it would take, where connections are what is drawn. */
function needOfConnections(context: DecisionContext): SplitReason {
  const { model, rule, dependence } = context;
  const connections = countOf(model.cells);
  if (dependence?.kind === 'one-destination') {
    const destination = model.cells.find((cell) => cell.observed > 0)?.name ?? '';
    const largest = Math.max(...model.cells.map((cell) => cell.share));
    const needed = connectionsToTell(rule.alpha, largest);
    return { code: 'one-destination', destination, connections, connectionsToTell: needed };
  }
  const plan = planRequests(planInput(context));
  const enough = plan.kind === 'planned' ? plan.requests : null;
  return { code: 'pinned-connections', connections, connectionsToSettle: enough };
}

/** Whether these draws alone would have been decided. */
function wouldSettle(model: DrawModel, { rule, choice }: DecisionContext): boolean {
  if (equivalence(model, rule.alpha) === 'shown') return true;
  const alpha = rule.failAlpha ?? rule.alpha;
  return worstPValue(model, choice) < alpha && alwaysDeviates(model, alpha);
}

/** Whether the draws alone would have failed: then connections that may lean stand in the way. */
function wouldFail({ rule, model, drawn }: DecisionContext): boolean {
  const alpha = rule.failAlpha ?? rule.alpha;
  return (drawn ?? 1) < alpha && alwaysDeviates(model, alpha);
}

function leaningReason({ cells, clusters }: DrawModel): SplitReason {
  const connections = clusters?.connections ?? 0;
  return { code: 'leaning-connections', connections, widest: widestDeviation(cells) };
}

function partlyPinnedReason({ cells, clusters }: DrawModel): SplitReason {
  const rows = (clusters?.rows ?? []).filter((row) => row.some((count) => count > 0));
  const pure = rows.filter((row) => row.filter((count) => count > 0).length === 1).length;
  return { code: 'partly-pinned', pure, connections: rows.length, widest: widestDeviation(cells) };
}

function pass(reason: SplitReason): Outcome {
  return { verdict: 'pass', reasons: [reason], requestsToSettle: null };
}

function countOf(cells: readonly Cell[]): number {
  return cells.reduce((sum, cell) => sum + cell.observed, 0);
}

/** The plan that this split and rule ask for. */
export function planInput({ rule, split }: DecisionContext): PlanInput {
  return {
    expectedShares: split.destinations.map((destination) => destination.expectedShare),
    tolerances: split.destinations.map((destination) => destination.tolerance),
    alpha: rule.alpha,
    power: rule.power,
    ...(rule.leakLimit === undefined ? {} : { leakLimit: rule.leakLimit }),
  };
}
