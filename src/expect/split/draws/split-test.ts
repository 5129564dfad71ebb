import { exactBinomialPValue } from '../../../stats/binomial-test.js';
import { exactMultinomialTest } from '../../../stats/exact-multinomial.js';
import { gTest, pearsonChiSquare } from '../../../stats/goodness-of-fit.js';
import { cornerCompletions, levelCompletion } from './allocation.js';
import { type Cell, totalOf } from './cell.js';

/** How the p-value that decides was had. */
export type SplitTestMethod =
  'pearson' | 'exact-binomial' | 'exact-multinomial-enumerated' | 'exact-multinomial-monte-carlo';

/** The test of the answers against the weights. */
export interface SplitTest {
  /** Which test gave `pValue`. */
  method: SplitTestMethod;
  /** Pearson's X². */
  statistic: number;
  df: number;
  pValue: number;
  /** The p-value of X², whether it decides or not. */
  pearsonPValue: number;
  gStatistic: number;
  gPValue: number;
  /** The seed of a simulated p-value, else null. */
  seed: number | null;
}

/** Which test decides: the pure gate of two destinations has an exact one at every size. */
export interface TestChoice {
  exactGate: boolean;
  seed: number;
}

/** Below this expected count the chi-square approximation is not trusted. */
const LEAST_EXPECTED_COUNT = 5;

/**
 * Tests complete counts against the expected shares.
 *
 * @param counts Whole counts, at least one of them above 0.
 * @param shares Expected shares > 0 that add up to 1, same order, at least two.
 * @param choice Which test decides.
 */
export function testSplit(
  counts: readonly number[],
  shares: readonly number[],
  choice: TestChoice,
): SplitTest {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const expected = shares.map((share) => share * total);
  const pearson = pearsonChiSquare(counts, expected);
  const g = gTest(counts, expected);
  const shown = {
    statistic: pearson.statistic,
    df: pearson.df,
    pearsonPValue: pearson.pValue,
    gStatistic: g.statistic,
    gPValue: g.pValue,
    seed: null,
  };
  if (choice.exactGate && shares.length === 2) {
    const pValue = exactBinomialPValue(counts[0] ?? 0, total, shares[0] ?? 0);
    return { method: 'exact-binomial', pValue, ...shown };
  }
  if (Math.min(...expected) >= LEAST_EXPECTED_COUNT) {
    return { method: 'pearson', pValue: pearson.pValue, ...shown };
  }
  const exact = exactMultinomialTest(counts, shares, choice.seed);
  const { method, pValue } = exact;
  return { method, pValue, ...shown, seed: 'seed' in exact ? exact.seed : null };
}

/**
 * The largest p-value that any allocation of the missing answers gives.
 *
 * X² and the probability of the outcome each have one best allocation; the p-value of the exact
 * binomial falls with the distance from the median on either side, so the completion nearest to
 * it, which is the most probable or its neighbour, has the largest.
 */
export function largestPValue(cells: readonly Cell[], missing: number, choice: TestChoice): number {
  const shares = cells.map((cell) => cell.share);
  const total = missing + totalOf(cells);
  if (choice.exactGate && cells.length === 2) {
    const [first] = cells;
    const lowest = first?.observed ?? 0;
    const centre = Math.round(total * (first?.share ?? 0));
    // The median of a binomial lies within one of its mean.
    const candidates = [centre - 1, centre, centre + 1].map((count) =>
      Math.min(lowest + missing, Math.max(lowest, count)),
    );
    return Math.max(
      ...candidates.map((count) => testSplit([count, total - count], shares, choice).pValue),
    );
  }
  const small = Math.min(...shares) * total < LEAST_EXPECTED_COUNT;
  const goal = small ? 'most-probable' : 'smallest-chi-square';
  return testSplit(levelCompletion(cells, missing, goal), shares, choice).pValue;
}

/**
 * The smallest p-value that any allocation of the missing answers gives: X² is convex and the
 * log-probability concave, so it lies where one destination gets all of them.
 */
export function smallestPValue(
  cells: readonly Cell[],
  missing: number,
  choice: TestChoice,
): number {
  const shares = cells.map((cell) => cell.share);
  const corners = cornerCompletions(cells, missing);
  return Math.min(...corners.map((corner) => testSplit(corner, shares, choice).pValue));
}
