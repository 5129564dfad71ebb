import { logRepeatGain } from '../../../stats/repeating-draws.js';
import { deviations, widestDeviation } from '../draws/deviation.js';
import { independentDraws, mayBePartlyPinned, leaningPValue } from '../draws/clusters.js';
import { countsOf, totalOf } from '../draws/cell.js';
import type { Clustering } from '../draws/clusters.js';
import type { DrawModel } from '../draws/draw-model.js';
import { partlyPinned } from '../verdict/connections-in-the-way.js';
import type { DecisionContext } from '../verdict/decision-context.js';
import { open, type Outcome, settled } from '../verdict/outcome.js';
import type { SplitReason } from '../verdict/reasons.js';
import { alikeInTime, type TimeModel } from '../verdict/time-views.js';
import { type SplitEValues, splitEValues } from './split-e-values.js';

/** What the sequential rule looks at. */
export interface SequentialContext extends Pick<
  DecisionContext,
  'evidence' | 'rule' | 'split' | 'model'
> {
  blocks: readonly TimeModel[];
}

/** How far the evidence has come, as parts of what each side needs; at least 1 where it is enough. */
export interface EvidenceParts {
  forWeights: number;
  againstWeights: number;
}

/**
 * Draws of one destination that a gateway which goes by the clock may give on average before it draws
 * anew: what such a one could have given does not fail the weights.
 */
const LONGEST_RUN = 300;

/**
 * Whether the draws are judged by e-values. Where connections are what is drawn, their number was fixed
 * before, and the rule of a fixed size holds.
 */
export function isSequential({ rule, model }: Pick<SequentialContext, 'rule' | 'model'>): boolean {
  return rule.design === 'sequential' && model.units === 'requests';
}

/** @param context At least two destinations with weight, and a tolerance above 0. */
export function evidenceParts(context: SequentialContext): EvidenceParts {
  const { model, rule } = context;
  const values = evidenceOf(context);
  const { bayes, half } = needed(model, rule.failAlpha ?? rule.alpha);
  return {
    forWeights: Math.max(0, values.within / -Math.log(rule.alpha)),
    againstWeights: Math.max(0, Math.min(values.notTheWeights / bayes, values.beyondHalf / half)),
  };
}

/**
 * The split fails: the Bayes factor speaks against the weights, and some share is off by more than half its
 * tolerance, both at alpha whenever they are looked at. Neither draws that repeat the one before, nor
 * connections or blocks in time that each lean to a side of their own may explain it either.
 */
export function sequentialFailures(context: SequentialContext): SplitReason[] {
  const { model, rule } = context;
  const { cells, missing, units } = model;
  const alpha = rule.failAlpha ?? rule.alpha;
  if (cells.length < 2 || totalOf(cells) === 0) return [];
  const values = evidenceOf(context);
  if (!isEnoughToFail(values, context)) return [];
  if (clustersOf(context).some((view) => leaningPValue(cells, view) >= alpha)) return [];
  const beyond = deviations(cells).filter(
    ({ share, expectedShare, tolerance }) => Math.abs(share - expectedShare) > tolerance / 2,
  );
  const shown = beyond.length > 0 ? beyond : [widestDeviation(cells)];
  return [
    {
      code: 'evidence-against',
      deviations: shown,
      logEvidence: values.notTheWeights,
      alpha,
      missing,
      units,
    },
  ];
}

/** Of a split that has not failed: every share shown to be within its tolerance, or what stands in the way. */
export function judgeSequentially(context: SequentialContext): Outcome {
  const { model, rule, split, blocks } = context;
  const { cells, missing, units, clusters } = model;
  const { alpha } = rule;
  const widest = widestDeviation(cells);
  const threshold = -Math.log(alpha);
  if (evidenceOf(context).within >= threshold) {
    if (clusters !== null && mayBePartlyPinned(cells, clusters, alpha)) {
      return open([partlyPinned(model)]);
    }
    const inTime = isHeldUpInTime(context) ? alikeInTime(blocks) : null;
    if (inTime !== null) return open([inTime]);
    return settled('pass', [{ code: 'evidence-for', widest, alpha, missing, units }]);
  }
  const { sampled } = split;
  const complete = { ...context, model: { ...model, missing: 0 } };
  if (missing > 0 && evidenceOf(complete).within >= threshold) {
    return open([{ code: 'missing-answers', missing: split.missing, sampled }]);
  }
  // Whatever would settle it if blocks in time were not looked at.
  const untimed = { ...context, blocks: [] };
  const values = evidenceOf(untimed, null);
  const isTimed = values.within >= threshold || isEnoughToFail(values, untimed);
  const inTime = isTimed ? alikeInTime(blocks) : null;
  if (inTime !== null) return open([inTime]);
  const { forWeights, againstWeights } = evidenceParts(context);
  return open([{ code: 'evidence-open', widest, sampled, forWeights, againstWeights }]);
}

/** Draws that follow each other are too often alike, or some blocks may have one destination only. */
function isHeldUpInTime({ blocks, rule }: SequentialContext): boolean {
  return blocks.some(({ view, model: { cells, clusters } }) => {
    if (view.dependence.alikeNeighbours) return true;
    return clusters !== null && mayBePartlyPinned(cells, clusters, rule.alpha);
  });
}

function isEnoughToFail(
  { notTheWeights, beyondHalf }: SplitEValues,
  { model, rule }: SequentialContext,
): boolean {
  const { bayes, half } = needed(model, rule.failAlpha ?? rule.alpha);
  return notTheWeights >= bayes && beyondHalf >= half;
}

/** The connections, and the blocks of each view in time. */
function clustersOf({ model, blocks }: SequentialContext): Clustering[] {
  return [model.clusters, ...blocks.map((block) => block.model.clusters)].filter(
    (clusters) => clusters !== null,
  );
}

/**
 * The evidence, for as many independent draws as the view that shows the fewest has them. Against the
 * weights it is held against the best way in which draws that repeat each other may have them
 * (universal inference: Wasserman, Ramdas and Balakrishnan 2020), which holds at any time as well.
 *
 * @param neighbours In send order; null: they are not looked at.
 */
function evidenceOf(
  context: SequentialContext,
  neighbours = context.evidence.blocks?.neighbours ?? null,
): SplitEValues {
  const { model, rule } = context;
  const { cells, missing } = model;
  const total = totalOf(cells) + missing;
  const draws = clustersOf(context).map((clusters) =>
    independentDraws(total, clusters, cells.length, rule.alpha),
  );
  const worth = Math.min(total, ...draws) / total;
  const values = splitEValues(cells, missing, worth);
  if (neighbours === null || neighbours.pairs === 0) return values;
  const gain = logRepeatGain(
    { counts: countsOf(cells), ...neighbours },
    cells.map(({ share }) => share),
    1 - 1 / LONGEST_RUN,
  );
  return { ...values, notTheWeights: values.notTheWeights - worth * gain };
}

/** What the logarithms must reach. Half of the tolerance is looked at on both sides of k shares; two are one. */
function needed({ cells }: DrawModel, alpha: number): { bayes: number; half: number } {
  const sides = cells.length === 2 ? 2 : 2 * cells.length;
  return { bayes: -Math.log(alpha), half: Math.log(sides / alpha) };
}
