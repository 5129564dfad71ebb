import { connectionsToTell, type Dependence, judgeDependence } from '../draws/dependence.js';
import { alwaysDeviates, type DrawModel, drawModel, worstPValue } from '../draws/draw-model.js';
import { errorLimitOf } from '../errors/judged-errors.js';
import type { SplitEvidence, SplitRule } from '../split-evidence.js';
import { leaks } from '../verdict/failures.js';
import { type JudgedSplit, judgedSplit } from '../verdict/judged-split.js';
import { judgeLeakBound } from '../verdict/leak-bound.js';
import { timeModels } from '../verdict/time-views.js';
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
 * Whether the evidence so far settles a split. Errors fail no look: they are judged once, where the load
 * ends, so that looking often does not make them worse. Where too many answers are missing it goes on, and
 * up to the planned size where a destination fails more than it may: fewer answers show less of that.
 *
 * @param evidence Everything that was due until a moment, all of it ended.
 * @param rule With the level of this call, where several share alpha.
 * @param planned Requests that a verdict of a fixed size needs; null, or left out, where no number is enough.
 */
export function lookAtSplit(
  evidence: SplitEvidence,
  rule: SplitRule,
  planned: number | null = null,
): SplitLook {
  const split = judgedSplit(evidence, rule);
  const { cells, missing, sampled, n } = split;
  const isSplit = cells.length > 1;
  if (leaks({ evidence, split }).length > 0) {
    return { state: 'fail', forWeights: 0, againstWeights: 1 };
  }
  const bound = judgeLeakBound({ rule, split });
  const isBound = (bound?.verdict ?? 'pass') === 'pass' && areErrorsExcluded(split, rule);
  const areErrorsJudged =
    areWithinLimits(evidence, rule) || (planned !== null && sampled >= planned);
  const mayPass = missing <= rule.maxErrorRate * sampled && isBound && areErrorsJudged;
  if (!isSplit || n === 0) {
    const isBounded = !isSplit && mayPass && n > 0;
    return { state: isBounded ? 'pass' : 'open', forWeights: 0, againstWeights: 0 };
  }
  const connections = weightedColumns(evidence);
  const dependence = connections === null ? null : judgeDependence(connections, cells.length);
  const model = drawModel(cells, missing, dependence, connections);
  if (model.units !== 'requests') {
    const isKnown = areConnectionsKnown(split, dependence, rule, planned);
    const settled = isFailedByConnections(model, rule) ? 'fail' : 'connections';
    return { state: isKnown ? settled : 'open', forWeights: 0, againstWeights: 0 };
  }
  const blocks = timeModels(evidence, split);
  const context: SequentialContext = { evidence, rule, split, model, blocks };
  const parts = evidenceParts(context);
  if (sequentialFailures(context).length > 0) return { state: 'fail', ...parts };
  const passes = mayPass && judgeSequentially(context).verdict === 'pass';
  return { state: passes ? 'pass' : 'open', ...parts };
}

/** Whether no destination fails more than it may, so far. */
function areWithinLimits({ destinations }: SplitEvidence, rule: SplitRule): boolean {
  return destinations.every(
    ({ name, observed, failed = 0 }) => failed <= errorLimitOf(name, rule) * observed,
  );
}

/** Whether so many answers exclude the error rate that a pass is to exclude, if none of them has failed. */
function areErrorsExcluded({ cells }: JudgedSplit, { errorRateShown, alpha }: SplitRule): boolean {
  const rate = errorRateShown ?? null;
  if (rate === null) return true;
  return cells.every(({ observed }) => 1 - alpha ** (1 / observed) <= rate);
}

/** As the rule of a fixed size has it. */
function isFailedByConnections(model: DrawModel, { alpha, failAlpha, seed }: SplitRule): boolean {
  const level = failAlpha ?? alpha;
  return worstPValue(model, { exactGate: false, seed }) < level && alwaysDeviates(model, level);
}

/** Answers of a connection after which it is clear enough that it stays with its destination. */
const ENOUGH_ANSWERS = 20;

/**
 * Where connections are what is drawn, more requests on them tell nothing. But as long as one destination
 * alone has answered, a gateway that goes by the clock looks the same: that takes as long as it does
 * with the rule of a fixed size.
 */
function areConnectionsKnown(
  { cells, n, sampled }: JudgedSplit,
  dependence: Dependence | null,
  { alpha }: SplitRule,
  planned: number | null,
): boolean {
  if (dependence?.kind === 'one-destination' && planned !== null && sampled < planned) return false;
  const largest = Math.max(...cells.map(({ share }) => share));
  const connections = dependence?.connections ?? 0;
  return n >= Math.max(ENOUGH_ANSWERS * connections, 2 * connectionsToTell(alpha, largest));
}
