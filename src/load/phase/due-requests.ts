import { Histogram } from '../../count/histogram.js';
import { tickNowMs } from '../tick-clock.js';
import { dueAtMs, dueBefore, pace, type Schedule } from './pacer.js';

/** A timer that is asked for more fires at once. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Takes up a request that is due.
 *
 * @param connection Index of the connection that is to carry it.
 * @param dueAtMs When it was due, on the monotonic clock.
 * @returns false when there is no place for it.
 */
export type TakeUp = (connection: number, dueAtMs: number) => boolean;

/** The requests of an open loop: each is due at its time, and taken up as soon as there is a place. */
export class DueRequests {
  /**
   * How late requests were taken up that had a place, in ms: the client's own lateness. What they
   * waited for a place is not in it.
   */
  readonly lateness = new Histogram();
  /** Whether the clock ends them, and not their number. */
  readonly endsWithClock: boolean;
  readonly #schedule: Schedule;
  readonly #connections: number;
  readonly #total: number;
  readonly #takeUp: TakeUp;
  readonly #startedAtMs: number;
  #taken = 0;
  #isFull = false;
  /** When a place became free after none was. */
  #freeSinceMs = 0;
  #timer: NodeJS.Timeout | undefined;
  #soon: NodeJS.Immediate | undefined;
  #isStopped = false;

  /**
   * @param connections How many connections take them in turn.
   * @param total Requests in all; Infinity where only the clock ends them.
   * @param startedAtMs When the schedule began, on the monotonic clock.
   * @param untilMs When it ends, on the monotonic clock; Infinity where only their number ends them.
   */
  constructor(
    schedule: Schedule,
    connections: number,
    total: number,
    startedAtMs: number,
    untilMs: number,
    takeUp: TakeUp,
  ) {
    this.#schedule = schedule;
    this.#connections = connections;
    const withinClock =
      untilMs === Infinity ? Infinity : dueBefore(schedule, Math.max(0, untilMs - startedAtMs));
    this.#total = Math.min(total, withinClock);
    this.endsWithClock = withinClock < total;
    this.#startedAtMs = startedAtMs;
    this.#takeUp = takeUp;
  }

  /** Every request has been taken up. */
  get isOver(): boolean {
    return this.#taken === this.#total;
  }

  /** A place has come back, and what is due is about to be taken up. */
  get isAboutToTakeUp(): boolean {
    return this.#soon !== undefined;
  }

  /** When the next request that was not taken up is due, on the monotonic clock; Infinity for never. */
  get nextDueAtMs(): number {
    if (this.#isStopped || this.isOver) return Infinity;
    return this.#startedAtMs + dueAtMs(this.#schedule, this.#taken);
  }

  /**
   * Tells that a place has come back. What is due goes out once for everything that this turn of the
   * event loop brings: after each answer by itself it would spread thinly over the connections, and
   * writing is what costs most.
   */
  onPlace(): void {
    if (this.#isFull) {
      this.#isFull = false;
      this.#freeSinceMs = tickNowMs();
    }
    this.#soon ??= setImmediate(() => {
      this.#soon = undefined;
      this.takeUpDue();
    });
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    clearImmediate(this.#soon);
    this.#soon = undefined;
  }

  /**
   * Gives away the requests that were due and not taken up; they count as taken up then.
   *
   * @param nowMs On the monotonic clock.
   */
  giveAwayOverdue(nowMs: number, take: (connection: number, dueAtMs: number) => void): void {
    const { due } = pace(this.#schedule, nowMs - this.#startedAtMs, this.#taken);
    const last = Math.min(this.#taken + due, this.#total);
    while (this.#taken < last) {
      const sequence = this.#taken++;
      take(sequence % this.#connections, this.#startedAtMs + dueAtMs(this.#schedule, sequence));
    }
  }

  /** Takes up what is due now, and from then on what becomes due. */
  takeUpDue(): void {
    if (this.#isStopped) return;
    const nowMs = tickNowMs();
    const { due, waitMs } = pace(this.#schedule, nowMs - this.#startedAtMs, this.#taken);
    const last = Math.min(this.#taken + due, this.#total);
    while (this.#taken < last) {
      const sequence = this.#taken;
      const dueMs = this.#startedAtMs + dueAtMs(this.#schedule, sequence);
      if (!this.#takeUp(sequence % this.#connections, dueMs)) {
        // The next place that comes back goes on from here.
        this.#isFull = true;
        return;
      }
      this.#taken += 1;
      this.lateness.record(nowMs - Math.max(dueMs, this.#freeSinceMs));
    }
    if (this.#timer !== undefined || this.isOver) return;
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        this.takeUpDue();
      },
      Math.min(waitMs, LONGEST_TIMER_MS),
    );
  }
}
