import betainc from '@stdlib/math-base-special-betainc';

/**
 * P(F ≥ x) for F with df1 and df2 degrees of freedom, exact in the far tail.
 *
 * @param x The statistic ≥ 0; Infinity gives 0.
 * @param df1 Numerator degrees of freedom > 0.
 * @param df2 Denominator degrees of freedom > 0.
 */
export function fUpperTail(x: number, df1: number, df2: number): number {
  if (x <= 0) return 1;
  if (x === Infinity) return 0;
  // 1 − I_y(df1/2, df2/2) = I_{1−y}(df2/2, df1/2): the complement's own argument does not cancel.
  return betainc(df2 / (df2 + df1 * x), df2 / 2, df1 / 2, true, false);
}
