import { binomialUpperTail } from './binomial-distribution.js';
import { normalQuantile } from './normal-distribution.js';

/**
 * The smallest x with P(X ≥ x) ≤ alpha for X ~ Binomial(n, p), in 0..n+1 (n+1 when not even n
 * successes are that rare).
 *
 * @param n Trials, a whole number ≥ 0.
 * @param p Probability of success, 0..1.
 * @param alpha Probability, 0 < alpha < 1.
 */
export function binomialUpperQuantile(n: number, p: number, alpha: number): number {
  const z = normalQuantile(alpha);
  const deviation = Math.sqrt(n * p * (1 - p));
  const skew = ((z * z - 1) * (1 - 2 * p)) / 6;
  const guess = Math.ceil(n * p + z * deviation + skew + 0.5);
  let x = Math.min(n + 1, Math.max(0, guess));
  if (binomialUpperTail(x, n, p) <= alpha) {
    while (x > 0 && binomialUpperTail(x - 1, n, p) <= alpha) x -= 1;
  } else {
    while (binomialUpperTail(x, n, p) > alpha) x += 1;
  }
  return x;
}
