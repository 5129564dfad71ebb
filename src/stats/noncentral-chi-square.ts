import { chiSquareLowerTail, chiSquareUpperTail } from './chi-square-distribution.js';
import { poissonLogPmf } from './stirling.js';

/**
 * P(X ≥ x) for X ~ noncentral χ²(df, λ): central upper tails at df + 2j, mixed with Poisson(λ/2)
 * weights, summed outward from the largest weight. Every term is positive, so nothing cancels.
 *
 * @param x The statistic ≥ 0.
 * @param df Degrees of freedom > 0.
 * @param noncentrality λ ≥ 0. Source: Patnaik (1949); Ding (1992).
 */
export function noncentralChiSquareUpperTail(x: number, df: number, noncentrality: number): number {
  return mixture(noncentrality, (j) => chiSquareUpperTail(x, df + 2 * j));
}

/** P(X ≤ x), exact in its own far tail. Arguments as {@link noncentralChiSquareUpperTail}. */
export function noncentralChiSquareLowerTail(x: number, df: number, noncentrality: number): number {
  return mixture(noncentrality, (j) => chiSquareLowerTail(x, df + 2 * j));
}

/**
 * The weights die like a Poisson's, but a far tail of the result can live on terms far from the
 * largest weight, so the sum runs until what is added no longer counts on either side.
 */
function mixture(noncentrality: number, tail: (j: number) => number): number {
  const mean = noncentrality / 2;
  if (mean === 0) return tail(0);
  const start = Math.floor(mean);
  // No weight beyond this many standard deviations reaches 1e-40.
  const reach = Math.ceil(14 * Math.sqrt(mean)) + 80;
  let sum = 0;
  for (let j = start; j <= start + reach; j += 1) sum += Math.exp(poissonLogPmf(j, mean)) * tail(j);
  for (let j = start - 1; j >= Math.max(0, start - reach); j -= 1) {
    sum += Math.exp(poissonLogPmf(j, mean)) * tail(j);
  }
  return Math.min(1, sum);
}
