import { build, decodeFromCompressedBase64, encodeIntoCompressedBase64 } from 'hdr-histogram-js';
import type { Histogram as HdrHistogram } from 'hdr-histogram-js';

/** Percentiles and extremes of a set of durations, in ms; null when nothing was recorded. */
export interface LatencySummary {
  count: number;
  mean: number | null;
  p50: number | null;
  p90: number | null;
  p95: number | null;
  p99: number | null;
  p999: number | null;
  max: number | null;
}

const MICROS_PER_MS = 1000;

/**
 * Durations at three significant digits from one microsecond up (HDR histogram). Memory does not
 * grow with the number of values, and histograms add up exactly.
 */
export class Histogram {
  readonly #hdr: HdrHistogram;

  constructor(hdr: HdrHistogram = build({ numberOfSignificantValueDigits: 3, autoResize: true })) {
    this.#hdr = hdr;
  }

  /** @param durationMs Duration in ms; below a microsecond counts as zero. */
  record(durationMs: number): void {
    const micros = Math.round(durationMs * MICROS_PER_MS);
    this.#hdr.recordValue(micros > 0 ? micros : 0);
  }

  /** Adds all values of another histogram. */
  merge(other: Histogram): void {
    this.#hdr.add(other.#hdr);
  }

  get count(): number {
    return this.#hdr.totalCount;
  }

  summary(): LatencySummary {
    const hdr = this.#hdr;
    const count = hdr.totalCount;
    // A percentile is the top of its bucket, which may lie above the largest value in it.
    const at = (percentile: number): number | null =>
      count === 0
        ? null
        : Math.min(hdr.getValueAtPercentile(percentile), hdr.maxValue) / MICROS_PER_MS;
    return {
      count,
      mean: count === 0 ? null : hdr.mean / MICROS_PER_MS,
      p50: at(50),
      p90: at(90),
      p95: at(95),
      p99: at(99),
      p999: at(99.9),
      max: count === 0 ? null : hdr.maxValue / MICROS_PER_MS,
    };
  }

  /** HdrHistogram's own compressed form (V2), base64; other HDR tools read it. */
  encode(): string {
    return encodeIntoCompressedBase64(this.#hdr);
  }

  /**
   * @param text What {@link encode} gave.
   * @throws Error when it is something else.
   */
  static decode(text: string): Histogram {
    return new Histogram(decodeFromCompressedBase64(text, 32, false));
  }
}
