import { normalQuantile } from './normal-distribution.js';

/** A confidence interval for a share, both ends within 0..1. */
export type ShareInterval = readonly [low: number, high: number];

/**
 * Simultaneous confidence intervals for the shares of a multinomial.
 *
 * @param counts Counts ≥ 0 of all k categories, at least one of them above 0.
 * @param alpha 1 − confidence of all intervals together.
 * @returns One interval per category: [A + 2x ± √(A(A + 4x(n−x)/n))] / (2(n+A)) with A the χ²₁
 *   quantile at 1 − α/k. Source: Goodman (1965), "On simultaneous confidence intervals for multinomial proportions".
 */
export function goodmanIntervals(counts: readonly number[], alpha: number): ShareInterval[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.map((count) => scoreInterval(count, total, alpha / counts.length));
}

/**
 * Wilson's score interval for one rate.
 *
 * @param x Successes, 0..n.
 * @param n Trials > 0.
 * @param alpha 1 − confidence. Source: Wilson (1927).
 */
export function wilsonInterval(x: number, n: number, alpha: number): ShareInterval {
  return scoreInterval(x, n, alpha);
}

function scoreInterval(x: number, n: number, alpha: number): ShareInterval {
  // The χ²₁ quantile at 1 − α is the square of the normal one at 1 − α/2.
  const chi = normalQuantile(alpha / 2) ** 2;
  const centre = chi + 2 * x;
  const spread = Math.sqrt(chi * (chi + (4 * x * (n - x)) / n));
  const scale = 2 * (n + chi);
  return [Math.max(0, (centre - spread) / scale), Math.min(1, (centre + spread) / scale)];
}
