import { binomialLowerTail } from '../../../stats/binomial-distribution.js';

/**
 * The chance that some destination gives too few answers to exclude an error rate, where none of them
 * fails: fewer than ln α / ln(1 − rate). The sum over the destinations bounds it from above.
 *
 * @param answers Answers in all.
 * @param shares Expected shares, zeros included.
 * @param rate The error rate to be excluded, 0..1.
 * @param alpha Level at which it is to be.
 */
export function tooFewToShow(
  answers: number,
  shares: readonly number[],
  rate: number,
  alpha: number,
): number {
  const needed = Math.ceil(Math.log(alpha) / Math.log1p(-rate));
  const misses = shares
    .filter((share) => share > 0)
    .map((share) => binomialLowerTail(needed - 1, answers, share));
  return Math.min(
    1,
    misses.reduce((sum, miss) => sum + miss, 0),
  );
}
