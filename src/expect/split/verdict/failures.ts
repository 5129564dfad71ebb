import { deviations, widestDeviation } from '../draws/deviation.js';
import { alwaysDeviates } from '../draws/draw-model.js';
import { errorRates, failingDestinations } from '../errors/error-failures.js';
import { isSequential, sequentialFailures } from '../sequential/sequential-rule.js';
import type { DecisionContext } from './decision-context.js';
import type { SplitReason } from './reasons.js';
import { deviatesInAllBlocks, worstOfViews } from './time-views.js';

/** Everything that fails the split, as reasons; empty where nothing does. */
export function failuresOf(context: DecisionContext): SplitReason[] {
  const bySplit = isSequential(context) ? sequentialFailures : splitFailures;
  const known = [...leaks(context), ...bySplit(context), ...errorRates(context)];
  return [...known, ...failingDestinations(context, known)];
}

/** Rule 1: one answer from where none may come from. */
export function leaks({
  evidence,
  split,
}: Pick<DecisionContext, 'evidence' | 'split'>): SplitReason[] {
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
function splitFailures(context: DecisionContext): SplitReason[] {
  const { rule, model, choice, blocks } = context;
  const alpha = rule.failAlpha ?? rule.alpha;
  const worst = context.worst === null ? 1 : worstOfViews(context.worst, blocks);
  if (worst >= alpha) return [];
  if (!choice.exactGate) {
    if (!alwaysDeviates(model, alpha) || !deviatesInAllBlocks(blocks, alpha)) return [];
  }
  const { cells, missing, units } = model;
  const beyond = deviations(cells).filter(
    ({ share, expectedShare, tolerance }) => Math.abs(share - expectedShare) > tolerance,
  );
  const shown = beyond.length > 0 ? beyond : [widestDeviation(cells)];
  return [{ code: 'split-differs', deviations: shown, pValue: worst, alpha, missing, units }];
}
