import { SeededRandom } from './seeded-random.js';

/**
 * Deals requests to connections by fixed quota: every connection carries the same number, give or
 * take one, whatever it is answered with. Without a quota, a gateway that pins connections would
 * draw more requests to the faster destination, and the sample would lean.
 *
 * A slot with several connections takes them in another order each round: in the same order they
 * would keep step with a gateway that takes its destinations in turn, each connection would meet one
 * destination only, and that looks like pinning.
 */
export class Sequencer {
  /** Requests left, by connection; Infinity when only the clock ends the run. */
  readonly #quota: number[];
  /** By slot: its connections, in the order of the current round. */
  readonly #connectionsOf: number[][];
  /** By slot: how many requests it was dealt. */
  readonly #dealt: number[];
  readonly #random: SeededRandom;

  /**
   * @param quota Requests by connection; Infinity for no end.
   * @param slots How many requests are in flight at most. With at least as many slots as
   *   connections, each slot has one connection; with fewer, each has several.
   * @param seed Of the order in which a slot takes its connections: a whole number.
   */
  constructor(quota: readonly number[], slots: number, seed: number) {
    const connections = quota.length;
    this.#quota = [...quota];
    this.#random = new SeededRandom(seed);
    this.#connectionsOf = Array.from({ length: slots }, (_, slot) => {
      const own: number[] = [];
      for (let at = slot % connections; at < connections; at += Math.min(slots, connections)) {
        own.push(at);
      }
      return own;
    });
    this.#dealt = new Array<number>(slots).fill(0);
  }

  /**
   * Deals the slot its next request.
   *
   * @returns The connection to send it on; undefined when the slot has nothing left to do.
   */
  next(slot: number): number | undefined {
    const own = this.#connectionsOf[slot]!;
    if (own.length === 1) return this.#take(own[0]!) ? own[0] : undefined;
    let tries = own.length;
    while (tries-- > 0) {
      const place = this.#dealt[slot]!++ % own.length;
      if (place === 0) this.#random.shuffle(own);
      const connection = own[place]!;
      if (this.#take(connection)) return connection;
    }
    return undefined;
  }

  #take(connection: number): boolean {
    if (this.#quota[connection]! <= 0) return false;
    this.#quota[connection]! -= 1;
    return true;
  }
}

/**
 * Divides a number into whole shares that differ by at most one and add up exactly.
 *
 * @param total What to divide; null stands for no end.
 * @param parts Into how many.
 */
export function shares(total: number | null, parts: number): number[] {
  if (total === null) return new Array<number>(parts).fill(Infinity);
  const base = Math.floor(total / parts);
  const remainder = total - base * parts;
  return Array.from({ length: parts }, (_, index) => base + (index < remainder ? 1 : 0));
}
