import { NOBODY } from './attribution.js';
import { mergeColumns } from './columns.js';
import type { SpreadCounts } from './counted.js';

/**
 * Counts over runs of equally many requests in send order. Their spread tells a random split
 * from a dealt-out one; only the sums of squares are kept.
 */
export class Spread {
  readonly #size: number;
  #runs = 0;
  readonly #observed: number[];
  readonly #squares: number[];
  readonly #current: number[];
  #filled = 0;
  #missing = 0;

  /**
   * @param size Requests in a run; Infinity where nothing is compared.
   * @param columns How many destinations there can be.
   */
  constructor(size: number, columns: number) {
    this.#size = size;
    this.#observed = new Array<number>(columns).fill(0);
    this.#squares = new Array<number>(columns).fill(0);
    this.#current = new Array<number>(columns).fill(0);
  }

  /** @param destination Of the next request in send order, or NOBODY, which spoils the run. */
  add(destination: number): void {
    if (destination === NOBODY) this.#missing += 1;
    else this.#current[destination]! += 1;
    this.#filled += 1;
    if (this.#filled >= this.#size) this.#endRun();
  }

  counts(): SpreadCounts {
    return {
      size: this.#size,
      runs: this.#runs,
      observed: [...this.#observed],
      squares: [...this.#squares],
    };
  }

  #endRun(): void {
    if (this.#missing === 0) {
      this.#runs += 1;
      this.#current.forEach((count, destination) => {
        this.#observed[destination]! += count;
        this.#squares[destination]! += count * count;
      });
    }
    this.#current.fill(0);
    this.#filled = 0;
    this.#missing = 0;
  }
}

/** Adds up runs of one size; those of different sizes cannot be compared, and count for nothing. */
export function mergeSpread(a: SpreadCounts, b: SpreadCounts): SpreadCounts {
  if (a.size === null || b.size === null || a.size !== b.size) {
    const none = a.observed.map(() => 0);
    return { size: null, runs: 0, observed: none, squares: [...none] };
  }
  return {
    size: a.size,
    runs: a.runs + b.runs,
    observed: mergeColumns(a.observed, b.observed),
    squares: mergeColumns(a.squares, b.squares),
  };
}
