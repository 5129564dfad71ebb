import type { Finding } from '../../../finding.js';
import { splitText, timesLikelier } from '../../../number-text.js';
import { pearsonChiSquare } from '../../../stats/goodness-of-fit.js';
import { found } from '../../found.js';
import { type Cause, possibleCauses } from './causes.js';
import { FALSE_CLAIM, type FindingEvidence } from './finding-evidence.js';

/** A cause and how well it explains the counts. */
interface RankedCause extends Cause {
  /** ln of the likelihood over that of the configured weights; Infinity where those make the counts impossible. */
  logLikelihoodRatio: number;
  /** The cause's own goodness of fit, 0 where it makes the counts impossible. */
  fitPValue: number;
}

/** The causes by likelihood, and the one the data favour clearly. */
export interface Diagnosis {
  ranked: readonly RankedCause[];
  claimed: Finding | null;
}

/** ln 1000: how much likelier a cause must be than the next one that serves something else. */
const MARGIN = 6.9;
const LEAST_FIT = 0.001;

/**
 * Ranks what may have gone wrong by likelihood, and claims a cause only where the split has failed, the
 * cause beats the configured weights beyond the false-claim rate shared by all candidates, beats
 * the next distinct cause by a factor of a thousand, and itself fits the counts.
 *
 * @param evidence Of one call.
 */
export function diagnose(evidence: FindingEvidence): Diagnosis {
  const counts = evidence.destinations.map((destination) => destination.observed);
  const total = counts.reduce((sum, value) => sum + value, 0);
  const configured = evidence.destinations.map((destination) => destination.expectedShare);
  if (total === 0) return { ranked: [], claimed: null };
  const base = logLikelihood(counts, configured);
  const candidates = possibleCauses(evidence).filter(({ shares }) => !same(shares, configured));
  const ranked = candidates
    .map((cause): RankedCause => {
      const value = logLikelihood(counts, cause.shares);
      const ratio = value === -Infinity ? -Infinity : value - base;
      return { ...cause, logLikelihoodRatio: ratio, fitPValue: fit(counts, cause.shares, total) };
    })
    .filter((cause) => cause.logLikelihoodRatio > 0)
    .sort((a, b) => logLikelihood(counts, b.shares) - logLikelihood(counts, a.shares));
  const [best] = ranked;
  if (best === undefined || evidence.decision.verdict !== 'fail') return { ranked, claimed: null };
  const rival = ranked.find((cause) => !same(cause.shares, best.shares));
  const lead =
    rival === undefined
      ? Infinity
      : logLikelihood(counts, best.shares) - logLikelihood(counts, rival.shares);
  const clear =
    best.logLikelihoodRatio >= Math.log(candidates.length / FALSE_CLAIM) &&
    lead >= MARGIN &&
    best.fitPValue >= LEAST_FIT;
  return { ranked, claimed: clear ? claim(best, ranked, evidence, counts) : null };
}

function claim(
  best: RankedCause,
  ranked: readonly RankedCause[],
  { destinations }: FindingEvidence,
  counts: readonly number[],
): Finding {
  const total = counts.reduce((sum, value) => sum + value, 0);
  const alike = ranked
    .filter((cause) => cause !== best && same(cause.shares, best.shares))
    .map((cause) => cause.summary);
  const odds =
    best.logLikelihoodRatio === Infinity
      ? 'the configured weights make these counts impossible'
      : `${timesLikelier(best.logLikelihoodRatio)} than the configured weights`;
  const also = alike.length === 0 ? '' : ` It looks the same when ${alike.join(', or when ')}.`;
  return found('target', {
    code: best.code,
    severity: 'error',
    summary: best.summary,
    evidence: `seen: ${splitText(
      destinations,
      counts.map((value) => value / total),
    )}; this cause gives: ${splitText(destinations, best.shares)} (${odds})`,
    advice: best.advice + also,
  });
}

function same(a: readonly number[], b: readonly number[]): boolean {
  return a.every((value, i) => Math.abs(value - (b[i] ?? 0)) < 1e-9);
}

/** Σ x·ln q; −Infinity where something was seen that q excludes. */
function logLikelihood(counts: readonly number[], shares: readonly number[]): number {
  return counts.reduce(
    (sum, value, i) => (value === 0 ? sum : sum + value * Math.log(shares[i] ?? 0)),
    0,
  );
}

function fit(counts: readonly number[], shares: readonly number[], total: number): number {
  if (logLikelihood(counts, shares) === -Infinity) return 0;
  const cells = counts.flatMap((value, i) => {
    const share = shares[i] ?? 0;
    return share > 0 ? [{ value, expected: share * total }] : [];
  });
  if (cells.length < 2) return 1;
  return pearsonChiSquare(
    cells.map((cell) => cell.value),
    cells.map((cell) => cell.expected),
  ).pValue;
}
