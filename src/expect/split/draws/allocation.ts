import { binomialUpperQuantile } from '../../../stats/binomial-quantile.js';
import { type Cell, countsOf, totalOf } from './cell.js';

/**
 * The missing answers went somewhere. A failure must hold wherever they went, so these functions
 * look for the allocation that speaks best for the split; each finds it exactly, without trying
 * them one by one.
 */

/** Where in a step of one answer the cost of giving it is taken; see {@link levelCompletion}. */
export type CompletionGoal = keyof typeof OFFSETS;

const OFFSETS = { 'smallest-chi-square': 0.5, 'most-probable': 1, 'smallest-bayes-factor': 0 };

/**
 * The counts after giving the missing answers out so that X² is smallest, the outcome most
 * probable, or the Bayes factor against the shares smallest.
 *
 * All goals are sums of convex functions of one count each, so giving every answer to the
 * destination where it costs least is optimal: the one with the smallest (y + ½)/p for X², (y + 1)/p for the
 * probability, y/p for the Bayes factor. Most of the answers are given at once up to a common level of that cost, the last
 * few one by one.
 *
 * @param cells The destinations with weight.
 * @param missing Answers to give out, a whole number ≥ 0.
 * @param goal What the allocation is best for.
 * @returns The completed counts, same order.
 */
export function levelCompletion(
  cells: readonly Cell[],
  missing: number,
  goal: CompletionGoal,
): number[] {
  const offset = OFFSETS[goal];
  const level = commonLevel(cells, missing, offset);
  // Whole answers shift the common level by at most this many per destination.
  const margin = 2 * cells.length + 2;
  const counts = cells.map(
    ({ share, observed }) =>
      observed + Math.max(0, Math.floor(level * share - offset - observed) - margin),
  );
  let left = missing + totalOf(cells) - counts.reduce((total, count) => total + count, 0);
  for (; left > 0; left -= 1) {
    let cheapest = 0;
    let least = Infinity;
    for (const [i, { share }] of cells.entries()) {
      const cost = ((counts[i] ?? 0) + offset) / share;
      if (cost < least) {
        least = cost;
        cheapest = i;
      }
    }
    counts[cheapest] = (counts[cheapest] ?? 0) + 1;
  }
  return counts;
}

/** The level L with Σ max(0, L·p − offset − x) = missing. */
function commonLevel(cells: readonly Cell[], missing: number, offset: number): number {
  const byCost = [...cells].sort(
    (a, b) => (a.observed + offset) / a.share - (b.observed + offset) / b.share,
  );
  let shares = 0;
  let below = 0;
  let level = 0;
  for (const [i, cell] of byCost.entries()) {
    shares += cell.share;
    below += cell.observed + offset;
    level = (missing + below) / shares;
    const next = byCost[i + 1];
    if (next === undefined || level <= (next.observed + offset) / next.share) break;
  }
  return level;
}

/**
 * Whether some destination deviates by more than its tolerance, with an exact p of its own below
 * `level`, however the missing answers are given out.
 *
 * For one destination the counts that do *not* do so are those within the tolerance or with
 * p ≥ level: an interval around N·p. An allocation that saves the split keeps every destination
 * within its interval, and one exists exactly when no count is above its interval already, the
 * missing are enough to lift all counts to their lower ends, and not more than fit below the upper ends.
 *
 * @param cells The destinations with weight.
 * @param missing Answers to give out, f.
 * @param level The level of each destination's own exact test.
 * @param spread Where draws are clustered: how far from its expectation a share of that many
 *   answers must be to be evidence, besides the exact test.
 */
export function someDestinationAlwaysDeviates(
  cells: readonly Cell[],
  missing: number,
  level: number,
  spread?: (share: number, total: number) => number,
): boolean {
  const total = missing + totalOf(cells);
  let needed = 0;
  let room = 0;
  for (const cell of cells) {
    const reach = spread === undefined ? 0 : spread(cell.share, total);
    const { lowest, highest } = innocentCounts(cell, total, level, reach);
    if (cell.observed > highest) return true;
    needed += Math.max(0, lowest - cell.observed);
    room += highest - cell.observed;
  }
  return missing < needed || missing > room;
}

/**
 * The counts of one destination that are not evidence against it: within its tolerance or reach,
 * or with an exact two-sided p of at least `level`.
 */
export function innocentCounts(
  { share, tolerance }: Cell,
  total: number,
  level: number,
  reach: number,
): { lowest: number; highest: number } {
  const within = Math.max(tolerance, reach);
  // A share exactly at the tolerance must not be pushed over it by rounding.
  const slack = 1e-9;
  return {
    lowest: Math.min(
      Math.ceil(total * (share - within) - slack),
      total - binomialUpperQuantile(total, 1 - share, level / 2) + 1,
    ),
    highest: Math.max(
      Math.floor(total * (share + within) + slack),
      binomialUpperQuantile(total, share, level / 2) - 1,
    ),
  };
}

/** The allocations that give all missing answers to one destination, as completed counts. */
export function cornerCompletions(cells: readonly Cell[], missing: number): number[][] {
  const counts = countsOf(cells);
  return counts.map((_, i) => counts.map((x, j) => (i === j ? x + missing : x)));
}
