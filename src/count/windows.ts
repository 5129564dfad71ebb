import { addColumns, mergeColumns } from './columns.js';
import type { WindowCounts } from './counted.js';

/** The finest width; widths only ever double from here, so that any two series can be joined. */
const BASE_WIDTH_MS = 10;
/** Where more windows than this lie between the first and the last, the width doubles. */
const MAX_WINDOWS = 512;

/** Answers of one stretch of send time. */
export interface Window {
  /** By destination. */
  observed: number[];
  /** Answers that did not come, or of no known destination. */
  missing: number;
}

/**
 * Counts by send time, on one grid for all members and runs: window number i begins i widths after
 * 1970. The width starts at 10 ms and doubles as the time gets longer, so that memory is bounded.
 */
export class Windows {
  readonly #columns: number;
  #widthMs = BASE_WIDTH_MS;
  /** Number of the first window. */
  #first = 0;
  #windows: Window[] = [];
  /** The window that was counted in last; most requests fall into it again. */
  #latest: Window = { observed: [], missing: 0 };
  #latestStartMs = 0;
  #latestEndMs = 0;

  /** @param columns How many destinations there can be. */
  constructor(columns: number) {
    this.#columns = columns;
  }

  /** The window to count in what was sent at a time. @param sentAtMs In ms since 1970. */
  at(sentAtMs: number): Window {
    if (sentAtMs >= this.#latestStartMs && sentAtMs < this.#latestEndMs) return this.#latest;
    return this.#moveTo(sentAtMs);
  }

  /** Apart from the common case, which is compiled into its callers. */
  #moveTo(sentAtMs: number): Window {
    let number = Math.floor(sentAtMs / this.#widthMs);
    if (this.#windows.length === 0) this.#first = number;
    while (spanOf(this.#first, this.#windows.length, number) > MAX_WINDOWS) {
      this.#coarsen();
      number = Math.floor(sentAtMs / this.#widthMs);
    }
    while (number < this.#first) {
      this.#windows.unshift(this.#newWindow());
      this.#first -= 1;
    }
    while (number >= this.#first + this.#windows.length) this.#windows.push(this.#newWindow());
    this.#latest = this.#windows[number - this.#first]!;
    this.#latestStartMs = number * this.#widthMs;
    this.#latestEndMs = this.#latestStartMs + this.#widthMs;
    return this.#latest;
  }

  /** Adds everything that another series counts. */
  absorb(other: Windows): void {
    const { widthMs, first, observed, missing } = mergeWindows(this.counts(), other.counts());
    this.#widthMs = widthMs;
    this.#first = first;
    this.#windows = observed.map((row, index) => ({ observed: row, missing: missing[index]! }));
    this.#latestEndMs = 0;
  }

  /** What was counted: a copy. */
  counts(): WindowCounts {
    return {
      widthMs: this.#widthMs,
      first: this.#first,
      observed: this.#windows.map(({ observed }) => [...observed]),
      missing: this.#windows.map(({ missing }) => missing),
    };
  }

  #newWindow(): Window {
    return { observed: new Array<number>(this.#columns).fill(0), missing: 0 };
  }

  #coarsen(): void {
    const halves = this.#windows;
    const first = Math.floor(this.#first / 2);
    this.#windows = [];
    halves.forEach(({ observed, missing }, index) => {
      const at = Math.floor((this.#first + index) / 2) - first;
      const window = (this.#windows[at] ??= this.#newWindow());
      addColumns(window.observed, observed);
      window.missing += missing;
    });
    this.#first = first;
    this.#widthMs *= 2;
    this.#latestEndMs = 0;
  }
}

/** Adds up two series, at the finest width that bounds them both. */
export function mergeWindows(a: WindowCounts, b: WindowCounts): WindowCounts {
  if (a.missing.length === 0) return b;
  if (b.missing.length === 0) return a;
  let widthMs = Math.max(a.widthMs, b.widthMs);
  while (lastAt(a, widthMs, b) - firstAt(a, widthMs, b) >= MAX_WINDOWS) widthMs *= 2;
  const first = firstAt(a, widthMs, b);
  const length = lastAt(a, widthMs, b) - first + 1;
  const observed = Array.from({ length }, (): number[] => []);
  const missing = new Array<number>(length).fill(0);
  for (const part of [a, b]) {
    const factor = widthMs / part.widthMs;
    part.observed.forEach((row, index) => {
      const at = Math.floor((part.first + index) / factor) - first;
      observed[at] = mergeColumns(observed[at]!, row);
      missing[at]! += part.missing[index]!;
    });
  }
  const columns = observed.reduce((most, row) => Math.max(most, row.length), 0);
  const empty = new Array<number>(columns).fill(0);
  return { widthMs, first, observed: observed.map((row) => mergeColumns(row, empty)), missing };
}

function firstAt(a: WindowCounts, widthMs: number, b: WindowCounts): number {
  const first = (part: WindowCounts): number => Math.floor(part.first / (widthMs / part.widthMs));
  return Math.min(first(a), first(b));
}

function lastAt(a: WindowCounts, widthMs: number, b: WindowCounts): number {
  const last = (part: WindowCounts): number =>
    Math.floor((part.first + part.missing.length - 1) / (widthMs / part.widthMs));
  return Math.max(last(a), last(b));
}

/** How many windows there are from the first to the last, once one more is among them. */
function spanOf(first: number, length: number, number: number): number {
  return Math.max(first + length, number + 1) - Math.min(first, number);
}
