import { binomialLowerTail, binomialUpperTail } from '../../../stats/binomial-distribution.js';
import { binomialUpperQuantile } from '../../../stats/binomial-quantile.js';

/** A rate as seen, the limit it is held against, and the part of the requests that it is a rate of. */
export interface SeenRate {
  rate: number;
  limit: number;
  /** Part of the requests, above 0. */
  share: number;
}

/** A run of more requests than this is not offered as a way out. */
const MOST_REQUESTS = 10_000_000;

/**
 * About how many requests of a fresh run would show a rate above its limit, if it is as seen.
 *
 * @param alpha Level at which it fails.
 * @param power Probability with which it is to fail.
 * @returns null where the rate is not above the limit, or no sensible number would do.
 */
export function requestsToJudge(seen: SeenRate, alpha: number, power: number): number | null {
  const { rate, limit } = seen;
  if (rate <= limit) return null;
  return firstRequests(seen, (answers) => {
    const fails = binomialUpperQuantile(answers, limit, alpha);
    return binomialUpperTail(fails, answers, rate) >= power;
  });
}

/**
 * About how many requests of a fresh run would exclude rates above the limit, if the rate is as seen.
 *
 * @param alpha Level at which they are excluded.
 * @param power Probability with which they are to be.
 * @returns null where the rate is not below the limit, or no sensible number would do.
 */
export function requestsToShow(seen: SeenRate, alpha: number, power: number): number | null {
  const { rate, limit } = seen;
  if (rate >= limit) return null;
  return firstRequests(seen, (answers) => {
    // The most failures that exclude the limit.
    const most = answers - binomialUpperQuantile(answers, 1 - limit, alpha);
    return binomialLowerTail(most, answers, rate) >= power;
  });
}

/** The size, to within a hundredth, from which on that many answers suffice. */
function firstRequests({ share }: SeenRate, suffice: (answers: number) => boolean): number | null {
  let low = 0;
  let high = 1;
  while (!suffice(high)) {
    low = high;
    high *= 2;
    if (high / share > MOST_REQUESTS) return null;
  }
  while (high - low > Math.max(1, high / 100)) {
    const middle = Math.floor((low + high) / 2);
    if (suffice(middle)) high = middle;
    else low = middle;
  }
  return Math.ceil(high / share);
}
