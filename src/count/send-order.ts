import { NOBODY } from './observation.js';

/** In a place of the ring: sent, but not yet known what became of it. */
const OPEN = -2;
const FIRST_CAPACITY = 16;

/**
 * Puts what comes back in any order into the order in which it was sent. Holds only what lies
 * between the oldest request still in flight and the newest answer.
 */
export class SendOrder {
  readonly #emit: (destination: number) => void;
  #ring = new Int16Array(FIRST_CAPACITY).fill(OPEN);
  /** The next position to hand on. */
  #next = 0;

  /** @param emit Takes the destinations in send order. */
  constructor(emit: (destination: number) => void) {
    this.#emit = emit;
  }

  /**
   * @param sequence Position in send order, from 0, each given once.
   * @param destination Index of the destination, or NOBODY.
   */
  add(sequence: number, destination: number): void {
    if (sequence === this.#next && this.#ring[(sequence + 1) & (this.#ring.length - 1)] === OPEN) {
      // The common case of an answer in order: nothing waits behind it.
      this.#next += 1;
      this.#emit(destination);
      return;
    }
    while (sequence - this.#next >= this.#ring.length) this.#grow();
    this.#ring[sequence & (this.#ring.length - 1)] = destination;
    this.#drain();
  }

  #drain(): void {
    while (true) {
      const place = this.#next & (this.#ring.length - 1);
      const destination = this.#ring[place]!;
      if (destination === OPEN) return;
      this.#ring[place] = OPEN;
      this.#next += 1;
      this.#emit(destination);
    }
  }

  #grow(): void {
    const old = this.#ring;
    this.#ring = new Int16Array(old.length * 2).fill(OPEN);
    for (let offset = 0; offset < old.length; offset++) {
      const sequence = this.#next + offset;
      this.#ring[sequence & (this.#ring.length - 1)] = old[sequence & (old.length - 1)]!;
    }
  }
}

/** How often two requests in a row on one connection went to the same destination. */
export class Neighbours {
  #last = NOBODY;
  /** Pairs of which both answers are known. */
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

/**
 * Counts over blocks of equally many requests in send order. Their spread tells a random split
 * from a dealt-out one; only the sums of squares are kept.
 */
export class Blocks {
  readonly size: number;
  /** Blocks in which every answer is known. */
  count = 0;
  /** By destination: answers in those blocks. */
  readonly counts: number[];
  /** By destination: the sum over blocks of the squared count. */
  readonly sumOfSquares: number[];
  readonly #current: number[];
  #filled = 0;
  #missing = 0;

  /**
   * @param size Requests in a block.
   * @param destinations How many destinations are counted.
   */
  constructor(size: number, destinations: number) {
    this.size = size;
    this.counts = new Array<number>(destinations).fill(0);
    this.sumOfSquares = new Array<number>(destinations).fill(0);
    this.#current = new Array<number>(destinations).fill(0);
  }

  /** @param destination Of the next request in send order, or NOBODY, which spoils the block. */
  add(destination: number): void {
    if (destination === NOBODY) this.#missing += 1;
    else this.#current[destination]! += 1;
    this.#filled += 1;
    if (this.#filled < this.size) return;
    if (this.#missing === 0) {
      this.count += 1;
      this.#current.forEach((count, index) => {
        this.counts[index]! += count;
        this.sumOfSquares[index]! += count * count;
      });
    }
    this.#current.fill(0);
    this.#filled = 0;
    this.#missing = 0;
  }

  /** Adds the complete blocks of another series of the same size; others cannot be joined. */
  merge(other: Blocks): void {
    if (other.size !== this.size) return;
    this.count += other.count;
    other.counts.forEach((count, index) => (this.counts[index]! += count));
    other.sumOfSquares.forEach((sum, index) => (this.sumOfSquares[index]! += sum));
  }
}
