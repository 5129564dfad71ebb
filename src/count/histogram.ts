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
    const counts = other.#counts;
    let start = 0;
    let end = counts.length;
    while (start < end && counts[start] === 0) start += 1;
    while (start < end && counts[end - 1] === 0) end -= 1;
    if (start === end) return;
    this.#indexOf(other.#first + start);
    const shift = this.#indexOf(other.#first + end - 1) - (end - 1);
    const own = this.#counts;
    for (let index = start; index < end; index++) own[index + shift]! += counts[index]!;
  }

  /** The places that were hit, and how often: a copy. */
  counts(): HistogramCounts {
    const counts: number[] = [];
    const places = this.#counts;
    for (let index = 0; index < places.length; index++) {
      const count = places[index]!;
      if (count > 0) counts.push(this.#first + index, count);
    }
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
  if (a.length === 0) return b;
  if (b.length === 0) return a;
  const sum: number[] = [];
  for (let ofA = 0, ofB = 0; ofA < a.length || ofB < b.length;) {
    const placeOfA = a[ofA] ?? Infinity;
    const placeOfB = b[ofB] ?? Infinity;
    let count = 0;
    if (placeOfA <= placeOfB) {
      count += a[ofA + 1]!;
      ofA += 2;
    }
    if (placeOfB <= placeOfA) {
      count += b[ofB + 1]!;
      ofB += 2;
    }
    sum.push(Math.min(placeOfA, placeOfB), count);
  }
  return sum;
}

/** Adds up any number of histograms. */
export function sumOfHistograms(all: readonly HistogramCounts[]): HistogramCounts {
  return all.reduce(mergeHistograms, []);
}
