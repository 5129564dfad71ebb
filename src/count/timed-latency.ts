import type { HistogramCounts, TimedLatencyCounts, TimedLatencyWindow } from './counted.js';
import { Histogram, mergeHistograms } from './histogram.js';

/** Draws that are tied together by time are so for less than this; widths only ever double from here. */
const BASE_WIDTH_MS = 1000;
/** Where requests were sent in more windows than this, the width doubles. */
const MAX_WINDOWS = 64;

/** By destination; empty where nothing was counted. */
type TimedWindow = (Histogram | undefined)[];

/**
 * Latencies by destination and send time, on one grid for all members and runs: window number i begins
 * i widths after 1970. Only windows in which something was sent are there, so that runs of different
 * days can be joined; the width doubles as they get more, so that memory is bounded.
 */
export class TimedLatency {
  #widthMs = BASE_WIDTH_MS;
  /** By number. */
  #windows = new Map<number, TimedWindow>();
  /** The window that was counted in last; most requests fall into it again. */
  #latest: TimedWindow = [];
  #latestStartMs = 0;
  #latestEndMs = 0;

  /**
   * @param sentAtMs In ms since 1970.
   * @param place Of the latency in a histogram.
   */
  record(sentAtMs: number, destination: number, place: number): void {
    const isLatest = sentAtMs >= this.#latestStartMs && sentAtMs < this.#latestEndMs;
    const window = isLatest ? this.#latest : this.#moveTo(sentAtMs);
    const histogram = (window[destination] ??= new Histogram());
    histogram.recordAt(place);
  }

  /** Adds everything that another series counts. */
  absorb(other: TimedLatency): void {
    while (this.#widthMs < other.#widthMs) this.#coarsen();
    for (const [number, window] of other.#windows) {
      const own = this.#windowAt(Math.floor((number * other.#widthMs) / this.#widthMs));
      window.forEach((histogram, destination) => {
        if (histogram !== undefined) (own[destination] ??= new Histogram()).absorb(histogram);
      });
    }
    while (this.#windows.size > MAX_WINDOWS) this.#coarsen();
  }

  /** What was counted: a copy. @param columns How many destinations there can be. */
  counts(columns: number): TimedLatencyCounts {
    return {
      widthMs: this.#widthMs,
      windows: [...this.#windows]
        .sort(([a], [b]) => a - b)
        .map(([number, window]) => ({
          number,
          latency: Array.from(
            { length: columns },
            (_, column): HistogramCounts => window[column]?.counts() ?? [],
          ),
        })),
    };
  }

  /** Apart from the common case, which is compiled into its callers. */
  #moveTo(sentAtMs: number): TimedWindow {
    this.#windowAt(Math.floor(sentAtMs / this.#widthMs));
    while (this.#windows.size > MAX_WINDOWS) this.#coarsen();
    const number = Math.floor(sentAtMs / this.#widthMs);
    this.#latest = this.#windowAt(number);
    this.#latestStartMs = number * this.#widthMs;
    this.#latestEndMs = this.#latestStartMs + this.#widthMs;
    return this.#latest;
  }

  #windowAt(number: number): TimedWindow {
    const known = this.#windows.get(number);
    if (known !== undefined) return known;
    const window: TimedWindow = [];
    this.#windows.set(number, window);
    return window;
  }

  #coarsen(): void {
    const halves = this.#windows;
    this.#windows = new Map();
    this.#widthMs *= 2;
    this.#latestEndMs = 0;
    for (const [number, window] of halves)
      addWindow(this.#windowAt(Math.floor(number / 2)), window);
  }
}

function addWindow(sum: TimedWindow, window: TimedWindow): void {
  window.forEach((histogram, destination) => {
    if (histogram === undefined) return;
    const own = sum[destination];
    if (own === undefined) sum[destination] = histogram;
    else own.absorb(histogram);
  });
}

/** Adds up two series, at the finest width that bounds them both. Columns are those of the wider one. */
export function mergeTimedLatency(
  a: TimedLatencyCounts,
  b: TimedLatencyCounts,
): TimedLatencyCounts {
  let widthMs = Math.max(a.widthMs, b.widthMs);
  let windows = addedUp([a, b], widthMs);
  while (windows.size > MAX_WINDOWS) {
    widthMs *= 2;
    windows = addedUp([a, b], widthMs);
  }
  return {
    widthMs,
    windows: [...windows]
      .sort(([one], [other]) => one - other)
      .map(([number, latency]) => ({ number, latency })),
  };
}

function addedUp(
  parts: readonly TimedLatencyCounts[],
  widthMs: number,
): Map<number, TimedLatencyWindow['latency']> {
  const sums = new Map<number, TimedLatencyWindow['latency']>();
  for (const part of parts) {
    const factor = widthMs / part.widthMs;
    for (const { number, latency } of part.windows) {
      const at = Math.floor(number / factor);
      const known = sums.get(at) ?? [];
      const columns = Math.max(known.length, latency.length);
      sums.set(
        at,
        Array.from({ length: columns }, (_, column) =>
          mergeHistograms(known[column] ?? [], latency[column] ?? []),
        ),
      );
    }
  }
  return sums;
}
