import { deviations, widestDeviation } from '../draws/deviation.js';
import { independentDraws, mayBePartlyPinned, leaningPValue } from '../draws/clusters.js';
import { totalOf } from '../draws/cell.js';
import type { DrawModel } from '../draws/draw-model.js';
import { partlyPinned } from '../verdict/connections-in-the-way.js';
import type { DecisionContext } from '../verdict/decision-context.js';
import { open, type Outcome, settled } from '../verdict/outcome.js';
import type { SplitReason } from '../verdict/reasons.js';
import { type SplitEValues, splitEValues } from './split-e-values.js';

/** What the sequential rule looks at. */
export type SequentialContext = Pick<DecisionContext, 'rule' | 'split' | 'model'>;

/** How far the evidence has come, as parts of what each side needs; at least 1 where it is enough. */
export interface EvidenceParts {
  forWeights: number;
  againstWeights: number;
}

/**
 * Whether the draws are judged by e-values. Where connections are what is drawn, their number was fixed
 * before, and the rule of a fixed size holds.
 */
export function isSequential({ rule, model }: Pick<SequentialContext, 'rule' | 'model'>): boolean {
  return rule.design === 'sequential' && model.units === 'requests';
}

/** @param context At least two destinations with weight, and a tolerance above 0. */
export function evidenceParts({ model, rule }: SequentialContext): EvidenceParts {
  const values = evidenceOf(model, rule.alpha);
  const { bayes, half } = needed(model, rule.failAlpha ?? rule.alpha);
  return {
    forWeights: Math.max(0, values.within / -Math.log(rule.alpha)),
    againstWeights: Math.max(0, Math.min(values.notTheWeights / bayes, values.beyondHalf / half)),
  };
}

/**
 * The split fails: the Bayes factor speaks against the weights, and some share is off by more than half its
 * tolerance, both at alpha whenever they are looked at. Connections that each lean to a side of their own
 * must not explain it either, as in the rule of a fixed size.
 */
export function sequentialFailures(context: SequentialContext): SplitReason[] {
  const { model, rule } = context;
  const { cells, missing, units, clusters } = model;
  const alpha = rule.failAlpha ?? rule.alpha;
  if (cells.length < 2 || totalOf(cells) === 0) return [];
  const { notTheWeights, beyondHalf } = evidenceOf(model, rule.alpha);
  const { bayes, half } = needed(model, alpha);
  if (notTheWeights < bayes || beyondHalf < half) return [];
  if (clusters !== null && leaningPValue(cells, clusters) >= alpha) return [];
  const beyond = deviations(cells).filter(
    ({ share, expectedShare, tolerance }) => Math.abs(share - expectedShare) > tolerance / 2,
  );
  const shown = beyond.length > 0 ? beyond : [widestDeviation(cells)];
  return [
    {
      code: 'evidence-against',
      deviations: shown,
      logEvidence: notTheWeights,
      alpha,
      missing,
      units,
    },
  ];
}

/** Of a split that has not failed: every share shown to be within its tolerance, or what stands in the way. */
export function judgeSequentially(context: SequentialContext): Outcome {
  const { model, rule, split } = context;
  const { cells, missing, units, clusters } = model;
  const { alpha } = rule;
  const widest = widestDeviation(cells);
  const threshold = -Math.log(alpha);
  if (evidenceOf(model, alpha).within >= threshold) {
    if (clusters !== null && mayBePartlyPinned(cells, clusters, alpha)) {
      return open([partlyPinned(model)]);
    }
    return settled('pass', [{ code: 'evidence-for', widest, alpha, missing, units }]);
  }
  const { sampled } = split;
  if (missing > 0 && evidenceOf({ ...model, missing: 0 }, alpha).within >= threshold) {
    return open([{ code: 'missing-answers', missing: split.missing, sampled }]);
  }
  const { forWeights, againstWeights } = evidenceParts(context);
  return open([{ code: 'evidence-open', widest, sampled, forWeights, againstWeights }]);
}

function evidenceOf({ cells, missing, clusters }: DrawModel, alpha: number): SplitEValues {
  const total = totalOf(cells) + missing;
  const draws = clusters === null ? total : independentDraws(total, clusters, cells.length, alpha);
  return splitEValues(cells, missing, draws / total);
}

/** What the logarithms must reach. Half of the tolerance is looked at on both sides of k shares; two are one. */
function needed({ cells }: DrawModel, alpha: number): { bayes: number; half: number } {
  const sides = cells.length === 2 ? 2 : 2 * cells.length;
  return { bayes: -Math.log(alpha), half: Math.log(sides / alpha) };
}
