import { binomialLogPmf } from './binomial-distribution.js';

/**
 * Fisher's exact test of whether one group fails more often than another: the chance that so many of
 * all failures, or more, fall into the first group when both fail alike.
 *
 * @param failures In the first group, a whole number 0..size.
 * @param size Of the first group.
 * @param otherFailures In the other group, a whole number 0..otherSize.
 * @param otherSize Of the other group.
 * @returns The one-sided p-value P(X ≥ failures), X hypergeometric; 1 where a group is empty.
 *   Source: Fisher (1935), "The Logic of Inductive Inference".
 */
export function fisherUpperPValue(
  failures: number,
  size: number,
  otherFailures: number,
  otherSize: number,
): number {
  const all = failures + otherFailures;
  const least = Math.max(0, all - otherSize);
  const most = Math.min(all, size);
  if (failures <= least) return 1;
  const total = size + otherSize;
  const mean = (all * size) / total;
  // Terms fall away from the mean: the shorter tail is summed, so that far ones keep their digits.
  if (failures > mean) return Math.min(1, tail(failures, most, 1, size, all, total));
  return Math.max(0, 1 - tail(failures - 1, least, -1, size, all, total));
}

/** The sum of hypergeometric probabilities from one count to another, away from the mean. */
function tail(
  from: number,
  to: number,
  step: 1 | -1,
  size: number,
  all: number,
  total: number,
): number {
  const others = total - size;
  let term = Math.exp(logPmf(from, size, all, total));
  let sum = term;
  for (let x = from; x !== to; x += step) {
    term *=
      step === 1
        ? ((size - x) * (all - x)) / ((x + 1) * (others - all + x + 1))
        : (x * (others - all + x)) / ((size - x + 1) * (all - x + 1));
    sum += term;
    if (term < sum * 1e-17) break;
  }
  return sum;
}

/**
 * ln P(X = x): of `all` failures among `total`, x fall into a group of `size`. As a quotient of
 * binomials with one p it never builds a large factorial (C. Loader, 2000).
 */
function logPmf(x: number, size: number, all: number, total: number): number {
  const p = all / total;
  return (
    binomialLogPmf(x, size, p) +
    binomialLogPmf(all - x, total - size, p) -
    binomialLogPmf(all, total, p)
  );
}
