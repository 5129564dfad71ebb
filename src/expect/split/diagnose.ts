import { pearsonChiSquare } from '../../stats/goodness-of-fit.js';
import {
  FALSE_CLAIM,
  splitText,
  timesLikelier,
  type Finding,
  type FindingCode,
  type FindingEvidence,
} from './findings/finding.js';

/** A way in which a gateway may serve something else than configured. */
interface Cause {
  code: FindingCode;
  /** What it would serve, by destination. */
  shares: readonly number[];
  summary: string;
  advice: string;
}

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
  const candidates = causes(evidence).filter(({ shares }) => !same(shares, configured));
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
  return {
    code: best.code,
    severity: 'error',
    summary: best.summary,
    evidence: `seen: ${splitText(
      destinations,
      counts.map((value) => value / total),
    )}; this cause gives: ${splitText(destinations, best.shares)} (${odds})`,
    advice: best.advice + also,
  };
}

function causes({ destinations }: FindingEvidence): Cause[] {
  const shares = destinations.map((destination) => destination.expectedShare);
  const list: Cause[] = [
    {
      code: 'route-not-applied',
      shares: shares.map(() => 1 / shares.length),
      summary: 'traffic is spread evenly over the destinations, as if no weights were applied',
      advice:
        'Look whether the route is bound to the gateway and host that were called, and whether a route without weights takes the request first.',
    },
    {
      code: 'weights-reversed',
      shares: shares.toReversed(),
      summary: 'the destinations get each other’s weights',
      advice: 'Look whether subset labels or the order of the weights are mixed up.',
    },
  ];
  const replicas = known(destinations.map((destination) => destination.replicas));
  if (replicas !== null) {
    list.push({
      code: 'replica-ratio',
      shares: replicas,
      summary: 'traffic follows the number of pods, not the weights',
      advice:
        'The route is not in the path: look whether the request reaches a Service directly, past the gateway or the sidecar that knows the weights.',
    });
    const product = known(destinations.map((d) => d.expectedShare * (d.replicas ?? 0)));
    if (product !== null) {
      list.push({
        code: 'weight-times-replicas',
        shares: product,
        summary: 'weights are applied to every pod instead of to the destination as a whole',
        advice:
          'Look whether the weights reached the proxy as endpoint weights: set them per destination.',
      });
    }
  }
  const previous = known(destinations.map((destination) => destination.previousWeight));
  if (previous !== null) {
    list.push({
      code: 'stale-weights',
      shares: previous,
      summary: 'the weights from before the last change are still served',
      advice:
        'The change has not reached the gateway: look at its sync state (istioctl proxy-status) and at the control plane’s log.',
    });
  }
  for (const [i, { name }] of destinations.entries()) {
    list.push({
      code: 'all-to-one',
      shares: shares.map((_, j) => (i === j ? 1 : 0)),
      summary: `everything goes to '${name}'`,
      advice:
        'Look whether another route takes the request first, and whether the other destinations have ready pods.',
    });
  }
  return list;
}

/** Scaled to add up to 1; null when one is unknown or all are 0. */
function known(values: readonly (number | null)[]): number[] | null {
  const numbers = values.filter((value) => value !== null);
  const sum = numbers.reduce((a, b) => a + b, 0);
  return numbers.length === values.length && sum > 0 ? numbers.map((value) => value / sum) : null;
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
