import { binomialLowerTail, binomialUpperTail } from '../../../stats/binomial-distribution.js';
import { type CountRange, equivalentCounts } from '../../../stats/equivalence.js';
import { jointRangeProbability } from '../../../stats/truncated-multinomial.js';

/** The destinations with weight, as far as a pass depends on them. */
export interface SplitCells {
  /** Expected shares, above 0. */
  shares: number[];
  /** Tolerances as shares, same order. */
  tolerances: number[];
}

/**
 * The joint probability of three or more destinations takes work that grows with requests times
 * destinations. Beyond these products it is bounded from below by 1 − the sum of the single misses
 * (Bonferroni): a plan grows by about 2 % for it, and its time stays small. A search makes hundreds of
 * evaluations, a stated power is one. A search with missing answers is always bounded so: it
 * comes after a run, when the verdict is waited for, and the missing rate is a guess anyway.
 */
export const EXACT_WORK = { search: 30_000, single: 60_000 };

/**
 * The probability that an exactly right split passes.
 *
 * @param requests Requests sent.
 * @param missing Those of them that go missing.
 * @param exactWork Requests times destinations above which it is bounded from below.
 */
export function passProbability(
  requests: number,
  missing: number,
  cells: SplitCells,
  alpha: number,
  exactWork: number,
): number {
  const { shares } = cells;
  const answers = requests - missing;
  if (answers <= 0) return 0;
  const ranges = rangesOf(requests, missing, cells, alpha);
  if (ranges.some((range) => range.lowest > range.highest)) return 0;
  if (shares.length === 2 || requests * shares.length <= exactWork) {
    return jointRangeProbability(answers, shares, ranges);
  }
  return Math.max(0, 1 - sum(singleMisses(answers, shares, ranges)));
}

/** How much larger than the largest gap seen a gap may be; neighbouring sizes differ by some per cent. */
const GAP_MARGIN = 1.5;

/**
 * Whether a size reaches the power, for a search that asks for hundreds of sizes near each other.
 * The joint probability of many destinations takes milliseconds, so bounds come first: one minus
 * the sum of the single misses from below, one minus the largest from above. What lies between
 * the first and the joint probability, some multiple of the square of that sum, hardly changes from a
 * size to the next; a size that would need half as much again as was ever seen is not computed.
 *
 * @param powerOf What the sums of so many requests must reach.
 */
export function powerSearch(
  cells: SplitCells,
  rate: number,
  { alpha }: { alpha: number },
  exactWork: number,
  powerOf: (n: number) => number,
): (n: number) => boolean {
  let largestGap = Infinity;
  return (n) => {
    const missing = Math.ceil(n * rate);
    const answers = n - missing;
    const exact = cells.shares.length === 2 || n * cells.shares.length <= exactWork;
    const ranges = rangesOf(n, missing, cells, alpha);
    if (answers <= 0 || ranges.some(({ lowest, highest }) => lowest > highest)) return false;
    const misses = singleMisses(answers, cells.shares, ranges);
    const missed = sum(misses);
    const least = 1 - missed;
    const power = powerOf(n);
    if (least >= power) return true;
    if (!exact || 1 - Math.max(...misses) < power) return false;
    if (least + GAP_MARGIN * largestGap * missed ** 2 < power) return false;
    const joint = jointRangeProbability(answers, cells.shares, ranges);
    const gap = (joint - least) / missed ** 2;
    largestGap = largestGap === Infinity ? gap : Math.max(largestGap, gap);
    return joint >= power;
  };
}

/**
 * The counts with which a destination passes.
 *
 * @param requests Requests sent, N.
 * @param missing Requests whose destination is unknown, f; they are counted for and against it.
 * @param share The expected share p.
 * @param tolerance δ as a share.
 * @param alpha Error level.
 */
export function passingCounts(
  requests: number,
  missing: number,
  share: number,
  tolerance: number,
  alpha: number,
): CountRange {
  const limits = { low: share - tolerance, high: share + tolerance };
  const { lowest, highest } = equivalentCounts(requests, limits, alpha);
  return { lowest, highest: highest - missing };
}

function rangesOf(
  requests: number,
  missing: number,
  { shares, tolerances }: SplitCells,
  alpha: number,
): CountRange[] {
  return shares.map((share, i) =>
    passingCounts(requests, missing, share, tolerances[i] ?? 0, alpha),
  );
}

/** How often each destination misses its range, whatever the others do. */
function singleMisses(
  answers: number,
  shares: readonly number[],
  ranges: readonly CountRange[],
): number[] {
  return shares.map((share, i) => {
    const { lowest, highest } = ranges[i] ?? { lowest: 0, highest: answers };
    return (
      binomialLowerTail(lowest - 1, answers, share) + binomialUpperTail(highest + 1, answers, share)
    );
  });
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
