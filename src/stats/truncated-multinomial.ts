import { binomialLowerTail, binomialUpperTail } from './binomial-distribution.js';
import type { CountRange } from './equivalence.js';
import { poissonLogPmf } from './stirling.js';

/**
 * The probability that every count of a multinomial falls into its own range.
 *
 * Given their total, independent Poisson(n·p_i) counts are multinomial. So the joint probability is
 * the convolution of the Poisson masses, each truncated to its range, taken at n, over
 * Poisson(n; n). Source: Levin (1981), "A representation for multinomial cumulative distribution functions".
 *
 * @param n Trials, a whole number > 0.
 * @param probabilities Probabilities > 0 that add up to 1 (≥ 2 of them).
 * @param ranges The range of each count, same order; clipped to 0..n.
 */
export function jointRangeProbability(
  n: number,
  probabilities: readonly number[],
  ranges: readonly CountRange[],
): number {
  const clipped = ranges.map((range) => ({
    lowest: Math.max(0, range.lowest),
    highest: Math.min(n, range.highest),
  }));
  if (clipped.some((range) => range.lowest > range.highest)) return 0;
  const [first, second] = clipped;
  if (clipped.length === 2 && first !== undefined && second !== undefined) {
    const lowest = Math.max(first.lowest, n - second.highest);
    const highest = Math.min(first.highest, n - second.lowest);
    if (lowest > highest) return 0;
    const p = probabilities[0]!;
    const missed = binomialLowerTail(lowest - 1, n, p) + binomialUpperTail(highest + 1, n, p);
    return Math.max(0, 1 - missed);
  }
  return convolve(n, probabilities, clipped);
}

/** Poisson masses this many standard deviations out add less than 1e-22. */
const REACH = 10;

function convolve(n: number, probabilities: readonly number[], ranges: CountRange[]): number {
  let offset = 0;
  let sums = Float64Array.of(1);
  const last = probabilities.length - 1;
  const masses = probabilities.map((p, i) => poissonMasses(n * p, ranges[i]!));
  let part = 0;
  for (let i = 0; i < last; i += 1) {
    const { lowest, values } = masses[i]!;
    const next = new Float64Array(sums.length + values.length - 1);
    for (let a = 0; a < sums.length; a += 1) {
      const weight = sums[a]!;
      for (let b = 0; b < values.length; b += 1) next[a + b]! += weight * values[b]!;
    }
    offset += lowest;
    part += probabilities[i]!;
    // The total is n: given that, the first counts together are Binomial(n, part), and the rest is dust.
    const reach = REACH * Math.sqrt(n * part * Math.max(0, 1 - part)) + 3 * REACH;
    const from = Math.max(0, Math.floor(n * part - reach) - offset);
    sums = next.subarray(from, Math.max(from, Math.ceil(n * part + reach) - offset + 1));
    offset += from;
  }
  const final = masses[last]!;
  let total = 0;
  for (let b = 0; b < final.values.length; b += 1) {
    const a = n - offset - final.lowest - b;
    if (a >= 0 && a < sums.length) total += sums[a]! * final.values[b]!;
  }
  return Math.min(1, total / Math.exp(poissonLogPmf(n, n)));
}

function poissonMasses(mean: number, range: CountRange): { lowest: number; values: Float64Array } {
  const reach = REACH * Math.sqrt(mean) + 3 * REACH;
  const lowest = Math.max(range.lowest, Math.floor(mean - reach));
  const highest = Math.min(range.highest, Math.ceil(mean + reach));
  const values = new Float64Array(Math.max(0, highest - lowest + 1));
  if (values.length === 0) return { lowest, values };
  values[0] = Math.exp(poissonLogPmf(lowest, mean));
  for (let i = 1; i < values.length; i += 1) values[i] = (values[i - 1]! * mean) / (lowest + i);
  return { lowest, values };
}
