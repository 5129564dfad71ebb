import { highestAt, lowestAt, placeOf, placesFor, widthAt } from './histogram-buckets.js';
import { decodeCounts, encodeCounts } from './histogram-codec.js';

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
const LEAST_PLACES = 8192;
const SUMMARY_PERCENTILES = [50, 90, 95, 99, 99.9];
const NO_COUNTS = new Float64Array(0);

/**
 * Durations at three significant digits from one microsecond up: an HDR histogram, in one array of
 * counts. Memory does not grow with the number of values, and histograms add up exactly.
 */
export class Histogram {
  #counts: Float64Array;
  #total = 0;
  /** The highest place that is not zero; -1 while there is none. */
  #last = -1;

  /** @param counts Counts by place that it starts with; it keeps the array. */
  constructor(counts: Float64Array = NO_COUNTS) {
    this.#counts = counts;
    counts.forEach((count, place) => {
      this.#total += count;
      if (count > 0) this.#last = place;
    });
  }

  /** @param durationMs Duration in ms; below a microsecond counts as zero. */
  record(durationMs: number): void {
    const place = durationMs > 0 ? placeOf(Math.round(durationMs * MICROS_PER_MS)) : 0;
    if (place > this.#last) this.#reach(place);
    this.#counts[place]! += 1;
    this.#total += 1;
  }

  /** Adds all values of another histogram. */
  merge(other: Histogram): void {
    if (other.#last < 0) return;
    if (other.#last > this.#last) this.#reach(other.#last);
    for (let place = 0; place <= other.#last; place++)
      this.#counts[place]! += other.#counts[place]!;
    this.#total += other.#total;
  }

  get count(): number {
    return this.#total;
  }

  /** Counts by place, up to the last that is not zero: a copy. */
  counts(): Float64Array {
    return this.#counts.slice(0, this.#last + 1);
  }

  /**
   * @param percentile Above 0, at most 100.
   * @returns The top of the place that holds it, in ms; null when nothing was recorded.
   */
  percentileMs(percentile: number): number | null {
    return this.#percentilesMs([percentile])[0] ?? null;
  }

  summary(): LatencySummary {
    const [p50 = null, p90 = null, p95 = null, p99 = null, p999 = null] =
      this.#percentilesMs(SUMMARY_PERCENTILES);
    const isEmpty = this.#total === 0;
    return {
      count: this.#total,
      min: isEmpty ? null : lowestAt(this.#counts.findIndex((count) => count > 0)) / MICROS_PER_MS,
      mean: isEmpty ? null : this.#meanMs(),
      p50,
      p90,
      p95,
      p99,
      p999,
      max: isEmpty ? null : highestAt(this.#last) / MICROS_PER_MS,
    };
  }

  /** HdrHistogram's own compressed form (V2), base64; other HDR tools read it. */
  encode(): string {
    return encodeCounts(this.#counts, this.#last + 1);
  }

  /**
   * @param text What {@link encode} gave.
   * @throws Error when it is something else.
   */
  static decode(text: string): Histogram {
    return new Histogram(decodeCounts(text));
  }

  /** Percentiles in ascending order, found in one pass; none when nothing was recorded. */
  #percentilesMs(percentiles: readonly number[]): number[] {
    const ranks = percentiles.map((percentile) => {
      // Rounded up after taking off what the multiplication may have added.
      const exact = (percentile / 100) * this.#total;
      return Math.max(1, Math.ceil(exact - exact * Number.EPSILON));
    });
    const found: number[] = [];
    let seen = 0;
    for (let place = 0; found.length < ranks.length && place <= this.#last; place++) {
      seen += this.#counts[place]!;
      while (seen >= ranks[found.length]!) found.push(highestAt(place) / MICROS_PER_MS);
    }
    return found;
  }

  #meanMs(): number {
    let sum = 0;
    for (let place = 0; place <= this.#last; place++) {
      if (this.#counts[place] === 0) continue;
      const middle = lowestAt(place) + Math.floor(widthAt(place) / 2);
      sum += middle * this.#counts[place]!;
    }
    return sum / this.#total / MICROS_PER_MS;
  }

  #reach(place: number): void {
    this.#last = place;
    if (place < this.#counts.length) return;
    const grown = new Float64Array(Math.max(LEAST_PLACES, placesFor(place)));
    grown.set(this.#counts);
    this.#counts = grown;
  }
}
