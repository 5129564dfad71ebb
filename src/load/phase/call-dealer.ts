import { SeededRandom } from './seeded-random.js';

/**
 * Deals the calls of a run to its requests, in seeded random order: so a gateway's own counter
 * cannot keep step with them, and every call meets the same gateway at the same time.
 */
export class CallDealer {
  /** By connection, then by call: requests left, or the parts of the calls where there is no end. */
  readonly #left: number[][];
  readonly #isEndless: boolean;
  readonly #random: readonly SeededRandom[];

  /**
   * @param quotas By connection, then by call: how many requests; Infinity where only the clock
   *   ends the run; 0 for calls that are not the connection's.
   * @param parts How requests without end divide over the calls, as any positive numbers.
   * @param seeds Of each connection: whole numbers.
   */
  constructor(
    quotas: readonly (readonly number[])[],
    parts: readonly number[],
    seeds: readonly number[],
  ) {
    this.#isEndless = quotas.some((byCall) => byCall.includes(Infinity));
    this.#left = quotas.map((byCall) =>
      byCall.map((quota, call) => (this.#isEndless && quota > 0 ? parts[call]! : quota)),
    );
    this.#random = seeds.map((seed) => new SeededRandom(seed));
  }

  /** @returns Which call the connection's next request makes. */
  next(connection: number): number {
    const left = this.#left[connection]!;
    if (left.length === 1) {
      if (!this.#isEndless) left[0]! -= 1;
      return 0;
    }
    let rest = this.#random[connection]!.next() * left.reduce((sum, some) => sum + some, 0);
    let call = 0;
    while (call < left.length - 1 && rest >= left[call]!) rest -= left[call++]!;
    // Rounding may end at a call that is used up: the last one with something left takes it.
    while (call > 0 && left[call]! <= 0) call -= 1;
    if (!this.#isEndless) left[call]! -= 1;
    return call;
  }

  /** Requests that were not dealt, by call; null where their number has no limit. */
  left(connection: number): readonly number[] | null {
    return this.#isEndless ? null : this.#left[connection]!;
  }
}
