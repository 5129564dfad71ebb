import { chiSquareUpperTail } from '../../../stats/chi-square-distribution.js';
import { pearsonChiSquare } from '../../../stats/goodness-of-fit.js';
import type { Finding } from '../../../finding.js';
import { chance, count, counted, percent } from '../../../number-text.js';
import { found } from '../../found.js';
import { FALSE_CLAIM, type FindingEvidence } from './finding-evidence.js';

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
  return found('target', {
    code: 'errors-concentrated',
    severity: 'error',
    summary: `all failures that say where they come from come from '${only.name}'`,
    evidence: `${counted(only.failed, 'failure')}, none from destinations with ${percent(1 - only.expectedShare)} of the traffic (${chance(p)})`,
    advice: ADVICE,
  });
}

/** The weights must fit once the failures are added, and clearly better than without them. */
const LEAST_FIT = 0.001;
const LEAST_GAIN = 1000;
/** A fit below this is one with part of the shortfall left over. */
const GOOD_FIT = 0.05;

/**
 * Failures that say nothing: the answers alone do not fit the weights, and they do once all
 * failures are given to one destination. That is what the missing answers would have to be for the
 * split to be right, not what they were, and the texts say so. Where some failures do say where
 * they come from, they must not say otherwise.
 */
function byShortfall(evidence: FindingEvidence): Finding | null {
  const { destinations, failedWithoutDestination: failures, decision } = evidence;
  const cells = destinations.filter(({ expectedShare }) => expectedShare > 0);
  const answered = cells.reduce((sum, { observed }) => sum + observed, 0);
  if (failures === 0 || cells.length < 2 || answered === 0) return null;
  const inflation = inflationOf(decision.dependence);
  if (inflation === null) return null;
  const fit = (extra: number): number => {
    const counts = cells.map(({ observed }, i) => observed + (i === extra ? failures : 0));
    const total = answered + (extra < 0 ? 0 : failures);
    const { statistic, df } = pearsonChiSquare(
      counts,
      cells.map(({ expectedShare }) => expectedShare * total),
    );
    return chiSquareUpperTail(statistic / inflation, df);
  };
  const alone = fit(-1);
  if (alone >= FALSE_CLAIM) return null;
  const needed = Math.max(LEAST_FIT, LEAST_GAIN * alone);
  const fits = cells.map((cell, i) => ({ cell, withAll: fit(i) }));
  const fitting = fits.filter(({ withAll }) => withAll >= needed);
  const [only] = fitting;
  if (fitting.length !== 1 || only === undefined) return null;
  if (destinations.some((one) => one.failed > 0 && one.name !== only.cell.name)) return null;
  const texts = shortfallTexts({ ...only, alone, failures, all: answered + failures });
  return found('target', { code: 'errors-concentrated', severity: 'error', ...texts });
}

/**
 * By how much more than independent draws the answers vary; one healthy run in a hundred looks as if
 * its draws came in clusters, and its failures are to be named all the same.
 *
 * @returns null where no sum of squares says how well they fit.
 */
function inflationOf(dependence: FindingEvidence['decision']['dependence']): number | null {
  switch (dependence?.kind) {
    // All of a destination's requests may have failed: then the others are all that is seen.
    case 'one-destination':
    case 'independent':
    case undefined:
      return 1;
    case 'clustered':
      return dependence.alikeNeighbours ? null : dependence.inflation;
    case 'pinned':
      return null;
  }
}

/** One destination, and what the failures would do for it. */
interface Shortfall {
  cell: FindingEvidence['destinations'][number];
  /** p-value of the answers alone, and with all failures given to the destination. */
  alone: number;
  withAll: number;
  failures: number;
  /** Answers and failures. */
  all: number;
}

function shortfallTexts(known: Shortfall): Pick<Finding, 'summary' | 'evidence' | 'advice'> {
  const { cell, alone, withAll, failures, all } = known;
  const { name, expectedShare, observed, failed } = cell;
  const lacking = Math.round(expectedShare * all) - observed;
  const silent = `of the ${counted(failures, 'request')} that failed without saying where`;
  const others =
    failed === 0
      ? 'none that failed says where it went'
      : `the ${count(failed)} that failed and say where were all its own`;
  const start = `the answers alone do not fit the weights (${chance(alone)})`;
  if (lacking <= failures || withAll >= GOOD_FIT) {
    const meant = lacking < failures ? `about ${count(lacking)}` : 'all';
    return {
      summary: `the split would be right if the failures were those of '${name}'`,
      evidence: `${start}; they do if ${meant} ${silent} were meant for '${name}'; ${others}`,
      advice: ADVICE,
    };
  }
  const share = percent((observed + failures) / all);
  return {
    summary: `the failures explain only a part of what '${name}' lacks, if they are its own`,
    evidence: `${start}; if all ${silent} were meant for '${name}', it still has ${share} for ${percent(expectedShare)} (${chance(withAll)}); ${others}`,
    advice: `${ADVICE} Look at the weights, too: they may be wrong besides.`,
  };
}
