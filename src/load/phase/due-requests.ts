import { Histogram } from '../../count/histogram.js';
import { dueAtMs, pace, type Schedule } from './pacer.js';
import { tickNowMs } from './tick-clock.js';

/** A timer that is asked for more fires at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Sends a request on a place in flight.
 *
 * @param connection Index of the caller that is to carry it.
 * @param dueAtMs When it was due, on the monotonic clock.
 */
export type SendDue = (place: number, connection: number, dueAtMs: number) => void;

/** The requests of an open loop: each is due at its time, and goes out as soon as there is a place. */
export class DueRequests {
  /**
   * How late requests were taken up that had a place, in ms: the client's own lateness. What they
   * waited for a place is not in it.
   */
  readonly lateness = new Histogram();
  readonly #schedule: Schedule;
  readonly #connections: number;
  readonly #total: number;
  readonly #send: SendDue;
  readonly #free: number[] = [];
  #taken = 0;
  #startedAtMs = 0;
  #isFull = false;
  /** When a place became free after none was. */
  #freeSinceMs = 0;
  #timer: NodeJS.Timeout | undefined;
  #soon: NodeJS.Immediate | undefined;

  /**
   * @param connections How many callers take them in turn.
   * @param total Requests in all; Infinity where only the clock ends them.
   */
  constructor(schedule: Schedule, connections: number, total: number, send: SendDue) {
    this.#schedule = schedule;
    this.#connections = connections;
    this.#total = total;
    this.#send = send;
  }

  /** Every request has been taken up. */
  get isOver(): boolean {
    return this.#taken === this.#total;
  }

  /**
   * @param places How many may be in flight: they are numbered from 0.
   * @param startedAtMs When the schedule began, on the monotonic clock.
   */
  start(places: number, startedAtMs: number): void {
    this.#startedAtMs = startedAtMs;
    for (let place = places - 1; place >= 0; place--) this.#free.push(place);
    this.#sendDue();
  }

  /**
   * Takes back a place. What is due goes out once for everything that this turn of the event loop
   * brings: after each answer by itself it would spread thinly over the connections, and writing is
   * what costs most.
   */
  release(place: number): void {
    this.#free.push(place);
    if (this.#isFull) {
      this.#isFull = false;
      this.#freeSinceMs = tickNowMs();
    }
    this.#soon ??= setImmediate(() => {
      this.#soon = undefined;
      this.#sendDue();
    });
  }

  stop(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#soon);
  }

  #sendDue(): void {
    const nowMs = tickNowMs();
    const { due, waitMs } = pace(this.#schedule, nowMs - this.#startedAtMs, this.#taken);
    const last = Math.min(this.#taken + due, this.#total);
    while (this.#taken < last) {
      const place = this.#free.pop();
      if (place === undefined) {
        // The next place that comes back goes on from here.
        this.#isFull = true;
        return;
      }
      const sequence = this.#taken++;
      const dueMs = this.#startedAtMs + dueAtMs(this.#schedule, sequence);
      this.lateness.record(nowMs - Math.max(dueMs, this.#freeSinceMs));
      this.#send(place, sequence % this.#connections, dueMs);
    }
    if (this.#timer !== undefined || this.isOver) return;
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        this.#sendDue();
      },
      Math.min(waitMs, LONGEST_TIMER_MS),
    );
  }
}
