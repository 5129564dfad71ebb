import { binomialLowerTail, binomialUpperTail } from './binomial-distribution.js';
import { binomialUpperQuantile } from './binomial-quantile.js';

/** A hypothesis of two one-sided tests: the share lies strictly between the limits. */
export interface EquivalenceLimits {
  /** Lower limit of the share, 0 ≤ low < high. */
  low: number;
  /** Upper limit of the share, ≤ 1. */
  high: number;
}

/** The whole counts from `lowest` to `highest` inclusive; none when `lowest > highest`. */
export interface CountRange {
  lowest: number;
  highest: number;
}

/**
 * Exact binomial TOST: is the share inside the limits?
 *
 * @param x Successes, a whole number 0..n.
 * @param n Trials, a whole number ≥ 0.
 * @param limits The limits of the share.
 * @returns The larger of P(X ≥ x | low) and P(X ≤ x | high): equivalent at level α when it is ≤ α.
 *   Source: Schuirmann (1987), with exact tails.
 */
export function equivalencePValue(x: number, n: number, limits: EquivalenceLimits): number {
  return Math.max(binomialUpperTail(x, n, limits.low), binomialLowerTail(x, n, limits.high));
}

/**
 * The counts for which {@link equivalencePValue} is at most alpha.
 *
 * @param n Trials, a whole number ≥ 0.
 * @param limits The limits of the share.
 * @param alpha Level of each one-sided test, 0 < alpha < 1.
 */
export function equivalentCounts(n: number, limits: EquivalenceLimits, alpha: number): CountRange {
  return {
    lowest: binomialUpperQuantile(n, limits.low, alpha),
    highest: n - binomialUpperQuantile(n, 1 - limits.high, alpha),
  };
}
