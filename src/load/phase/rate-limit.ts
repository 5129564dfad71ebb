/** What was missed because timers are late is made up for; what a slow peer held up for longer is not. */
const CATCH_UP_MS = 50;

/** Lets no more requests go than so many per second, evenly. All times are on the monotonic clock. */
export class RateLimit {
  readonly #intervalMs: number;
  #nextAtMs: number;

  /** @param startedAtMs When the first may go. */
  constructor(requestsPerSecond: number, startedAtMs: number) {
    this.#intervalMs = 1000 / requestsPerSecond;
    this.#nextAtMs = startedAtMs;
  }

  /** How long the next request has to wait, in ms; 0 when it may go. */
  waitMs(nowMs: number): number {
    return Math.max(0, this.#nextAtMs - nowMs);
  }

  /** A request goes. */
  take(nowMs: number): void {
    this.#nextAtMs = Math.max(this.#nextAtMs, nowMs - CATCH_UP_MS) + this.#intervalMs;
  }
}
