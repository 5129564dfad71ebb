/**
 * Deals the calls of a run to its requests, in seeded random order: so a gateway's own counter
 * cannot keep step with them, and every call meets the same gateway at the same time.
 */
export class CallDealer {
  /** By connection, then by call: requests left, or the parts of the calls where there is no end. */
  readonly #left: number[][];
  readonly #isEndless: boolean;
  readonly #random: Uint32Array;

  /**
   * @param quotas By connection, then by call: how many requests; Infinity where only the clock
   *   ends the run.
   * @param parts How requests without end divide over the calls, as any positive numbers.
   * @param seeds Of each connection: whole numbers.
   */
  constructor(
    quotas: readonly (readonly number[])[],
    parts: readonly number[],
    seeds: readonly number[],
  ) {
    this.#isEndless = quotas.some((byCall) => byCall.includes(Infinity));
    this.#left = quotas.map((byCall) => [...(this.#isEndless ? parts : byCall)]);
    this.#random = Uint32Array.from(seeds);
  }

  /** @returns Which call the connection's next request makes. */
  next(connection: number): number {
    const left = this.#left[connection]!;
    if (left.length === 1) return 0;
    let rest = this.#nextRandom(connection) * left.reduce((sum, some) => sum + some, 0);
    let call = 0;
    while (call < left.length - 1 && rest >= left[call]!) rest -= left[call++]!;
    // Rounding may end at a call that is used up: the last one with something left takes it.
    while (call > 0 && left[call]! <= 0) call -= 1;
    if (!this.#isEndless) left[call]! -= 1;
    return call;
  }

  /** Uniform on [0, 1): a Weyl sequence, mixed (the finaliser of MurmurHash3). */
  #nextRandom(connection: number): number {
    let mixed = (this.#random[connection]! += 0x9e3779b9);
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32;
  }
}
