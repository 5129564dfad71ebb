import { binomialLogPmf } from './binomial-distribution.js';
import type { RandomSource } from './random.js';

/** Below this expectation walking up from zero is the faster way. */
const INVERSION_LIMIT = 10;

/**
 * One draw from Binomial(n, p).
 *
 * Source: inversion for small expectations, else transformed rejection with squeeze (BTRS,
 * W. Hörmann, "The Generation of Binomial Random Variates", 1993), which takes constant time at any n.
 *
 * @param random The source of uniform numbers.
 * @param n Trials, a whole number ≥ 0.
 * @param p Probability of success, 0..1.
 */
export function sampleBinomial(random: RandomSource, n: number, p: number): number {
  if (n <= 0 || p <= 0) return 0;
  if (p >= 1) return n;
  if (p > 0.5) return n - sampleBinomial(random, n, 1 - p);
  return n * p < INVERSION_LIMIT ? byInversion(random, n, p) : byRejection(random, n, p);
}

function byInversion(random: RandomSource, n: number, p: number): number {
  const odds = p / (1 - p);
  let point = Math.exp(n * Math.log1p(-p));
  let u = random();
  for (let x = 0; x < n; x += 1) {
    if (u < point) return x;
    u -= point;
    point *= (odds * (n - x)) / (x + 1);
    // What is left of u is rounding once the points have died away.
    if (point === 0) return x;
  }
  return n;
}

function byRejection(random: RandomSource, n: number, p: number): number {
  const deviation = Math.sqrt(n * p * (1 - p));
  const b = 1.15 + 2.53 * deviation;
  const a = -0.0873 + 0.0248 * b + 0.01 * p;
  const centre = n * p + 0.5;
  const squeeze = 0.92 - 4.2 / b;
  const alpha = (2.83 + 5.1 / b) * deviation;
  const logPeak = binomialLogPmf(Math.floor((n + 1) * p), n, p);
  for (;;) {
    const v = random();
    const u = random() - 0.5;
    const us = 0.5 - Math.abs(u);
    const x = Math.floor(((2 * a) / us + b) * u + centre);
    if (us >= 0.07 && v <= squeeze) return x;
    if (x < 0 || x > n) continue;
    const bound = Math.log((v * alpha) / (a / (us * us) + b));
    if (bound <= binomialLogPmf(x, n, p) - logPeak) return x;
  }
}
