/**
 * Saddle-point pieces of discrete probabilities. `lgamma` differences lose ten digits at a
 * billion trials because they subtract numbers near 1e10; these forms never build the large
 * numbers in the first place.
 *
 * Source: C. Loader, "Fast and Accurate Computation of Binomial Probabilities" (2000).
 */

const LN_2_PI = Math.log(2 * Math.PI);

/** Below this the exact factorial fits a double well enough to be used directly. */
const SMALL = 16;

const SMALL_ERRORS: readonly number[] = smallErrors();

function smallErrors(): number[] {
  const errors = [0];
  let factorial = 1;
  for (let n = 1; n < SMALL; n += 1) {
    factorial *= n;
    const approximation = Math.sqrt(2 * Math.PI * n) * Math.pow(n / Math.E, n);
    errors.push(Math.log(factorial / approximation));
  }
  return errors;
}

/**
 * ln(n!) minus Stirling's approximation ½·ln(2πn) + n·ln(n) − n.
 *
 * @param n A whole number ≥ 0; for 0 the result is 0 and must not be combined with ln(2πn).
 */
export function stirlingError(n: number): number {
  if (n < SMALL) return SMALL_ERRORS[n]!;
  const square = n * n;
  return (
    (1 / 12 - (1 / 360 - (1 / 1260 - (1 / 1680 - 1 / 1188 / square) / square) / square) / square) /
    n
  );
}

/**
 * Deviance part x·ln(x/m) + m − x, without cancellation where x is near m.
 *
 * @param x An observed count ≥ 0.
 * @param m Its expectation > 0.
 */
export function devianceTerm(x: number, m: number): number {
  if (x === 0) return m;
  if (Math.abs(x - m) >= 0.1 * (x + m)) return x * Math.log(x / m) + m - x;
  const v = (x - m) / (x + m);
  let sum = (x - m) * v;
  let term = 2 * x * v;
  for (let odd = 3; ; odd += 2) {
    term *= v * v;
    const next = sum + term / odd;
    if (next === sum) return sum;
    sum = next;
  }
}

/**
 * ln P(X = x) for X ~ Poisson(mean).
 *
 * @param x A whole number ≥ 0.
 * @param mean The expectation > 0.
 */
export function poissonLogPmf(x: number, mean: number): number {
  if (x === 0) return -mean;
  return -stirlingError(x) - devianceTerm(x, mean) - 0.5 * (LN_2_PI + Math.log(x));
}
