import type { SeededRandom } from './seeded-random.js';

/**
 * Items that come in rounds, each once in a round, and each round in another order: in the same one,
 * they would keep step with a gateway that takes its destinations in turn.
 */
export class Rounds<T> {
  readonly #random: SeededRandom;
  /** What is left of the round, the next one last. */
  #now: T[] = [];
  #next: T[] = [];

  constructor(random: SeededRandom) {
    this.#random = random;
  }

  get size(): number {
    return this.#now.length + this.#next.length;
  }

  /** Lets an item take part in the next round. */
  add(item: T): void {
    this.#next.push(item);
  }

  /** @returns The next item, which leaves; undefined where there is none. */
  take(): T | undefined {
    if (this.#now.length === 0) {
      [this.#now, this.#next] = [this.#next, this.#now];
      this.#random.shuffle(this.#now);
    }
    return this.#now.pop();
  }
}
