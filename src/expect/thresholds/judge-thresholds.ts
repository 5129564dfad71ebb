import type { Counted, HistogramCounts } from '../../count/counted.js';
import { summarize } from '../../count/latency-summary.js';
import { sumOfHistograms } from '../../count/histogram.js';
import { daysLeft, soonestToEnd } from '../../count/tls-details.js';
import { InputError } from '../../input-error.js';
import type { Reason } from '../expectation.js';
import { errorRatesOf } from './error-rates.js';
import { thresholdReasons } from './threshold-text.js';
import type { Verdict } from '../verdict.js';
import {
  evaluateThreshold,
  isAboutSpeed,
  parseThreshold,
  type ThresholdEvidence,
  type ThresholdResult,
} from './threshold.js';

/** What the thresholds of a run came to. */
export interface ThresholdsJudgement {
  verdict: Verdict;
  reasons: Reason[];
  results: ThresholdResult[];
}

/**
 * Refuses thresholds that cannot be held against a run, before anything is sent.
 *
 * @param destinations Names that there are; null where every pod that answers is one.
 * @param noCertificate Why there will be no certificate to look at; null where there will be one.
 * @throws InputError when one is malformed, names a destination that does not exist, or asks for a certificate
 *   where there is none.
 */
export function checkThresholds(
  expressions: readonly string[],
  destinations: readonly string[] | null,
  noCertificate: string | null,
): void {
  for (const expression of expressions) {
    const { measure } = parseThreshold(expression);
    if (measure.kind === 'cert-days' && noCertificate !== null) {
      throw new InputError(`"${expression}" is about a certificate, and ${noCertificate}`, {
        path: '--threshold',
      });
    }
    const name = 'destination' in measure ? measure.destination : null;
    if (name === null || destinations === null || destinations.includes(name)) continue;
    throw new InputError(
      `"${expression}" names a destination that does not exist: there is ${destinations.join(', ')}`,
      { path: '--threshold' },
    );
  }
}

/** Whether any of them is about latency or rate. */
export function asksForSpeed(expressions: readonly string[]): boolean {
  return expressions.some((expression) => isAboutSpeed(parseThreshold(expression).measure));
}

/**
 * Holds thresholds against what was counted. They are about all calls of the run together;
 * destinations of one name are one.
 *
 * @param judging The level of error rates; whether the client was the limit, for then latencies and rates
 *   say nothing, or kept a pace, for then a rate is its own.
 */
export function judgeThresholds(
  expressions: readonly string[],
  counted: Counted,
  judging: Pick<ThresholdEvidence, 'alpha' | 'isClientBottleneck' | 'isRateMissed' | 'isPaced'>,
): ThresholdsJudgement {
  if (expressions.length === 0) return { verdict: 'pass', reasons: [], results: [] };
  const { overall, byDestination } = latencyOf(counted);
  const evidence = {
    overall: summarize(overall),
    byDestination: new Map(
      [...byDestination].map(([name, all]) => [name, summarize(sumOfHistograms(all))]),
    ),
    errors: errorRatesOf(counted.calls),
    requestsPerSecond: requestsPerSecondOf(counted),
    certificateDays: certificateDaysOf(counted),
    ...judging,
  };
  const thresholds = expressions.map(parseThreshold);
  const results = thresholds.map((threshold) => evaluateThreshold(threshold, evidence));
  const reasons = thresholds.flatMap((threshold, index) => {
    const result = results[index];
    return result === undefined ? [] : thresholdReasons(threshold, result);
  });
  const broken = reasons.filter(({ code }) => code === 'threshold-broken');
  const unknown = reasons.filter(({ code }) => code === 'threshold-unknown');
  return {
    verdict: broken.length > 0 ? 'fail' : unknown.length > 0 ? 'inconclusive' : 'pass',
    reasons: [...broken, ...unknown],
    results,
  };
}

/** Requests sent per second of the sample; null when it took no time. */
export function requestsPerSecondOf({ span, calls }: Counted): number | null {
  if (span === null || span.endMs <= span.startMs) return null;
  const sent = calls.reduce((sum, call) => sum + call.sent, 0);
  return (sent * 1000) / (span.endMs - span.startMs);
}

/** The least of all addresses; nothing is left where one was turned down for its age. */
function certificateDaysOf({ transport, unreachable }: Counted): number | null {
  if (unreachable.some(({ kind }) => kind === 'certificate-expired')) return 0;
  const soonest = soonestToEnd(transport.tls);
  return soonest === undefined ? null : daysLeft(soonest);
}

function latencyOf({ calls }: Counted): {
  overall: HistogramCounts;
  byDestination: Map<string, HistogramCounts[]>;
} {
  const byDestination = new Map<string, HistogramCounts[]>();
  for (const { destinations, latency } of calls) {
    destinations.forEach((name, index) => {
      const own = latency[index];
      if (own !== undefined) byDestination.set(name, [...(byDestination.get(name) ?? []), own]);
    });
  }
  return { overall: sumOfHistograms(calls.flatMap(({ latency }) => latency)), byDestination };
}
