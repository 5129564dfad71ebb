import type { HistogramCounts } from './counted.js';
import { placeOf } from './histogram-buckets.js';

const MICROS_PER_MS = 1000;
const FIRST_PLACES = 128;

/** The place of a histogram that counts a duration. @param durationMs Below a microsecond: as zero. */
export function placeOfMs(durationMs: number): number {
  return durationMs > 0 ? placeOf(Math.round(durationMs * MICROS_PER_MS)) : 0;
}

/**
 * Records durations at three significant digits from one microsecond up: an HDR histogram that holds
 * only the places between the least and the greatest, so that one of a few values is small. Memory
 * does not grow with the number of values, and histograms add up exactly.
 */
export class Histogram {
  /** Counts from place {@link #first} on. */
  #counts: Float64Array;
  #first: number;

  /** @param like Another of which much the same can be expected: it begins with as much room. */
  constructor(like?: Histogram) {
    this.#counts = new Float64Array(like === undefined ? 0 : like.#counts.length);
    this.#first = like === undefined ? 0 : like.#first;
  }

  /** @param durationMs Duration in ms; below a microsecond counts as zero. */
  record(durationMs: number): void {
    this.recordAt(placeOfMs(durationMs));
  }

  /**
   * @param place Of the duration, as {@link placeOfMs} gives it: worked out once for several histograms.
   * @param count Values.
   */
  recordAt(place: number, count = 1): void {
    const index = this.#indexOf(place);
    this.#counts[index]! += count;
  }

  /** Adds all values of another histogram. */
  absorb(other: Histogram): void {
    const first = other.#first;
    other.#counts.forEach((count, index) => {
      if (count > 0) this.recordAt(first + index, count);
    });
  }

  /** Counts by place, up to the last that is not zero: a copy. */
  counts(): HistogramCounts {
    const last = this.#counts.findLastIndex((count) => count > 0);
    if (last < 0) return new Float64Array(0);
    const counts = new Float64Array(this.#first + last + 1);
    counts.set(this.#counts.subarray(0, last + 1), this.#first);
    return counts;
  }

  #indexOf(place: number): number {
    const index = place - this.#first;
    if (index < 0 || index >= this.#counts.length) this.#reach(place);
    return place - this.#first;
  }

  /** Makes room for a place beyond those there are: as much again, so that it seldom happens. */
  #reach(place: number): void {
    const old = this.#counts;
    if (old.length === 0) {
      this.#first = Math.max(0, place - FIRST_PLACES / 2);
      this.#counts = new Float64Array(FIRST_PLACES);
      return;
    }
    const end = this.#first + old.length;
    const first = place < this.#first ? Math.max(0, place - old.length) : this.#first;
    this.#counts = new Float64Array((place < end ? end : place + old.length) - first);
    this.#counts.set(old, this.#first - first);
    this.#first = first;
  }
}

/** Adds up two histograms, place by place. */
export function mergeHistograms(a: HistogramCounts, b: HistogramCounts): HistogramCounts {
  const [longer, shorter] = a.length >= b.length ? [a, b] : [b, a];
  if (shorter.length === 0) return longer;
  const sum = longer.slice();
  shorter.forEach((count, place) => (sum[place]! += count));
  return sum;
}

/** Adds up any number of histograms. */
export function sumOfHistograms(all: readonly HistogramCounts[]): HistogramCounts {
  return all.reduce(mergeHistograms, new Float64Array(0));
}
