import type { HistogramCounts } from '../count/counted.js';
import { mergeHistograms } from '../count/histogram.js';
import { percentileMs } from '../count/latency-summary.js';
import type { LoadPlan } from './plan.js';

/** How far a load has come. */
export type LoadProgress = DiallingProgress | WarmUpProgress | SampleProgress;

/** Connections are opened. */
export interface DiallingProgress {
  phase: 'connecting';
  /** How many there are to be; null: not known yet. */
  connections: number | null;
}

/** Requests are sent that are no part of the sample. */
export interface WarmUpProgress {
  phase: 'warming-up';
  sent: number;
  /** null: a clock ends the warm-up. */
  planned: number | null;
}

/** The sample is taken. */
export interface SampleProgress {
  phase: 'sampling';
  /** Since its first request was due. */
  elapsedMs: number;
  /** Requests that have ended. */
  done: number;
  /** Requests planned; null when only the clock ends the sample. */
  planned: number | null;
  /** Requests that failed, or could not be sent for want of the peer. */
  failed: number;
  /** The answers so far by destination: those that the route knows first, in its order. */
  destinations: readonly DestinationProgress[];
  /** 99 % of the answers so far took at most so long, in ms; null before the first. */
  p99Ms: number | null;
  /** How long the sample is still to take at its rate so far, by its size and by the clock; null: not known yet. */
  remainingMs: number | null;
}

/** What one destination has answered so far. */
export interface DestinationProgress {
  name: string;
  observed: number;
}

/** How far a part of a load has come. */
export interface PartProgress {
  done: number;
  /** Names for `observed`. */
  destinations: readonly string[];
  observed: readonly number[];
  /** Requests that failed, or could not be sent for want of the peer. */
  errors: number;
  latency: HistogramCounts;
  /** For how long nothing has been answered although something was to be, in ms; Infinity: nothing is to be. */
  quietMs: number;
}

export const PROGRESS_INTERVAL_MS = 200;

/** Adds up parts, destinations by their names; nothing is answered where no part gets an answer. */
export function sumProgress(parts: readonly PartProgress[]): PartProgress {
  const observed = new Map<string, number>();
  let done = 0;
  let errors = 0;
  let quietMs = Infinity;
  let latency: HistogramCounts = [];
  for (const part of parts) {
    done += part.done;
    errors += part.errors;
    quietMs = Math.min(quietMs, part.quietMs);
    latency = mergeHistograms(latency, part.latency);
    part.destinations.forEach((name, index) => {
      observed.set(name, (observed.get(name) ?? 0) + (part.observed[index] ?? 0));
    });
  }
  const [destinations, answers] = [[...observed.keys()], [...observed.values()]];
  return { done, destinations, observed: answers, errors, latency, quietMs };
}

/**
 * What there is to tell of a sample.
 *
 * @param elapsedMs Since its first request was due.
 */
export function sampleProgress(
  { done, errors, destinations, observed, latency }: PartProgress,
  plan: Pick<LoadPlan, 'requests' | 'durationMs'>,
  elapsedMs: number,
): SampleProgress {
  return {
    phase: 'sampling',
    elapsedMs,
    done,
    planned: plan.requests,
    failed: errors,
    destinations: destinations.map((name, index) => ({ name, observed: observed[index] ?? 0 })),
    p99Ms: percentileMs(latency, 99),
    remainingMs: remainingMs(plan, done, elapsedMs),
  };
}

/** Whichever comes first. */
function remainingMs(
  { requests, durationMs }: Pick<LoadPlan, 'requests' | 'durationMs'>,
  done: number,
  elapsedMs: number,
): number | null {
  const byClock = durationMs === null ? Infinity : durationMs - elapsedMs;
  const bySize =
    requests === null || done === 0 ? Infinity : ((requests - done) * elapsedMs) / done;
  const least = Math.min(byClock, bySize);
  return least === Infinity ? null : Math.max(0, least);
}
