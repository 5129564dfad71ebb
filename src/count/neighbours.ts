import { NOBODY } from './attribution.js';

/** How often two requests in a row went to the same destination. */
export class Neighbours {
  #last = NOBODY;
  /** Pairs of which both destinations are known. */
  pairs = 0;
  /** Those of the pairs that have one destination. */
  equal = 0;

  /** @param destination Of the next request in send order, or NOBODY, which breaks the row. */
  add(destination: number): void {
    if (destination !== NOBODY && this.#last !== NOBODY) {
      this.pairs += 1;
      if (destination === this.#last) this.equal += 1;
    }
    this.#last = destination;
  }
}
