/** Requests that may come at once, as seconds of the rate. */
const BURST_SECONDS = 2;

/** Limits how often each client asks: a bucket of tokens for each, which fills at the rate. */
export class RateLimit {
  readonly #perSecond: number;
  readonly #buckets = new Map<string, { left: number; atMs: number }>();

  /** @param perSecond Requests of a client. */
  constructor(perSecond: number) {
    this.#perSecond = perSecond;
  }

  /**
   * Takes one request.
   *
   * @param client Of a bounded number: those who have a token.
   * @returns 0 where it may go on; else the seconds after which one may.
   */
  take(client: string, nowMs: number): number {
    const most = Math.max(1, this.#perSecond * BURST_SECONDS);
    const { left, atMs } = this.#buckets.get(client) ?? { left: most, atMs: nowMs };
    const filled = Math.min(most, left + ((nowMs - atMs) / 1000) * this.#perSecond);
    const isFree = filled >= 1;
    this.#buckets.set(client, { left: isFree ? filled - 1 : filled, atMs: nowMs });
    return isFree ? 0 : (1 - filled) / this.#perSecond;
  }
}
