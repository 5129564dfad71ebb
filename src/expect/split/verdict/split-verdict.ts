import type { BlockView } from '../draws/blocks-in-time.js';
import { drawModel, type Units } from '../draws/draw-model.js';
import { blocksOfCalls } from '../draws/call-rows.js';
import { countsOf } from '../draws/cell.js';
import { type Dependence, judgeDependence } from '../draws/dependence.js';
import { type SplitTest, testSplit } from '../draws/split-test.js';
import { type JudgedErrors, judgedErrors } from '../errors/judged-errors.js';
import { powerAt } from '../plan/plan-requests.js';
import { sequentialOutlook } from '../plan/sequential-outlook.js';
import type { SplitEvidence, SplitRule } from '../split-evidence.js';
import { weightedColumns } from './weighted-columns.js';
import { isExactGate } from '../tolerance.js';
import { type DecisionContext, planInput } from './decision-context.js';
import { type DecidedBy, decidedBy } from './decided-by.js';
import { failuresOf } from './failures.js';
import { type JudgedDestination, judgedSplit } from './judged-split.js';
import { open, type Outcome, settled } from './outcome.js';
import { passOrOpen } from './pass-or-open.js';
import { pValuesOf } from './p-values.js';
import type { SplitReason } from './reasons.js';
import { timeViews, worstOfViews } from './time-views.js';

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
  /** Why that is another p-value than the test's. */
  decidedBy: DecidedBy;
  /** What was counted as drawn independently. */
  units: Units;
  /** What the connections say about independence; null where they were not given or nothing could be split. */
  dependence: Dependence | null;
  errors: JudgedErrors;
  /** What blocks in send order say: of 32 of them, and where those are not independent draws, of fewer. */
  inTime: readonly BlockView[];
  /** Probability that an exactly right split passes with N requests, none of them missing; of a sequential run, with the most that it might have sent. */
  power: number;
}

/**
 * The decision rule for one call: one look at a sample whose size was fixed before.
 *
 * In this order: leaks fail; a split that is off by more than the tolerance beyond chance fails; too many
 * errors fail; a split shown equivalent to the weights passes, unless requests that were due are
 * lacking; anything else is inconclusive.
 * A failure must hold for every way of giving the missing answers to the destinations, a pass for
 * the worst one. Missing answers are bounded, never dropped. Where connections show that draws are
 * not independent, both are judged with the variance between connections, or by connection; and
 * neither is given where connections that lean, or are pinned in part, could look the same. Blocks in
 * send order are judged like connections, and both verdicts need all of these views to agree.
 *
 * @param evidence Counts; see {@link SplitEvidence}.
 * @param rule Levels and limits; see {@link SplitRule}.
 * @throws InputError when the tolerance names a destination without weight.
 * @throws RangeError when the counts contradict each other or no weight is above 0.
 */
export function decideSplit(evidence: SplitEvidence, rule: SplitRule): SplitDecision {
  const split = judgedSplit(evidence, rule);
  const { n, missing, cells, sampled } = split;
  const { failedWithoutDestination: unidentified } = split;
  const errors = judgedErrors(evidence, rule, { sampled, unidentified });
  const choice = { exactGate: isExactGate(rule.tolerance), seed: rule.seed };
  const counts = countsOf(cells);
  const testable = cells.length > 1 && counts.some((count) => count > 0);
  const shares = cells.map((cell) => cell.share);
  const test = testable ? testSplit(counts, shares, choice) : null;
  const connections = testable ? weightedColumns(evidence) : null;
  const dependence = connections === null ? null : judgeDependence(connections, cells.length);
  const model = drawModel(cells, missing, dependence, connections);
  const { drawn, worst } = pValuesOf(model, test, choice, rule.alpha);
  const context: DecisionContext = {
    evidence,
    rule,
    split,
    errors,
    model,
    choice,
    dependence,
    drawn,
    worst,
    blocks:
      test === null || dependence?.kind === 'one-destination'
        ? []
        : timeViews(
            { ...evidence, blocks: blocksOfCalls(evidence.blocks, connections, dependence) },
            model.units === 'calls' ? model : split,
            model.units === 'calls' ? testSplit(countsOf(model.cells), shares, choice) : test,
            choice,
            rule.alpha,
          ),
  };
  const inAllViews = worst === null ? null : worstOfViews(worst, context.blocks);

  return {
    ...outcomeOf(context),
    sampled,
    n,
    missing,
    destinations: split.destinations,
    test,
    worstCasePValue: inAllViews,
    decidedBy: decidedBy(test, model, { drawn, worst, inAllViews }),
    inTime: context.blocks.map(({ view }) => view),
    units: model.units,
    dependence,
    errors,
    power: sampled === 0 ? 0 : powerOf(context),
  };
}

/** A sequential run may pass at any time until its end. */
function powerOf(context: DecisionContext): number {
  const { split, rule } = context;
  const input = planInput(context);
  if (rule.design === 'fixed') return powerAt(split.sampled, input);
  const most = Math.max(split.sampled, rule.requestsAtMost ?? 0);
  return sequentialOutlook(input, most)?.passes ?? powerAt(split.sampled, input);
}

/** Failures that say nothing of who answers. */
const OF_ERRORS = new Set<string>([
  'error-rate',
  'destination-failing',
] satisfies SplitReason['code'][]);

/** The rules in their order. */
function outcomeOf(context: DecisionContext): Outcome {
  const failures = failuresOf(context);
  const { n, sampled } = context.split;
  const isFailedByErrors = context.evidence.isOneOfReplicas === true && failures.length > 0;
  if (n === 0 && !isFailedByErrors && failures.every(({ code }) => OF_ERRORS.has(code))) {
    return barredByUnsent(open([{ code: 'no-answers', sampled }]), context.evidence);
  }
  if (failures.length > 0) return settled('fail', failures);
  return barredByUnsent(passOrOpen(context), context.evidence);
}

/**
 * Rule 8: a sample that lacks requests for reasons of this side passes nothing, whatever the ones that
 * were sent show. Those that the peer took no part in are errors, and judged as such.
 */
function barredByUnsent(outcome: Outcome, { sampled, unsent }: SplitEvidence): Outcome {
  const { byPeer, byUs } = unsent;
  if (byUs === 0) return outcome;
  const reason: SplitReason = {
    code: 'unsent-requests',
    unsent: byUs,
    due: sampled + byPeer + byUs,
  };
  return outcome.verdict === 'pass'
    ? open([reason])
    : open([reason, ...outcome.reasons], outcome.requestsToSettle);
}
