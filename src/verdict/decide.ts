import { someDestinationAlwaysDeviates } from './decide-allocation.js';
import {
  deviations,
  judgedSplit,
  widestDeviation,
  type JudgedDestination,
  type SplitEvidence,
  type SplitRule,
} from './decide-evidence.js';
import {
  inconclusive,
  passOrOpen,
  planInput,
  type DecisionContext,
  type Outcome,
} from './decide-pass.js';
import type { SplitReason } from './decide-reasons.js';
import { largestPValue, testSplit, type SplitTest } from './decide-test.js';
import { powerAt } from './plan.js';
import { isExactGate } from './tolerance.js';

/** The verdict on one call's split. */
export interface SplitDecision extends Outcome {
  /** N. */
  sampled: number;
  /** Answers whose destination is known. */
  n: number;
  /** N − n. */
  missing: number;
  destinations: readonly JudgedDestination[];
  /** Null with fewer than two destinations with weight, or no answers of theirs. */
  test: SplitTest | null;
  /** Largest p-value over every allocation of the missing answers; null where `test` is. */
  worstCasePValue: number | null;
  /** Probability that an exactly right split passes with N requests, none of them missing. */
  power: number;
}

/**
 * The decision rule for one call: one look at a sample whose size was fixed before.
 *
 * In this order: leaks fail; a split that is off by more than the tolerance beyond chance fails; too many
 * errors fail; a split shown equivalent to the weights passes; anything else is inconclusive.
 * A failure must hold for every way of giving the missing answers to the destinations, a pass for
 * the worst one. Missing answers are bounded, never dropped.
 *
 * @param evidence Counts; see {@link SplitEvidence}.
 * @param rule Levels and limits; see {@link SplitRule}.
 * @throws InputError when the tolerance names a destination without weight.
 * @throws RangeError when the counts contradict each other or no weight is above 0.
 */
export function decideSplit(evidence: SplitEvidence, rule: SplitRule): SplitDecision {
  const split = judgedSplit(evidence, rule);
  const { n, missing, cells, sampled } = split;
  const choice = { exactGate: isExactGate(rule.tolerance), seed: rule.seed };
  const shares = cells.map((cell) => cell.share);
  const positive = cells.reduce((sum, cell) => sum + cell.observed, 0);
  const testable = cells.length > 1 && positive > 0;
  const counts = cells.map((cell) => cell.observed);
  const test = testable ? testSplit(counts, shares, choice) : null;
  const worst =
    test === null || missing === 0 ? (test?.pValue ?? null) : largestPValue(cells, missing, choice);
  const context: DecisionContext = { evidence, rule, split, exactGate: choice.exactGate, worst };

  const failures = [...leaks(context), ...splitFailures(context), ...errorRate(context)];
  const judged =
    n === 0 && failures.every((reason) => reason.code === 'error-rate')
      ? inconclusive([{ code: 'no-answers', sampled }])
      : failures.length > 0
        ? { verdict: 'fail' as const, reasons: failures, requestsToSettle: null }
        : passOrOpen(context);
  return {
    ...judged,
    sampled,
    n,
    missing,
    destinations: split.destinations,
    test,
    worstCasePValue: worst,
    power: sampled === 0 ? 0 : powerAt(sampled, planInput(context)),
  };
}

/** Rule 1: one answer from where none may come from. */
function leaks({ evidence, split }: DecisionContext): SplitReason[] {
  const named = split.destinations
    .filter(({ weight, observed }) => weight === 0 && observed > 0)
    .map(({ name, observed }): SplitReason => {
      return { code: 'leak', destination: name, answers: observed };
    });
  const { leaked } = evidence;
  return leaked > 0 ? [...named, { code: 'leak', destination: null, answers: leaked }] : named;
}

/** Rules 3 and 6: the split's p below alpha and, unless it is the pure gate, a destination off by more than δ. */
function splitFailures({ rule, split, exactGate, worst }: DecisionContext): SplitReason[] {
  const { cells, missing } = split;
  if (worst === null || worst >= rule.alpha) return [];
  const level = cells.length === 2 ? rule.alpha : rule.alpha / cells.length;
  if (!exactGate && !someDestinationAlwaysDeviates(cells, missing, level)) return [];
  const beyond = deviations(split).filter(
    ({ share, expectedShare, tolerance }) => Math.abs(share - expectedShare) > tolerance,
  );
  const shown = beyond.length > 0 ? beyond : [widestDeviation(split)];
  return [{ code: 'split-differs', deviations: shown, pValue: worst, alpha: rule.alpha, missing }];
}

/** Rule 7, first half: failures of their own kind. */
function errorRate({ rule, split }: DecisionContext): SplitReason[] {
  const { errors, sampled } = split;
  return errors > rule.maxErrorRate * sampled
    ? [{ code: 'error-rate', errors, sampled, limit: rule.maxErrorRate }]
    : [];
}
