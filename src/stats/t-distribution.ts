import quantile from '@stdlib/stats-base-dists-t-quantile';

/**
 * The t that Student's distribution exceeds with the given probability.
 *
 * @param upperTail Probability, 0 < upperTail < 1.
 * @param df Degrees of freedom > 0.
 */
export function tQuantile(upperTail: number, df: number): number {
  // The distribution is symmetric: asking for the small probability keeps its digits.
  return -quantile(upperTail, df);
}
