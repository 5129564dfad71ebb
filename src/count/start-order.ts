/** What is put into order. */
export interface Started {
  /** In ms since 1970. */
  startedAtMs: number;
  /** Whether its line says so; else it is when the line was read. */
  isStartLogged: boolean;
  /** Where it came from; null where that is not known. */
  client: string | null;
}

/** So many are held back at most, and half of them are handed on at once. */
const WINDOW = 16_384;

/**
 * Puts requests back into the order in which they came: gateways write a line when a request ends, and answers of
 * one pod end together, so that neighbours in the log are alike where those who drew were not. Of requests that
 * came in one millisecond those of one connection stand together: that, too, has nothing to do with who was asked.
 */
export class StartOrder<T extends Started> {
  readonly #sink: (request: T) => void;
  #held: T[] = [];

  /** @param sink Gets them in order, as far as they are not further apart than can be held. */
  constructor(sink: (request: T) => void) {
    this.#sink = sink;
  }

  push(request: T): void {
    this.#held.push(request);
    if (this.#held.length >= WINDOW) this.#handOn(WINDOW / 2);
  }

  /** Hands on all that is left. */
  flush(): void {
    this.#handOn(this.#held.length);
  }

  #handOn(count: number): void {
    // It is stable: what is alike keeps the order of the log.
    this.#held.sort(compare);
    for (const request of this.#held.splice(0, count)) this.#sink(request);
  }
}

function compare(a: Started, b: Started): number {
  if (a.startedAtMs !== b.startedAtMs) return a.startedAtMs - b.startedAtMs;
  if (!a.isStartLogged || !b.isStartLogged || a.client === b.client) return 0;
  return (a.client ?? '') < (b.client ?? '') ? -1 : 1;
}
