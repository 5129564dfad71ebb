import { InputError } from '../../input-error.js';
import type { ExpectedAborts } from '../expectation.js';

/**
 * How many requests it takes for so many to get past the aborts, but for one run in a thousand.
 *
 * @param needed Requests that have to reach a destination.
 */
export function requestsBeyondAborts(needed: number, aborts: ExpectedAborts | null): number {
  if (aborts === null) return needed;
  const passes = 1 - aborts.share;
  // Three standard deviations of what is aborted.
  return Math.ceil((needed + 3 * Math.sqrt(needed * aborts.share)) / passes);
}

/** The mistake of testing a route that lets no request through. */
export function nothingLeft({ description }: ExpectedAborts): InputError {
  return new InputError(
    `the route answers every request with ${description} itself, so there is no split to test: take its fault out`,
  );
}
