import { binomialLowerTail, binomialUpperTail } from './binomial-distribution.js';

/**
 * Exact two-sided binomial test by doubling the smaller tail.
 *
 * @param x Successes, a whole number 0..n.
 * @param n Trials, a whole number ≥ 0.
 * @param p The probability under the hypothesis, 0..1.
 * @returns min(1, 2·min(P(X ≤ x), P(X ≥ x))). Source: Clopper and Pearson (1934).
 */
export function exactBinomialPValue(x: number, n: number, p: number): number {
  return Math.min(1, 2 * Math.min(binomialLowerTail(x, n, p), binomialUpperTail(x, n, p)));
}
