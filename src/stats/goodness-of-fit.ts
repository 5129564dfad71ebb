import { chiSquareUpperTail } from './chi-square-distribution.js';
import { devianceTerm } from './stirling.js';
import type { TestResult } from './test-result.js';

/**
 * Pearson's chi-square test of counts against expected counts.
 *
 * @param observed Counts ≥ 0.
 * @param expected Expected counts > 0, same length and order; their sum need not equal that of `observed`.
 * @returns X² = Σ(O−E)²/E on k−1 degrees of freedom. Source: Pearson (1900).
 * @throws RangeError when the lengths differ, there are fewer than two cells, or an expected count is not positive.
 */
export function pearsonChiSquare(
  observed: readonly number[],
  expected: readonly number[],
): TestResult {
  requireCells(observed, expected);
  let statistic = 0;
  for (const [i, count] of observed.entries()) {
    const difference = count - expected[i]!;
    statistic += (difference * difference) / expected[i]!;
  }
  const df = observed.length - 1;
  return { statistic, df, pValue: chiSquareUpperTail(statistic, df) };
}

/**
 * The likelihood-ratio (G) test of counts against expected counts.
 *
 * @param observed Counts ≥ 0; an empty cell contributes nothing.
 * @param expected Expected counts > 0, same length and order.
 * @returns G = 2·ΣO·ln(O/E) on k−1 degrees of freedom, where the totals agree to rounding never
 *   below 0. Source: Wilks (1938).
 * @throws RangeError as {@link pearsonChiSquare}.
 */
export function gTest(observed: readonly number[], expected: readonly number[]): TestResult {
  requireCells(observed, expected);
  // Σ O·ln(O/E) cancels badly near equality; Σ [O·ln(O/E) + E − O] does not, and the difference
  // Σ(O − E) is 0 up to rounding where the totals agree.
  let half = 0;
  let totalDifference = 0;
  for (const [i, count] of observed.entries()) {
    half += devianceTerm(count, expected[i]!);
    totalDifference += count - expected[i]!;
  }
  const total = observed.reduce((sum, count) => sum + count, 0);
  const totalsAgree = Math.abs(totalDifference) <= 1e-12 * total;
  const statistic = 2 * (totalsAgree ? half : half + totalDifference);
  const df = observed.length - 1;
  return { statistic, df, pValue: chiSquareUpperTail(statistic, df) };
}

function requireCells(observed: readonly number[], expected: readonly number[]): void {
  if (observed.length !== expected.length) {
    throw new RangeError(
      `${observed.length} observed counts cannot be compared with ${expected.length} expected ones`,
    );
  }
  if (observed.length < 2) throw new RangeError('a test of fit needs at least two cells');
  if (!expected.every((value) => value > 0)) {
    throw new RangeError('every expected count must be above 0: leave out cells that cannot occur');
  }
}
