import { binomialLowerTail } from './binomial-distribution.js';

/** Halvings until the bound is known to the last digit that a double has of it. */
const HALVINGS = 60;

/**
 * The rate above which so few events are too unlikely: the solution r of P(X ≤ x | n, r) = alpha.
 *
 * @param x Events, a whole number 0..n.
 * @param n Trials, a whole number ≥ 0.
 * @param alpha Level, 0 < alpha < 1.
 * @returns A rate 0..1; 1 − α^(1/n) where nothing was seen. Source: Clopper and Pearson (1934).
 */
export function highestRate(x: number, n: number, alpha: number): number {
  if (x >= n) return 1;
  if (x === 0) return -Math.expm1(Math.log(alpha) / n);
  let low = x / n;
  let high = 1;
  for (let step = 0; step < HALVINGS; step += 1) {
    const middle = (low + high) / 2;
    if (binomialLowerTail(x, n, middle) > alpha) low = middle;
    else high = middle;
  }
  return high;
}
