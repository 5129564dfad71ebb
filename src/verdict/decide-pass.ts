import { binomialLowerTail, binomialUpperTail } from '../stats/binomial-distribution.js';
import { someDestinationAlwaysDeviates, type Cell } from './decide-allocation.js';
import {
  widestDeviation,
  type JudgedSplit,
  type SplitEvidence,
  type SplitRule,
} from './decide-evidence.js';
import { detectableShare, requestsToSettle } from './decide-outlook.js';
import type { SplitReason } from './decide-reasons.js';
import { smallestPValue, testSplit } from './decide-test.js';
import { DEFAULT_LEAK_LIMIT, leakRateIsExcluded, planRequests, type PlanInput } from './plan.js';

export type Verdict = 'pass' | 'fail' | 'inconclusive';

/** What the rules look at. */
export interface DecisionContext {
  evidence: SplitEvidence;
  rule: SplitRule;
  split: JudgedSplit;
  exactGate: boolean;
  /** Largest p-value over every allocation of the missing; null without a test. */
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
    const reason: SplitReason = { code: 'no-leak', answers: n, leakBound, alpha: rule.alpha };
    return { verdict: 'pass', reasons: [reason], requestsToSettle: null };
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
  return context.exactGate ? judgeExactGate(context) : judgeEquivalence(context);
}

/** Rule 6. Some allocation of the missing has p ≥ alpha here; the gate passes only if all have. */
function judgeExactGate({ rule, split, worst }: DecisionContext): Outcome {
  const { cells, missing, sampled, n } = split;
  const { alpha, power, seed } = rule;
  const choice = { exactGate: true, seed };
  const least = missing === 0 ? (worst ?? 1) : smallestPValue(cells, missing, choice);
  if (least < alpha) return inconclusive([{ code: 'missing-answers', missing, sampled }]);
  const detectable = detectableShare(cells, n, alpha, power);
  const reason: SplitReason = {
    code: 'no-difference',
    pValue: least,
    alpha,
    detectableShare: detectable,
  };
  return { verdict: 'pass', reasons: [reason], requestsToSettle: null };
}

/** Rules 4 and 5. */
function judgeEquivalence(context: DecisionContext): Outcome {
  const { rule, split } = context;
  const { cells, missing, sampled, n } = split;
  const { alpha } = rule;
  if (isEquivalent(cells, sampled, missing, alpha)) {
    const reason: SplitReason = {
      code: 'equivalent',
      widest: widestDeviation(split),
      alpha,
      missing,
    };
    return { verdict: 'pass', reasons: [reason], requestsToSettle: null };
  }
  const requests = requestsToSettle(cells, alpha, rule.power);
  const wouldPass = missing > 0 && isEquivalent(cells, n, 0, alpha);
  if (wouldPass || wouldFail(context)) {
    return inconclusive([{ code: 'missing-answers', missing, sampled }]);
  }
  const plan = planRequests({ ...planInput(context), missingRate: missing / sampled });
  if (plan.kind === 'never' && plan.reason === 'missing-answers') {
    return inconclusive([{ code: 'missing-answers', missing, sampled }]);
  }
  if (requests === null) {
    return inconclusive([
      { code: 'deviation-near-tolerance', widest: widestDeviation(split), sampled },
    ]);
  }
  // A sample of the planned size that was unlucky needs no smaller one the next time.
  const planned = plan.kind === 'planned' ? plan.requests : 0;
  const size = Math.max(requests, planned);
  const reason: SplitReason = {
    code: 'too-few-requests',
    widest: widestDeviation(split),
    sampled,
    requestsToSettle: size,
  };
  return inconclusive([reason], size);
}

/** Every destination equivalent to its weight, the missing given to it in the worst way. */
function isEquivalent(
  cells: readonly Cell[],
  sampled: number,
  missing: number,
  alpha: number,
): boolean {
  return cells.every(
    ({ share, tolerance, observed }) =>
      binomialUpperTail(observed, sampled, share - tolerance) <= alpha &&
      binomialLowerTail(observed + missing, sampled, share + tolerance) <= alpha,
  );
}

/** Whether the answers alone, without the missing, would fail. */
function wouldFail({ rule, split, exactGate }: DecisionContext): boolean {
  const { cells, missing } = split;
  if (missing === 0) return false;
  const shares = cells.map((cell) => cell.share);
  const counts = cells.map((cell) => cell.observed);
  const level = cells.length === 2 ? rule.alpha : rule.alpha / cells.length;
  const { pValue } = testSplit(counts, shares, { exactGate, seed: rule.seed });
  return pValue < rule.alpha && someDestinationAlwaysDeviates(cells, 0, level);
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
