const HALF_LN_2_PI = 0.5 * Math.log(2 * Math.PI);

/** From here on four terms of the series are right to 1e-12. */
const SERIES_FROM = 12;

/**
 * ln Γ(x) for x > 0.
 *
 * Source: Stirling's series (DLMF 5.11.1), reached by Γ(x) = Γ(x + 1)/x.
 *
 * @param x A number > 0.
 */
export function logGamma(x: number): number {
  let product = 1;
  let y = x;
  for (; y < SERIES_FROM; y += 1) product *= y;
  const square = y * y;
  const series = (1 / 12 - (1 / 360 - (1 / 1260 - 1 / 1680 / square) / square) / square) / y;
  return (y - 0.5) * Math.log(y) - y + HALF_LN_2_PI + series - Math.log(product);
}
