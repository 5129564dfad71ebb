/** Answers of one stretch of send time. */
export interface Window {
  /** Answers by destination. */
  observed: number[];
  /** Requests without a known destination. */
  missing: number;
}

/** The finest width; widths only ever double from here, so that any two series can be joined. */
const BASE_WIDTH_MS = 10;
/** Once a run is longer than this many windows, neighbours are joined and the width doubles. */
const MAX_WINDOWS = 512;

/**
 * Counts by send time. The width starts at 10 ms and doubles as the run gets longer, so memory is
 * bounded; two series are joined at the wider of their widths. Joining is associative and
 * commutative.
 */
export class Windows {
  readonly #destinations: number;
  #widthMs = BASE_WIDTH_MS;
  #windows: Window[] = [];
  /** The window that was counted in last; most requests fall into it again. */
  #latest: Window = { observed: [], missing: 0 };
  #latestStartMs = 0;
  #latestEndMs = 0;

  /** @param destinations How many destinations are counted. */
  constructor(destinations: number) {
    this.#destinations = destinations;
  }

  get widthMs(): number {
    return this.#widthMs;
  }

  get windows(): readonly Window[] {
    return this.#windows;
  }

  /**
   * @param sentAtMs Send time in ms since the run started.
   * @param destination Index of the destination; below zero counts as missing.
   */
  add(sentAtMs: number, destination: number): void {
    const isLatest = sentAtMs >= this.#latestStartMs && sentAtMs < this.#latestEndMs;
    const window = isLatest ? this.#latest : this.#at(sentAtMs);
    if (destination < 0) window.missing += 1;
    else window.observed[destination]! += 1;
  }

  /** Adds all counts of a series with as many destinations. */
  merge(other: Windows): void {
    other.#windows.forEach((window, index) => {
      this.restore(index * other.#widthMs, other.#widthMs, window);
    });
  }

  /** Adds one window of another series, or of a record. */
  restore(startMs: number, widthMs: number, window: Window): void {
    while (this.#widthMs < widthMs) this.#coarsen();
    const target = this.#at(startMs);
    window.observed.forEach((count, index) => (target.observed[index]! += count));
    target.missing += window.missing;
  }

  #at(timeMs: number): Window {
    let index = Math.max(0, Math.floor(timeMs / this.#widthMs));
    while (index >= MAX_WINDOWS) {
      this.#coarsen();
      index = Math.floor(timeMs / this.#widthMs);
    }
    while (this.#windows.length <= index) {
      this.#windows.push({ observed: new Array<number>(this.#destinations).fill(0), missing: 0 });
    }
    this.#latest = this.#windows[index]!;
    this.#latestStartMs = index * this.#widthMs;
    this.#latestEndMs = this.#latestStartMs + this.#widthMs;
    return this.#latest;
  }

  #coarsen(): void {
    this.#widthMs *= 2;
    this.#latestEndMs = 0;
    const halves = this.#windows;
    this.#windows = [];
    halves.forEach((half, index) => {
      if (index % 2 === 0) {
        this.#windows.push(half);
        return;
      }
      const window = this.#windows.at(-1)!;
      half.observed.forEach((count, destination) => (window.observed[destination]! += count));
      window.missing += half.missing;
    });
  }
}
