import gammainc from '@stdlib/math-base-special-gammainc';

/**
 * P(X ≥ x) for X ~ χ²(df), exact in the far tail (no 1 − cdf).
 *
 * @param x The statistic ≥ 0; Infinity gives 0.
 * @param df Degrees of freedom > 0.
 */
export function chiSquareUpperTail(x: number, df: number): number {
  if (x <= 0) return 1;
  if (x === Infinity) return 0;
  return gammainc(x / 2, df / 2, true, true);
}

/** P(X ≤ x) for X ~ χ²(df). Arguments as {@link chiSquareUpperTail}. */
export function chiSquareLowerTail(x: number, df: number): number {
  if (x <= 0) return 0;
  if (x === Infinity) return 1;
  return gammainc(x / 2, df / 2, true, false);
}
