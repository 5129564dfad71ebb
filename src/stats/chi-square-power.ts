import gammaincinv from '@stdlib/math-base-special-gammaincinv';
import { noncentralChiSquareUpperTail } from './noncentral-chi-square.js';

/**
 * The x that χ²(df) exceeds with the given probability.
 *
 * @param upperTail Probability, 0 < upperTail < 1.
 * @param df Degrees of freedom > 0.
 */
export function chiSquareQuantile(upperTail: number, df: number): number {
  return 2 * gammaincinv(upperTail, df / 2, true);
}

/**
 * Cohen's effect size w = √(Σ (q−p)²/p).
 *
 * @param actual Shares or counts; they are scaled to add up to 1.
 * @param reference Those of the hypothesis, > 0, same order. Source: Cohen (1988).
 */
export function cohensW(actual: readonly number[], reference: readonly number[]): number {
  const actualSum = actual.reduce((sum, value) => sum + value, 0);
  const referenceSum = reference.reduce((sum, value) => sum + value, 0);
  let sum = 0;
  for (const [i, value] of actual.entries()) {
    const p = reference[i]! / referenceSum;
    sum += (value / actualSum - p) ** 2 / p;
  }
  return Math.sqrt(sum);
}

/**
 * Power of the chi-square test of fit: P(noncentral χ²(df, n·w²) exceeds the α quantile).
 *
 * @param n Sample size.
 * @param effect Cohen's w.
 * @param df Degrees of freedom.
 * @param alpha Level, 0..1.
 */
export function chiSquarePower(n: number, effect: number, df: number, alpha: number): number {
  return noncentralChiSquareUpperTail(chiSquareQuantile(alpha, df), df, n * effect * effect);
}

/**
 * The noncentrality λ at which the chi-square test has the given power; n = λ/w² requests.
 *
 * @param power Wanted power, alpha < power < 1.
 * @param df Degrees of freedom.
 * @param alpha Level.
 */
export function noncentralityForPower(power: number, df: number, alpha: number): number {
  const critical = chiSquareQuantile(alpha, df);
  let low = 0;
  let high = critical;
  while (noncentralChiSquareUpperTail(critical, df, high) < power) high *= 2;
  while (high - low > 1e-12 * high) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) break;
    if (noncentralChiSquareUpperTail(critical, df, middle) < power) low = middle;
    else high = middle;
  }
  return high;
}

/**
 * The smallest sample with which the chi-square test finds an effect with the given power.
 *
 * @param effect Cohen's w > 0.
 * @param df Degrees of freedom.
 * @param alpha Level.
 * @param power Wanted power.
 */
export function chiSquareSampleSize(
  effect: number,
  df: number,
  alpha: number,
  power: number,
): number {
  return Math.ceil(noncentralityForPower(power, df, alpha) / (effect * effect));
}
