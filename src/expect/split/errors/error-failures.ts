import { binomialLowerTail } from '../../../stats/binomial-distribution.js';
import { independentDraws, leaningPValue } from '../draws/clusters.js';
import type { DecisionContext } from '../verdict/decision-context.js';
import type { SplitReason } from '../verdict/reasons.js';

type ErrorRate = Extract<SplitReason, { code: 'error-rate' }>;

/**
 * Failures that show a rate above its limit: of one destination at alpha over their number (Bonferroni),
 * by those that carry its identity, and of all requests at alpha.
 */
export function errorRates({ rule, errors }: DecisionContext): SplitReason[] {
  const { destinations, pooled } = errors;
  const alpha = rule.errorAlpha ?? rule.alpha;
  const byDestination = destinations
    .filter(({ pValue }) => pValue <= alpha / destinations.length)
    .map(({ name, failed, answers, limit, pValue }): ErrorRate => {
      const code = 'error-rate';
      return { code, destination: name, errors: failed, unsent: 0, asked: answers, limit, pValue };
    });
  const { failed, unsent, asked, limit, pValue } = pooled;
  // Of a single destination both say the same.
  const isSaid = destinations.length === 1 && byDestination.length > 0;
  if (pValue > alpha || isSaid) return byDestination;
  const all: ErrorRate = {
    code: 'error-rate',
    destination: null,
    errors: failed,
    unsent,
    asked,
    limit,
    pValue,
  };
  return [...byDestination, all];
}

/**
 * Destinations with fewer OK answers than any share within the tolerance and any error rate within the
 * limit allow: P(X ≤ ok | N, (p − δ)(1 − limit)) ≤ alpha over their number. OK answers of unknown origin
 * count as theirs. So either its share or its errors are wrong, whatever became of the failed requests.
 *
 * Where not even all failures would make up for the lack, it is the split that is wrong, which its own
 * rule says, with all its care for draws that are not independent. Where connections stay with a
 * destination they are what is drawn, and how many answers those give that fail cannot be told: there
 * nothing is claimed. Clustered draws count as fewer, and connections that lean each to a side of their
 * own must not be able to look like this.
 *
 * @param known Reasons that stand already: a split that differs however its failures are given out,
 *   or a destination whose own failures show it, explains the lack.
 */
export function failingDestinations(
  { evidence, rule, split, model, errors }: DecisionContext,
  known: readonly SplitReason[],
): SplitReason[] {
  const { cells, sampled, failedWithoutDestination } = split;
  if (cells.length < 2 || model.units !== 'requests') return [];
  if (known.some(({ code }) => code === 'split-differs')) return [];
  const alpha = rule.errorAlpha ?? rule.alpha;
  const { clusters } = model;
  const draws =
    clusters === null ? sampled : independentDraws(sampled, clusters, cells.length, alpha);
  const level = alpha / cells.length;
  const lowerTail = (answers: number, share: number): number =>
    binomialLowerTail(Math.ceil((answers * draws) / sampled), draws, share);
  const { unattributed, cancelled = 0, hidden = 0 } = evidence;
  const ofAnybody = unattributed + cancelled + hidden;
  const failing = cells.flatMap(({ share, tolerance, observed, name }, i): SplitReason[] => {
    const { limit = 0, failed = 0 } = errors.destinations[i] ?? {};
    if (failed + failedWithoutDestination === 0) return [];
    const isNamed = known.some((one) => one.code === 'error-rate' && one.destination === name);
    if (isNamed) return [];
    const ok = observed - failed + ofAnybody;
    const least = (share - tolerance) * (1 - limit);
    const pValue = lowerTail(ok, least);
    const withFailures = lowerTail(ok + failed + failedWithoutDestination, share - tolerance);
    if (pValue > level || withFailures <= level) return [];
    return [{ code: 'destination-failing', destination: name, ok, sampled, least, limit, pValue }];
  });
  // This takes its time, and most runs have nothing to ask it about.
  if (failing.length === 0 || clusters === null) return failing;
  return leaningPValue(model.cells, clusters) > alpha ? [] : failing;
}
