import { NOT_SAID } from './attempt-counts.js';
import { MOST_KEPT_REQUESTS } from './request-keeper.js';

/** A request among all of its call. */
export interface LineNumber {
  /** Which member of the load sent it. */
  member: number;
  /** Its position in the send order of its call on that member, from 0. */
  sequence: number;
}

/** No line was of the request. */
export const NO_LINE = -2;

const FIRST_CAPACITY = 1024;
/** Places for numbers in all; a bound, because the numbers are those that the log has. */
const MOST_PLACES = 4 * MOST_KEPT_REQUESTS;

/** Which pod each request went to, by the lines of a log that say which request they are of. */
export class NumberedLines {
  /** By member, then by sequence: the pod's number, NOBODY, or NO_LINE. */
  readonly #pods = new Map<number, Int16Array>();
  /** Likewise: how often each was tried, or `NOT_SAID`. */
  readonly #attempts = new Map<number, Int8Array>();
  #places = 0;
  /** Lines of requests that had one before. */
  repeated = 0;

  /**
   * Takes a line.
   *
   * @param pod Its number in the directory, or NOBODY.
   * @param attempts How often it was tried; not said unless told.
   * @returns false for a number that none of the requests can have.
   */
  add({ member, sequence }: LineNumber, pod: number, attempts = NOT_SAID): boolean {
    const pods = this.#reach(member, sequence);
    if (pods === null) return false;
    if (pods[sequence] !== NO_LINE) this.repeated += 1;
    pods[sequence] = pod;
    this.#attempts.get(member)![sequence] = attempts;
    return true;
  }

  /** How often a request was tried, or `NOT_SAID`. */
  attemptsOf(member: number, sequence: number): number {
    return this.#attempts.get(member)?.[sequence] ?? NOT_SAID;
  }

  /** The number of the pod that a request went to, NOBODY for one that is not known, or NO_LINE. */
  podOf(member: number, sequence: number): number {
    return this.#pods.get(member)?.[sequence] ?? NO_LINE;
  }

  #reach(member: number, sequence: number): Int16Array | null {
    const old = this.#pods.get(member);
    if (old !== undefined && sequence < old.length) return old;
    const had = old?.length ?? 0;
    const capacity = Math.max(FIRST_CAPACITY, 2 * had, sequence + 1);
    if (this.#places + capacity - had > MOST_PLACES) return null;
    this.#places += capacity - had;
    const pods = new Int16Array(capacity).fill(NO_LINE);
    if (old !== undefined) pods.set(old);
    this.#pods.set(member, pods);
    const attempts = new Int8Array(capacity).fill(NOT_SAID);
    attempts.set(this.#attempts.get(member) ?? []);
    this.#attempts.set(member, attempts);
    return pods;
  }
}
