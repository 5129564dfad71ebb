import { pearsonChiSquare } from '../../stats/goodness-of-fit.js';
import {
  chance,
  count,
  FALSE_CLAIM,
  percent,
  type Finding,
  type FindingEvidence,
} from './finding.js';

/** `errors-concentrated`: failures belong to one destination. */
export function errorsConcentrated(evidence: FindingEvidence): Finding | null {
  return byIdentity(evidence) ?? byShortfall(evidence);
}

const ADVICE =
  'Look at that destination’s pods, their logs and restarts, and at the gateway’s response flags for its cluster.';

/** Failures that carry an identity all carry the same: p^f ≤ α_f, that is 11, 4, 2 failures at 40, 10, 1 %. */
function byIdentity({ destinations }: FindingEvidence): Finding | null {
  const failing = destinations.filter(({ failed }) => failed > 0);
  const [only] = failing;
  if (failing.length !== 1 || only === undefined || only.expectedShare >= 1) return null;
  const p = only.expectedShare ** only.failed;
  // ln(1e-4)/ln(0.1) is 4 exactly: rounding must not make it 5.
  if (p > FALSE_CLAIM * (1 + 1e-9)) return null;
  return {
    code: 'errors-concentrated',
    severity: 'error',
    summary: `all failures that say where they come from come from '${only.name}'`,
    evidence: `${count(only.failed)} failures, none from destinations with ${percent(1 - only.expectedShare)} of the traffic (${chance(p)})`,
    advice: ADVICE,
  };
}

/** The weights must fit once the failures are added, and clearly better than without them. */
const LEAST_FIT = 0.001;
const LEAST_GAIN = 1000;

/**
 * Failures that say nothing: the answers alone do not fit the weights, and they do once all
 * failures are given to one destination.
 */
function byShortfall(evidence: FindingEvidence): Finding | null {
  const { destinations, failedWithoutDestination: failures, decision } = evidence;
  const cells = destinations.filter(({ expectedShare }) => expectedShare > 0);
  const answered = cells.reduce((sum, { observed }) => sum + observed, 0);
  const kind = decision.dependence?.kind ?? 'independent';
  if (failures === 0 || cells.length < 2 || answered === 0) return null;
  // All of a destination's requests may have failed: then the others are all that is seen.
  if (kind !== 'independent' && kind !== 'one-destination') return null;
  const fit = (extra: number): number => {
    const counts = cells.map(({ observed }, i) => observed + (i === extra ? failures : 0));
    const total = answered + (extra < 0 ? 0 : failures);
    return pearsonChiSquare(
      counts,
      cells.map(({ expectedShare }) => expectedShare * total),
    ).pValue;
  };
  const alone = fit(-1);
  if (alone >= FALSE_CLAIM) return null;
  const needed = Math.max(LEAST_FIT, LEAST_GAIN * alone);
  const fitting = cells.filter((_, i) => fit(i) >= needed);
  const [only] = fitting;
  if (fitting.length !== 1 || only === undefined) return null;
  const short = Math.round(only.expectedShare * (answered + failures)) - only.observed;
  const due =
    short >= failures
      ? `all ${count(failures)}`
      : `about ${count(short)} of the ${count(failures)}`;
  return {
    code: 'errors-concentrated',
    severity: 'error',
    summary: `the failures look like those of '${only.name}'`,
    evidence: `the answers alone do not fit the weights (${chance(alone)}); they do if ${due} requests that failed were meant for '${only.name}'`,
    advice: ADVICE,
  };
}
