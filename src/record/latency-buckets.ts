import { decodeHistogram } from '../count/histogram-codec.js';
import { highestAt, lowestAt } from '../count/histogram-buckets.js';

/** Durations that are counted as one. */
export interface LatencyBucket {
  fromMs: number;
  /** The largest of them. */
  toMs: number;
  count: number;
}

const MICROS_PER_MS = 1000;

/**
 * What a histogram of a record counts, shortest first.
 *
 * @param histogram Of `latencyMs.histograms`.
 * @returns null where it cannot be read.
 */
export function latencyBuckets(histogram: string): LatencyBucket[] | null {
  const counts = decodeHistogram(histogram);
  if (counts === null) return null;
  const buckets: LatencyBucket[] = [];
  for (let at = 0; at < counts.length; at += 2) {
    const place = counts[at] ?? 0;
    buckets.push({
      fromMs: lowestAt(place) / MICROS_PER_MS,
      toMs: highestAt(place) / MICROS_PER_MS,
      count: counts[at + 1] ?? 0,
    });
  }
  return buckets;
}
