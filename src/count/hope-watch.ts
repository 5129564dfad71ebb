/** What a request that has come to its end says of whether any of its call can count. */
export type Hope =
  /** It counts. */
  | 'counts'
  /** It was answered, and neither this answer nor any like it can. */
  | 'cannot'
  /** It was not answered, or failed in a way that may be single, or was meant to fail. */
  | 'unclear';

/** So many answers to a call that cannot count, and none that does. */
const ENOUGH = 20;

interface CallHope {
  /** Requests that have come to their end. */
  ended: number;
  /** The last one of them in the send order. */
  latest: number;
  cannot: number;
  /** Once there are enough: those up to which are waited for; null before. */
  until: number | null;
  /** How many of those have not come to their end. */
  awaited: number;
}

/**
 * Looks whether a load is hopeless, in the requests of one member: each call has had 20 answers that
 * cannot count, and nothing counted. Quick answers are seen first, so a call's 20 say nothing before all
 * that was sent before the last of them has come to its end as well.
 */
export class HopeWatch {
  readonly #calls: CallHope[];
  readonly #onHopeless: () => void;
  #isOver = false;

  /** @param calls How many different calls there are. @param onHopeless Told once. */
  constructor(calls: number, onHopeless: () => void) {
    this.#calls = Array.from({ length: calls }, () => ({
      ended: 0,
      latest: -1,
      cannot: 0,
      until: null,
      awaited: 0,
    }));
    this.#onHopeless = onHopeless;
  }

  /** A request has come to its end, or was given up. @param sequence Its position in its call's send order. */
  ended(call: number, sequence: number, hope: Hope): void {
    if (this.#isOver) return;
    if (hope === 'counts') {
      this.#isOver = true;
      return;
    }
    const own = this.#calls[call]!;
    if (own.until === null) {
      own.ended += 1;
      own.latest = Math.max(own.latest, sequence);
      if (hope === 'cannot') own.cannot += 1;
      if (own.cannot < ENOUGH) return;
      own.until = own.latest;
      own.awaited = own.latest + 1 - own.ended;
    } else if (sequence <= own.until) {
      own.awaited -= 1;
    }
    if (own.awaited > 0 || this.#calls.some(isHoped)) return;
    this.#isOver = true;
    this.#onHopeless();
  }
}

function isHoped({ until, awaited }: CallHope): boolean {
  return until === null || awaited > 0;
}
