import { connectionsToTell, type Dependence, judgeDependence } from '../draws/dependence.js';
import { alwaysDeviates, type DrawModel, drawModel, worstPValue } from '../draws/draw-model.js';
import type { SplitEvidence, SplitRule } from '../split-evidence.js';
import { leaks } from '../verdict/failures.js';
import { type JudgedSplit, judgedSplit } from '../verdict/judged-split.js';
import { judgeLeakBound } from '../verdict/leak-bound.js';
import { weightedColumns } from '../verdict/weighted-columns.js';
import {
  type EvidenceParts,
  evidenceParts,
  judgeSequentially,
  type SequentialContext,
  sequentialFailures,
} from './sequential-rule.js';

/** What a look at a split says while its load goes on. */
export interface SplitLook extends EvidenceParts {
  /** `connections`: only more connections can tell more; `open`: more requests can. */
  state: 'pass' | 'fail' | 'connections' | 'open';
}

/**
 * Whether the evidence so far settles a split. Errors are no part of it: they are judged once, where the
 * load ends, so that looking often does not make them worse. Only where too many answers are missing does
 * it go on.
 *
 * @param evidence Everything that was due until a moment, all of it ended.
 * @param rule With the level of this call, where several share alpha.
 */
export function lookAtSplit(evidence: SplitEvidence, rule: SplitRule): SplitLook {
  const split = judgedSplit(evidence, rule);
  const { cells, missing, sampled, n } = split;
  const isSplit = cells.length > 1;
  if (leaks({ evidence, split }).length > 0) {
    return { state: 'fail', forWeights: 0, againstWeights: 1 };
  }
  const bound = judgeLeakBound({ rule, split });
  const mayPass = missing <= rule.maxErrorRate * sampled && (bound?.verdict ?? 'pass') === 'pass';
  if (!isSplit || n === 0) {
    const isBounded = !isSplit && mayPass && n > 0;
    return { state: isBounded ? 'pass' : 'open', forWeights: 0, againstWeights: 0 };
  }
  const connections = weightedColumns(evidence);
  const dependence = connections === null ? null : judgeDependence(connections, cells.length);
  const model = drawModel(cells, missing, dependence, connections);
  const context: SequentialContext = { rule, split, model };
  if (model.units === 'connections') {
    const state = isFailedByConnections(model, rule)
      ? 'fail'
      : areConnectionsKnown(split, dependence, rule)
        ? 'connections'
        : 'open';
    return { state, forWeights: 0, againstWeights: 0 };
  }
  const parts = evidenceParts(context);
  if (sequentialFailures(context).length > 0) return { state: 'fail', ...parts };
  const passes = mayPass && judgeSequentially(context).verdict === 'pass';
  return { state: passes ? 'pass' : 'open', ...parts };
}

/** As the rule of a fixed size has it. */
function isFailedByConnections(model: DrawModel, { alpha, failAlpha, seed }: SplitRule): boolean {
  const level = failAlpha ?? alpha;
  return worstPValue(model, { exactGate: false, seed }) < level && alwaysDeviates(model, level);
}

/** Answers of a connection after which it is clear enough that it stays with its destination. */
const ENOUGH_ANSWERS = 20;

/** Where connections are what is drawn, more requests on them tell nothing. */
function areConnectionsKnown(
  { cells, n }: JudgedSplit,
  dependence: Dependence | null,
  { alpha }: SplitRule,
): boolean {
  const largest = Math.max(...cells.map(({ share }) => share));
  const connections = dependence?.connections ?? 0;
  return n >= Math.max(ENOUGH_ANSWERS * connections, 2 * connectionsToTell(alpha, largest));
}
