/** Requests that may come at once, as seconds of the rate. */
const BURST_SECONDS = 2;

/** Clients of which an allowance is remembered although it is whole again. */
const REMEMBERED = 1000;

/** What becomes of a request. */
export interface Allowance {
  /** 0 where it may go on; else after how many one may. */
  waitSeconds: number;
  /** Whether it is the first one that has to wait, after one that went on. */
  isFirstRefused: boolean;
}

interface Bucket {
  left: number;
  atMs: number;
  isRefusing: boolean;
}

/** Limits how often each client asks: a bucket of tokens for each, which fills at the rate. */
export class RateLimit {
  readonly #perSecond: number;
  readonly #buckets = new Map<string, Bucket>();

  /** @param perSecond Requests of a client. */
  constructor(perSecond: number) {
    this.#perSecond = perSecond;
  }

  /** Takes one request. @param client Who shows a certificate may have any name. */
  take(client: string, nowMs: number): Allowance {
    const bucket = this.#buckets.get(client) ?? {
      left: this.#most,
      atMs: nowMs,
      isRefusing: false,
    };
    const filled = this.#filled(bucket, nowMs);
    const isFree = filled >= 1;
    this.#buckets.set(client, {
      left: isFree ? filled - 1 : filled,
      atMs: nowMs,
      isRefusing: !isFree,
    });
    if (this.#buckets.size > REMEMBERED) this.#forgetWhole(nowMs);
    return {
      waitSeconds: isFree ? 0 : (1 - filled) / this.#perSecond,
      isFirstRefused: !isFree && !bucket.isRefusing,
    };
  }

  get #most(): number {
    return Math.max(1, this.#perSecond * BURST_SECONDS);
  }

  #filled({ left, atMs }: Bucket, nowMs: number): number {
    return Math.min(this.#most, left + ((nowMs - atMs) / 1000) * this.#perSecond);
  }

  /** Whoever has all of an allowance is as one who never came. */
  #forgetWhole(nowMs: number): void {
    for (const [client, bucket] of this.#buckets) {
      if (this.#filled(bucket, nowMs) >= this.#most) this.#buckets.delete(client);
    }
  }
}
