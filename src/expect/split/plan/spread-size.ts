/** Expected counts below this make a chi-square of a run of requests meaningless. */
const LEAST_EXPECTED = 5;
const LEAST_SIZE = 20;

/**
 * Requests in a run of them, for the comparison of spreads: enough for five of the rarest
 * destination, and twice what is in flight, since reordering within the flight looks random.
 *
 * @param expectedShares Expected shares; zeros do not count.
 * @param concurrency Requests in flight.
 */
export function spreadSize(expectedShares: readonly number[], concurrency: number): number {
  const least = Math.min(...expectedShares.filter((share) => share > 0));
  return Math.max(LEAST_SIZE, Math.ceil(LEAST_EXPECTED / least), 2 * concurrency);
}
