import type { HistogramCounts } from './counted.js';
import { highestAt, lowestAt, widthAt } from './histogram-buckets.js';

/** Percentiles and extremes of a set of durations, in ms; null when nothing was recorded. */
export interface LatencySummary {
  count: number;
  min: number | null;
  mean: number | null;
  p50: number | null;
  p90: number | null;
  p95: number | null;
  p99: number | null;
  p999: number | null;
  max: number | null;
}

const MICROS_PER_MS = 1000;
const SUMMARY_PERCENTILES = [50, 90, 95, 99, 99.9];

/** Sums up what a histogram counts. Percentiles and extremes are the ends of the places that hold them. */
export function summarize(counts: HistogramCounts): LatencySummary {
  const count = valuesIn(counts);
  if (count === 0) {
    const none = { min: null, mean: null, max: null };
    return { count, ...none, p50: null, p90: null, p95: null, p99: null, p999: null };
  }
  const [p50, p90, p95, p99, p999] = percentilesMs(counts, SUMMARY_PERCENTILES) as Percentiles;
  return {
    count,
    min: lowestAt(counts[0]!) / MICROS_PER_MS,
    mean: sumMicros(counts) / count / MICROS_PER_MS,
    p50,
    p90,
    p95,
    p99,
    p999,
    max: highestAt(counts.at(-2)!) / MICROS_PER_MS,
  };
}

/** How many values a histogram counts. */
export function valuesIn(counts: HistogramCounts): number {
  let sum = 0;
  for (let at = 1; at < counts.length; at += 2) sum += counts[at]!;
  return sum;
}

/**
 * @param percentile Above 0, at most 100.
 * @returns The top of the place that holds it, in ms; null when nothing was recorded.
 */
export function percentileMs(counts: HistogramCounts, percentile: number): number | null {
  return percentilesMs(counts, [percentile])[0] ?? null;
}

type Percentiles = [number, number, number, number, number];

/** Percentiles in ascending order, found in one pass; none when nothing was recorded. */
function percentilesMs(counts: HistogramCounts, percentiles: readonly number[]): number[] {
  const total = valuesIn(counts);
  const ranks = percentiles.map((percentile) => {
    // Rounded up after taking off what the multiplication may have added.
    const exact = (percentile / 100) * total;
    return Math.max(1, Math.ceil(exact - exact * Number.EPSILON));
  });
  const found: number[] = [];
  let seen = 0;
  for (let at = 0; found.length < ranks.length && at < counts.length; at += 2) {
    seen += counts[at + 1]!;
    while (seen >= ranks[found.length]!) found.push(highestAt(counts[at]!) / MICROS_PER_MS);
  }
  return found;
}

/** Each value stands in the middle of its place. */
function sumMicros(counts: HistogramCounts): number {
  let sum = 0;
  for (let at = 0; at < counts.length; at += 2) {
    const place = counts[at]!;
    sum += (lowestAt(place) + Math.floor(widthAt(place) / 2)) * counts[at + 1]!;
  }
  return sum;
}
