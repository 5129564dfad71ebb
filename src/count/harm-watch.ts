import { NOBODY } from './attribution.js';

/** What showed that a load does harm, or meets what is broken already. */
export interface HarmSeen {
  /** Which call. */
  call: number;
  /** The destination that answers nothing but errors; NOBODY: too many of all requests fail. */
  destination: number;
}

/** More than half of so many requests that ended last. */
const RECENT = 100;
/** Answers of one destination in a row. */
const IN_A_ROW = 20;

/**
 * Looks out for harm in the requests of one member, all calls together, as they end: more than half of
 * the last 100 failed, or a destination answered a call with nothing but errors 20 times in a row.
 */
export class HarmWatch {
  readonly #onHarm: (seen: HarmSeen) => void;
  /** A ring: 1 for each of the last requests that failed. */
  readonly #recent = new Uint8Array(RECENT);
  #at = 0;
  #failures = 0;
  /** By call and destination: failures since it last answered OK. */
  readonly #inARow: number[][];
  #isSeen = false;

  /** @param calls How many different calls there are. @param onHarm Told once. */
  constructor(calls: number, onHarm: (seen: HarmSeen) => void) {
    this.#inARow = Array.from({ length: calls }, () => []);
    this.#onHarm = onHarm;
  }

  /** A request has come to its end, or could not be sent for want of the peer. */
  ended(call: number, destination: number, isFailure: boolean): void {
    if (this.#isSeen) return;
    const failure = isFailure ? 1 : 0;
    this.#failures += failure - this.#recent[this.#at]!;
    this.#recent[this.#at] = failure;
    this.#at = (this.#at + 1) % RECENT;
    if (destination !== NOBODY) {
      const failures = this.#inARow[call]!;
      const inARow = isFailure ? (failures[destination] ?? 0) + 1 : 0;
      failures[destination] = inARow;
      if (inARow === IN_A_ROW) this.#see(call, destination);
    }
    if (this.#failures > RECENT / 2) this.#see(call, NOBODY);
  }

  #see(call: number, destination: number): void {
    if (this.#isSeen) return;
    this.#isSeen = true;
    this.#onHarm({ call, destination });
  }
}
