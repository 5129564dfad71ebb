import { InputError } from '../input-error.js';
import type { AttributionTable } from '../count/attribution.js';
import type { RunRecord } from '../record/run-record.js';
import type { Finding } from '../expect/split/findings/finding.js';
import {
  evaluateThreshold,
  parseThreshold,
  type Threshold,
  type ThresholdResult,
} from '../expect/thresholds/threshold.js';
import { latencyOfAll, type NamedHistogram } from './latency-record.js';

/**
 * Reads the thresholds of a scenario, before anything is sent.
 *
 * @param calls A threshold is about all of them together.
 *
 * @throws InputError when one is malformed, or names a destination that there is not.
 */
export function thresholdsOf(
  expressions: readonly string[],
  calls: readonly { attribution: AttributionTable }[],
): Threshold[] {
  const tables = calls.map(({ attribution }) => attribution);
  const destinations = [...new Set(tables.flatMap((table) => table.destinations))];
  const isKnown = (name: string): boolean =>
    destinations.includes(name) || tables.some((table) => table.podsAreDestinations === true);
  return expressions.map((expression) => {
    const threshold = parseThreshold(expression);
    const { measure } = threshold;
    const name = measure.kind === 'latency' ? measure.destination : null;
    if (name !== null && !isKnown(name)) {
      throw new InputError(
        `"${expression}" names a destination that there is not: there is ${destinations.join(', ')}`,
        { path: '--threshold' },
      );
    }
    return threshold;
  });
}

/**
 * Holds the thresholds against the record of the load.
 *
 * @param recorded Latencies of all calls by destination.
 */
export function evaluateThresholds(
  thresholds: readonly Threshold[],
  recorded: readonly NamedHistogram[],
  load: RunRecord['load'],
  findings: readonly Finding[],
): ThresholdResult[] {
  if (thresholds.length === 0) return [];
  const latencyMs = latencyOfAll(recorded);
  const ended = load.sent - load.cancelled;
  return thresholds.map((threshold) =>
    evaluateThreshold(threshold, {
      ...latencyMs,
      errorRate: ended === 0 ? null : (load.failed + load.timedOut) / ended,
      requestsPerSecond: load.requestsPerSecond,
      isClientBottleneck: findings.some(({ code }) => code === 'client-bottleneck'),
    }),
  );
}

/** What thresholds make of a verdict, and the sentences that say so. */
export function withThresholds(
  verdict: RunRecord['verdict'],
  results: readonly ThresholdResult[],
): { verdict: RunRecord['verdict']; reasons: string[] } {
  const broken = results.filter(({ ok }) => ok === false);
  const unknown = results.filter(({ ok }) => ok === null);
  const list = (some: readonly ThresholdResult[]): string =>
    some.map(({ expression }) => expression).join(', ');
  const reasons = [
    ...(broken.length > 0 ? [`Not kept: ${list(broken)}.`] : []),
    ...(unknown.length > 0 ? [`Cannot be said: ${list(unknown)}.`] : []),
  ];
  if (verdict === 'fail' || broken.length > 0) return { verdict: 'fail', reasons };
  return { verdict: unknown.length > 0 ? 'inconclusive' : verdict, reasons };
}
