import {
  deviations,
  judgedSplit,
  widestDeviation,
  type JudgedDestination,
  type SplitEvidence,
  type SplitRule,
} from './decide-evidence.js';
import { leaningPValue } from './decide-clusters.js';
import { alwaysDeviates, drawModel, worstPValue } from './decide-model.js';
import {
  inconclusive,
  passOrOpen,
  planInput,
  type DecisionContext,
  type Outcome,
} from './decide-pass.js';
import type { SplitReason, Units } from './decide-reasons.js';
import { testSplit, type SplitTest } from './decide-test.js';
import { judgeDependence, type ConnectionEvidence, type Dependence } from './dependence.js';
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
  /** The test of the answers as independent draws; null with fewer than two destinations with weight, or no answers of theirs. */
  test: SplitTest | null;
  /** The p-value that was judged: of the right units, the largest over every allocation of the missing answers; null where `test` is. */
  worstCasePValue: number | null;
  /** What was counted as drawn independently. */
  units: Units;
  /** What the connections say about independence; null where they were not given or nothing could be split. */
  dependence: Dependence | null;
  /** Probability that an exactly right split passes with N requests, none of them missing. */
  power: number;
}

/**
 * The decision rule for one call: one look at a sample whose size was fixed before.
 *
 * In this order: leaks fail; a split that is off by more than the tolerance beyond chance fails; too many
 * errors fail; a split shown equivalent to the weights passes; anything else is inconclusive.
 * A failure must hold for every way of giving the missing answers to the destinations, a pass for
 * the worst one. Missing answers are bounded, never dropped. Where connections show that draws are
 * not independent, both are judged with the variance between connections, or by connection; and
 * neither is given where connections that lean, or are pinned in part, could look the same.
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
  const counts = cells.map((cell) => cell.observed);
  const testable = cells.length > 1 && counts.some((count) => count > 0);
  const shares = cells.map((cell) => cell.share);
  const test = testable ? testSplit(counts, shares, choice) : null;
  const connections = testable ? weightedColumns(evidence) : null;
  const dependence = connections === null ? null : judgeDependence(connections, cells.length);
  const model = drawModel(cells, missing, dependence, connections);
  const asTested = model.units === 'requests' && model.clusters?.fired !== true && missing === 0;
  const drawn = test === null || asTested ? (test?.pValue ?? null) : worstPValue(model, choice);
  const leaning =
    drawn !== null && drawn < rule.alpha && model.clusters !== null
      ? leaningPValue(model.cells, model.clusters)
      : 0;
  const worst = drawn === null ? null : Math.max(drawn, leaning);
  const context: DecisionContext = {
    evidence,
    rule,
    split,
    model,
    choice,
    dependence,
    drawn,
    worst,
  };

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
    units: model.units,
    dependence,
    power: sampled === 0 ? 0 : powerAt(sampled, planInput(context)),
  };
}

/** The connections' counts without the destinations of weight 0, which take no part in the split. */
function weightedColumns({ connections, destinations }: SplitEvidence): ConnectionEvidence | null {
  if (connections === undefined) return null;
  const weighted = destinations.flatMap(({ weight }, i) => (weight > 0 ? [i] : []));
  const counts = connections.counts.map((row) => weighted.map((i) => row[i] ?? 0));
  return { ...connections, counts };
}

/** Rule 1: one answer from where none may come from. */
function leaks({ evidence, split }: DecisionContext): SplitReason[] {
  // Connections may have been asked besides the sample: what they were answered counts as well.
  const rows = evidence.connections?.counts ?? [];
  const named = split.destinations
    .map(({ name, weight, observed }, i) => {
      const onConnections = rows.reduce((sum, row) => sum + (row[i] ?? 0), 0);
      return { name, weight, answers: Math.max(observed, onConnections) };
    })
    .filter(({ weight, answers }) => weight === 0 && answers > 0)
    .map(({ name, answers }): SplitReason => ({ code: 'leak', destination: name, answers }));
  const { leaked } = evidence;
  return leaked > 0 ? [...named, { code: 'leak', destination: null, answers: leaked }] : named;
}

/** Rules 3 and 6: the split's p below alpha and, unless it is the pure gate, a destination off by more than δ. */
function splitFailures({ rule, model, choice, worst }: DecisionContext): SplitReason[] {
  const alpha = rule.failAlpha ?? rule.alpha;
  if (worst === null || worst >= alpha) return [];
  if (!choice.exactGate && !alwaysDeviates(model, alpha)) return [];
  const { cells, missing, units } = model;
  const beyond = deviations(cells).filter(
    ({ share, expectedShare, tolerance }) => Math.abs(share - expectedShare) > tolerance,
  );
  const shown = beyond.length > 0 ? beyond : [widestDeviation(cells)];
  return [{ code: 'split-differs', deviations: shown, pValue: worst, alpha, missing, units }];
}

/** Rule 7, first half: failures of their own kind. */
function errorRate({ rule, split }: DecisionContext): SplitReason[] {
  const { errors, sampled } = split;
  return errors > rule.maxErrorRate * sampled
    ? [{ code: 'error-rate', errors, sampled, limit: rule.maxErrorRate }]
    : [];
}
