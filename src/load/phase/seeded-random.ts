/** Random numbers that a seed repeats: a Weyl sequence, mixed (the finaliser of MurmurHash3). */
export class SeededRandom {
  #state: number;

  /** @param seed A whole number. */
  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** Uniform on [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x9e3779b9) | 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32;
  }

  /** Puts items in another order, every one equally likely. */
  shuffle(items: unknown[]): void {
    for (let left = items.length - 1; left > 0; left--) {
      const other = Math.floor(this.next() * (left + 1));
      [items[left], items[other]] = [items[other], items[left]];
    }
  }
}

/**
 * Seeds for several generators of one run. They are told apart by more than their number: neighbouring
 * seeds would give neighbouring numbers.
 *
 * @param seed Of the run.
 * @param number Of the generator in it.
 */
export function seedFor(seed: number, number: number): number {
  return Math.imul(seed + 1, 0x9e3779b1) ^ number;
}
