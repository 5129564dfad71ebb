import { InputError } from '../../input-error.js';
import { type ErrorCounts, type ErrorRates, keepsErrorRate } from './error-rates.js';
import type { LatencySummary } from '../../count/latency-summary.js';

const LATENCY_METRICS = ['p50', 'p90', 'p95', 'p99', 'p999', 'mean', 'max'] as const;
type LatencyMetric = (typeof LATENCY_METRICS)[number];

/** What must hold of a run. Latencies in ms, the error rate as a share, the rate per second. */
export interface Threshold {
  /** As the user wrote it. */
  expression: string;
  measure:
    | { kind: 'latency'; metric: LatencyMetric; destination: string | null }
    | { kind: 'error-rate'; destination: string | null }
    | { kind: 'rate' }
    | { kind: 'cert-days' };
  comparison: '<' | '<=' | '>' | '>=';
  limit: number;
}

/** What a threshold came to; `ok` is null where it cannot be said. */
export interface ThresholdResult {
  expression: string;
  /** In `unit`; null when it was not measured. */
  observed: number | null;
  unit: 'ms' | 'share' | 'requests/s' | 'ratio' | 'days';
  ok: boolean | null;
}

/** What thresholds are held against. */
export interface ThresholdEvidence {
  overall: LatencySummary;
  /** By name. */
  byDestination: ReadonlyMap<string, LatencySummary>;
  /** Requests that failed, timed out, or could not be sent for want of the peer. */
  errors: ErrorRates;
  /** Level at which an error rate is beyond its limit. */
  alpha: number;
  requestsPerSecond: number | null;
  /** Days that the server's certificate is still good for, the least of all addresses. */
  certificateDays: number | null;
  /** The client was the bottleneck: what it says of latency and rate is about itself. */
  isClientBottleneck: boolean;
  /** The rate that was asked for was not reached: what is kept under less says nothing of it. */
  isRateMissed: boolean;
  /** The client kept a pace: a rate below what was wanted is its own doing. */
  isPaced: boolean;
}

const FORMS =
  'p99<50ms, p99{v2}<1.2x{v1}, mean<5ms, error-rate<1%, error-rate{v2}<1%, rate>1000 or cert-days>14';
const MS_PER_UNIT: Record<string, number> = { us: 0.001, µs: 0.001, ms: 1, s: 1000 };

/**
 * Reads a threshold: `p50`, `p90`, `p95`, `p99`, `p999`, `mean` or `max` with a duration, for one
 * destination as `p99{v2}`; `error-rate` with a percentage or a share from 0 to 1, likewise; `rate` in requests per second;
 * `cert-days`, what is left of the server's certificate, in days.
 *
 * @throws InputError when it is something else.
 */
export function parseThreshold(expression: string): Threshold {
  const match =
    /^\s*([a-z][a-z0-9-]*)(?:\{([^{}]+)\})?\s*(<=|>=|<|>)\s*(\d+(?:\.\d+)?)\s*([a-zµ%]*)\s*$/.exec(
      expression,
    );
  const [, name = '', destination, comparison = '', number = '', unit = ''] = match ?? [];
  const scale = scaleOf(name, unit);
  const takesDestination = isLatencyMetric(name) || name === 'error-rate';
  if (match === null || scale === null || (destination !== undefined && !takesDestination)) {
    throw new InputError(`"${expression}" is not a threshold: write ${FORMS}`, {
      path: '--threshold',
    });
  }
  const limit = Number(number) * scale;
  if (name === 'error-rate' && limit > 1) throw beyondAll(expression, number, unit);
  return {
    expression,
    measure: measureOf(name, destination ?? null),
    comparison: comparison as Threshold['comparison'],
    limit,
  };
}

/** A threshold that every error rate keeps, or none. */
function beyondAll(expression: string, number: string, unit: string): InputError {
  const advice =
    unit === '%' || Number(number) > 100
      ? 'no error rate is above 100%'
      : `a number without a unit is a share from 0 to 1; for ${number} per cent write ${number}% or ${Number(`${number}e-2`)}`;
  return new InputError(`"${expression}": ${advice}`, { path: '--threshold' });
}

function measureOf(name: string, destination: string | null): Threshold['measure'] {
  if (isLatencyMetric(name)) return { kind: 'latency', metric: name, destination };
  if (name === 'cert-days' || name === 'rate') return { kind: name };
  return { kind: 'error-rate', destination };
}

/** What one of the written numbers is worth; null when the unit does not go with the name. */
function scaleOf(name: string, unit: string): number | null {
  if (isLatencyMetric(name)) return MS_PER_UNIT[unit] ?? null;
  if (name === 'error-rate') return unit === '%' ? 0.01 : unit === '' ? 1 : null;
  if (name === 'cert-days') return unit === '' || unit === 'd' ? 1 : null;
  return name === 'rate' && unit === '' ? 1 : null;
}

function isLatencyMetric(name: string): name is LatencyMetric {
  return (LATENCY_METRICS as readonly string[]).includes(name);
}

/** Holds a threshold against what was measured. */
export function evaluateThreshold(
  threshold: Threshold,
  evidence: ThresholdEvidence,
): ThresholdResult {
  const { expression, measure } = threshold;
  const observed = observedOf(measure, evidence);
  const isAboutClient = isAboutSpeed(measure) && evidence.isClientBottleneck;
  const ok = observed === null || isAboutClient ? null : isKept(threshold, observed, evidence);
  const isUnproven = isAboutSpeed(measure) && evidence.isRateMissed && ok === true;
  const isHeldBack = measure.kind === 'rate' && evidence.isPaced && ok === false;
  return {
    expression,
    observed,
    unit: UNITS[measure.kind],
    ok: isHeldBack || isUnproven ? null : ok,
  };
}

/** Whether what was measured depends on how fast requests were sent and answered. */
export function isAboutSpeed({ kind }: Threshold['measure']): boolean {
  return kind === 'latency' || kind === 'rate';
}

/** Error rates by exact tests, everything else as it was measured. */
function isKept(
  threshold: Threshold,
  observed: number,
  { errors, alpha }: ThresholdEvidence,
): boolean | null {
  const { measure, comparison, limit } = threshold;
  if (measure.kind !== 'error-rate') return holds(threshold, observed);
  const counts = errorCounts(measure.destination, errors);
  if (counts === undefined) return null;
  return keepsErrorRate(counts, comparison.startsWith('<'), limit, alpha);
}

function errorCounts(destination: string | null, errors: ErrorRates): ErrorCounts | undefined {
  return destination === null ? errors.overall : errors.byDestination.get(destination);
}

const UNITS = {
  latency: 'ms',
  'error-rate': 'share',
  rate: 'requests/s',
  'cert-days': 'days',
} as const;

function observedOf(measure: Threshold['measure'], evidence: ThresholdEvidence): number | null {
  switch (measure.kind) {
    case 'latency': {
      const { destination, metric } = measure;
      const summary =
        destination === null ? evidence.overall : evidence.byDestination.get(destination);
      return summary?.[metric] ?? null;
    }
    case 'error-rate': {
      const counts = errorCounts(measure.destination, evidence.errors);
      return counts === undefined || counts.ended === 0 ? null : counts.failed / counts.ended;
    }
    case 'rate':
      return evidence.requestsPerSecond;
    case 'cert-days':
      return evidence.certificateDays;
  }
}

function holds({ comparison, limit }: Threshold, observed: number): boolean {
  switch (comparison) {
    case '<':
      return observed < limit;
    case '<=':
      return observed <= limit;
    case '>':
      return observed > limit;
    case '>=':
      return observed >= limit;
  }
}
