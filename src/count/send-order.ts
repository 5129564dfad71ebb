/** In a place of the ring: taken up, but not yet known what became of it. */
const OPEN = -2;
const FIRST_CAPACITY = 16;

/** Takes destinations one after the other. */
interface DestinationSink {
  add(destination: number): void;
}

/**
 * Puts what comes back in any order into the order in which it was taken up. Holds only what lies
 * between the oldest request still in flight and the newest end.
 */
export class SendOrder {
  readonly #sink: DestinationSink;
  #ring = new Int16Array(FIRST_CAPACITY).fill(OPEN);
  /** How many destinations wait in the ring. */
  #waiting = 0;
  /** The next position to hand on. */
  #next = 0;
  /** The first position that is held back. */
  #limit = Infinity;

  /** @param sink Takes the destinations in send order. */
  constructor(sink: DestinationSink) {
    this.#sink = sink;
  }

  /**
   * @param sequence Position in send order, from 0, each given once.
   * @param destination Index of the destination, or NOBODY.
   */
  add(sequence: number, destination: number): void {
    if (sequence === this.#next && this.#waiting === 0 && sequence < this.#limit) {
      // The common case on a connection: in order, and nothing waits behind it.
      this.#next += 1;
      this.#sink.add(destination);
      return;
    }
    while (sequence - this.#next >= this.#ring.length) this.#grow();
    this.#ring[sequence & (this.#ring.length - 1)] = destination;
    this.#waiting += 1;
    this.#drain();
  }

  /** Hands on nothing from a position on, until {@link release}. Call it before that one is added. */
  hold(sequence: number): void {
    if (sequence < this.#limit) this.#limit = sequence;
  }

  /** Hands on what was held back, as far as nothing before it is still open. */
  release(): void {
    this.#limit = Infinity;
    this.#drain();
  }

  #drain(): void {
    while (this.#next < this.#limit) {
      const place = this.#next & (this.#ring.length - 1);
      const destination = this.#ring[place]!;
      if (destination === OPEN) return;
      this.#ring[place] = OPEN;
      this.#waiting -= 1;
      this.#next += 1;
      this.#sink.add(destination);
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
