import { addColumns, mergeColumns } from './columns.js';
import type { HistogramCounts, TimedLatencyCounts, TimedLatencyWindow } from './counted.js';
import { Histogram, mergeHistograms } from './histogram.js';

/** The finest width; widths only ever double from here: 64 make a second. */
const BASE_WIDTH_MS = 15.625;
/** Where requests were sent in more windows than this, the width doubles. */
const MAX_WINDOWS = 64;
/** Where they have more histograms than this, it doubles, too: so many destinations are few at a time. */
const MAX_HISTOGRAMS = 1024;

/** What became of the requests sent in one stretch of time. */
export interface TimedWindow {
  sent: number;
  /** Answers by destination. */
  observed: number[];
  /** By destination, and behind them of none; empty where nothing was counted. */
  latency: (Histogram | undefined)[];
}

/**
 * Latencies by destination and send time, on one grid for all members and runs: window number i begins
 * i widths after 1970. Only windows in which something was sent are there, so that runs of different
 * days can be joined; the width doubles as they get more, so that memory is bounded.
 */
export class TimedLatency {
  readonly #columns: number;
  #widthMs = BASE_WIDTH_MS;
  /** By number. */
  #windows = new Map<number, TimedWindow>();
  #histograms = 0;
  /** The window that was counted in last; most requests fall into it again. */
  #latest: TimedWindow = { sent: 0, observed: [], latency: [] };
  #latestStartMs = 0;
  #latestEndMs = 0;

  /** @param columns How many destinations there can be. */
  constructor(columns: number) {
    this.#columns = columns;
  }

  /** The window to count in what was sent at a time. @param sentAtMs In ms since 1970. */
  at(sentAtMs: number): TimedWindow {
    if (sentAtMs >= this.#latestStartMs && sentAtMs < this.#latestEndMs) return this.#latest;
    return this.#moveTo(sentAtMs);
  }

  /**
   * @param window As {@link at} gives it.
   * @param destination Below zero: none that is known.
   * @param place Of the latency in a histogram.
   */
  record({ latency }: TimedWindow, destination: number, place: number): void {
    const column = destination < 0 ? this.#columns : destination;
    const histogram = latency[column] ?? this.#begin(latency, column);
    histogram.recordAt(place);
  }

  /** Adds everything that another series counts. */
  absorb(other: TimedLatency): void {
    while (this.#widthMs < other.#widthMs) this.#coarsen();
    for (const [number, window] of other.#windows) {
      this.#addWindow(Math.floor((number * other.#widthMs) / this.#widthMs), window);
    }
    this.#bound();
  }

  /** What was counted: a copy. @param columns How many destinations there are, the first ones. */
  counts(columns: number): TimedLatencyCounts {
    this.#bound();
    return {
      widthMs: this.#widthMs,
      windows: [...this.#windows]
        .sort(([a], [b]) => a - b)
        .map(([number, { sent, observed, latency }]) => ({
          number,
          sent,
          observed: observed.slice(0, columns),
          latency: [
            ...Array.from({ length: columns }, (_, column) => latency[column]?.counts() ?? []),
            latency[this.#columns]?.counts() ?? [],
          ],
        })),
    };
  }

  /** Apart from the common case, which is compiled into its callers. */
  #moveTo(sentAtMs: number): TimedWindow {
    this.#windowAt(Math.floor(sentAtMs / this.#widthMs));
    this.#bound();
    const number = Math.floor(sentAtMs / this.#widthMs);
    this.#latest = this.#windowAt(number);
    this.#latestStartMs = number * this.#widthMs;
    this.#latestEndMs = this.#latestStartMs + this.#widthMs;
    return this.#latest;
  }

  #windowAt(number: number): TimedWindow {
    const known = this.#windows.get(number);
    if (known !== undefined) return known;
    const observed = new Array<number>(this.#columns).fill(0);
    const window: TimedWindow = { sent: 0, observed, latency: [] };
    this.#windows.set(number, window);
    return window;
  }

  #begin(latency: TimedWindow['latency'], column: number): Histogram {
    this.#histograms += 1;
    return (latency[column] = new Histogram());
  }

  #bound(): void {
    while (isTooMuch(this.#windows.size, this.#histograms)) this.#coarsen();
  }

  #coarsen(): void {
    const halves = this.#windows;
    this.#windows = new Map();
    this.#histograms = 0;
    this.#widthMs *= 2;
    this.#latestEndMs = 0;
    for (const [number, window] of halves) this.#addWindow(Math.floor(number / 2), window);
  }

  #addWindow(number: number, { sent, observed, latency }: TimedWindow): void {
    const sum = this.#windowAt(number);
    sum.sent += sent;
    addColumns(sum.observed, observed);
    latency.forEach((histogram, column) => {
      if (histogram === undefined) return;
      (sum.latency[column] ?? this.#begin(sum.latency, column)).absorb(histogram);
    });
  }
}

/** A series in which nothing was sent: adds nothing to others. */
export function noTimedLatency(): TimedLatencyCounts {
  return { widthMs: BASE_WIDTH_MS, windows: [] };
}

/** Adds up two series, at the finest width that bounds them both. Columns are the same in both. */
export function mergeTimedLatency(
  a: TimedLatencyCounts,
  b: TimedLatencyCounts,
): TimedLatencyCounts {
  return timedLatencyOf([a, b]);
}

/**
 * Adds up any number of series, at the finest width that bounds them all.
 *
 * @param leastWidthMs Windows are at least so wide, in ms.
 */
export function timedLatencyOf(
  parts: readonly TimedLatencyCounts[],
  leastWidthMs = BASE_WIDTH_MS,
): TimedLatencyCounts {
  let widthMs = Math.max(BASE_WIDTH_MS, ...parts.map((part) => part.widthMs));
  while (widthMs < leastWidthMs) widthMs *= 2;
  let windows = addedUp(parts, widthMs);
  while (isTooMuch(windows.length, histogramsIn(windows))) {
    widthMs *= 2;
    windows = addedUp(parts, widthMs);
  }
  return { widthMs, windows };
}

function addedUp(parts: readonly TimedLatencyCounts[], widthMs: number): TimedLatencyWindow[] {
  const sums = new Map<number, TimedLatencyWindow>();
  for (const part of parts) {
    const factor = widthMs / part.widthMs;
    for (const window of part.windows) {
      const number = Math.floor(window.number / factor);
      const known = sums.get(number);
      sums.set(number, known === undefined ? { ...window, number } : sumOf(known, window));
    }
  }
  return [...sums.values()].sort((one, other) => one.number - other.number);
}

function sumOf(a: TimedLatencyWindow, b: TimedLatencyWindow): TimedLatencyWindow {
  return {
    number: a.number,
    ...(a.sent === undefined || b.sent === undefined
      ? {}
      : { sent: a.sent + b.sent, observed: mergeColumns(a.observed ?? [], b.observed ?? []) }),
    latency: Array.from({ length: Math.max(a.latency.length, b.latency.length) }, (_, column) =>
      mergeHistograms(a.latency[column] ?? [], b.latency[column] ?? []),
    ),
  };
}

function histogramsIn(windows: readonly TimedLatencyWindow[]): number {
  const isFilled = (counts: HistogramCounts): boolean => counts.length > 0;
  return windows.reduce((sum, { latency }) => sum + latency.filter(isFilled).length, 0);
}

function isTooMuch(windows: number, histograms: number): boolean {
  return windows > MAX_WINDOWS || histograms > MAX_HISTOGRAMS;
}
