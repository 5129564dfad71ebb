import type { HistogramCounts } from '../../count/counted.js';
import { lowestAt, widthAt } from '../../count/histogram-buckets.js';

/**
 * How many durations are above one. Those of the place that holds it count by the part of the place
 * above it, so that places need not be fine for two sides to be compared.
 *
 * @param micros A duration in µs.
 */
export function exceedances(counts: HistogramCounts, micros: number): number {
  let sum = 0;
  for (let at = counts.length - 2; at >= 0; at -= 2) {
    const [place = 0, count = 0] = [counts[at], counts[at + 1]];
    const width = widthAt(place);
    const end = lowestAt(place) + width;
    if (end <= micros) break;
    sum += count * Math.min(1, (end - micros) / width);
  }
  return sum;
}

const MAX_MICROS = Number.MAX_SAFE_INTEGER;
/** Halvings after which the ends of a search are the same to a millionth. */
const HALVINGS = 80;

/**
 * Where a falling function comes down to a level.
 *
 * @param falling Of a duration in µs.
 * @returns That duration in µs.
 */
export function durationAt(level: number, falling: (micros: number) => number): number {
  let [low, high] = [0, 1];
  while (falling(high) > level && high < MAX_MICROS) [low, high] = [high, high * 2];
  for (let halving = 0; halving < HALVINGS && high - low > 1e-6 * high; halving++) {
    const middle = (low + high) / 2;
    if (falling(middle) > level) low = middle;
    else high = middle;
  }
  return high;
}
