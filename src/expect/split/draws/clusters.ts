import { binomialUpperQuantile } from '../../../stats/binomial-quantile.js';
import { chiSquareUpperTail } from '../../../stats/chi-square-distribution.js';
import { chiSquareQuantile } from '../../../stats/chi-square-power.js';
import { fUpperTail } from '../../../stats/f-distribution.js';
import { leaningRatio } from '../../../stats/leaning-shares.js';
import { normalQuantile } from '../../../stats/normal-distribution.js';
import { partlyPinnedRatio } from '../../../stats/partly-pinned.js';
import { tQuantile } from '../../../stats/t-distribution.js';
import { type Cell, totalOf } from './cell.js';
import type { RowKind } from './dependence.js';

/** What the connections show of draws that are not pinned altogether. */
export interface Clustering {
  /** Whether the gate fired: the draws are visibly clustered. */
  fired: boolean;
  /** Whether neighbours on a connection are alike more often than chance allows. */
  alikeNeighbours: boolean;
  /** φ ≥ 1, by how much the variance between connections exceeds that of independent draws. */
  inflation: number;
  /** Connections with answers, C. */
  connections: number;
  /** What the rows are of; connections unless told. */
  of?: RowKind;
  /** Answers by connection, columns as the split's destinations with weight. */
  rows: readonly (readonly number[])[];
}

/**
 * F = X²/((k−1)·φ) against F(k−1, (C−1)(k−1)): the goodness of fit with the variance between
 * connections in the place of the multinomial one. Source: Rao and Scott (1981), first-order correction.
 */
export function clusteredPValue(
  counts: readonly number[],
  cells: readonly Cell[],
  { inflation, connections }: Clustering,
): number {
  if (connections < 2) return 1;
  const total = counts.reduce((sum, count) => sum + count, 0);
  const statistic = cells.reduce((sum, { share }, i) => {
    const expected = total * share;
    return sum + ((counts[i] ?? 0) - expected) ** 2 / expected;
  }, 0);
  const df = cells.length - 1;
  return fUpperTail(statistic / (df * inflation), df, (connections - 1) * df);
}

/**
 * How far from p a share of so many clustered answers must be to be evidence at `level`: half the
 * t-interval, and what an exact test of total/φ draws asks for. With few clusters and a small p the
 * t-interval is too short on the side where nothing was seen.
 */
export function clusteredReach(
  p: number,
  total: number,
  { inflation, connections }: Clustering,
  level: number,
): number {
  const t = tQuantile(level / 2, connections - 1);
  const n = Math.max(1, Math.floor(total / inflation));
  const above = (binomialUpperQuantile(n, p, level / 2) - 1) / n - p;
  const below = (binomialUpperQuantile(n, 1 - p, level / 2) - 1) / n - (1 - p);
  return Math.max(t * Math.sqrt((inflation * p * (1 - p)) / total), above, below);
}

/** φ up to the level that chance reaches in 8 % of the healthy runs leaves a pass as it is. */
const EXPECTED_BY_CHANCE = 0.08;

/**
 * How many independent draws the answers are worth for a pass.
 *
 * A pass of clustered draws needs t·√φ standard deviations where independent ones need z. But the φ
 * of a healthy run that chance put beyond a gate overstates, and the φ of a clustered one that
 * chance kept below understates: a step at the gate takes passes from the first and gives
 * them to the second. So the bound grows with φ from where chance ends, z·φ/φ₀ with φ₀ the 92 %
 * quantile of X²/df, until it reaches t·√φ. No rule of φ and the shares does much better: one that
 * lets 0.4 % of the splits off by the tolerance pass with 32 connections, whatever their φ, takes at
 * least 0.13 % of the right ones; this one takes 0.2 to 0.3 %. Alike neighbours, which chance almost
 * never gives, ask for t·√φ at once.
 *
 * @param total Answers.
 * @param clusters What the connections show.
 * @param destinations Destinations with weight, k.
 * @param alpha Level of the pass.
 * @returns A whole number from 1 to `total`, total/(b/z)² for a bound of b standard deviations; 1 where connections cannot show φ.
 */
export function independentDraws(
  total: number,
  { alikeNeighbours, inflation, connections }: Clustering,
  destinations: number,
  alpha: number,
): number {
  if (connections < 2) return alikeNeighbours ? 1 : total;
  const freedom = (connections - 1) * (destinations - 1);
  const chance = chiSquareQuantile(EXPECTED_BY_CHANCE, freedom) / freedom;
  if (inflation <= chance && !alikeNeighbours) return total;
  const t = tQuantile(alpha, connections - 1) / normalQuantile(alpha);
  const full = t * t * inflation;
  const worth = alikeNeighbours ? full : Math.min(full, (inflation / chance) ** 2);
  return Math.max(1, Math.floor(total / worth));
}

/**
 * Where a part of the connections is pinned, a split off by the tolerance passes this many times
 * alpha at most (less where connections have many requests). At alpha itself an exactly right 90/10
 * over 64 connections would pass less often by 3 points, at this level by 0.8.
 */
const PARTLY_PINNED_FACTOR = 4;

/**
 * Whether a split off by the tolerance could look like this because some connections of one
 * destination only are pinned to it. Connections pinned to the largest destination hide from the
 * homogeneity test among those which chance sent there, and the variance seen is then too small: had
 * one of them gone to a small one, the split would look quite different.
 */
export function mayBePartlyPinned(
  cells: readonly Cell[],
  { rows }: Clustering,
  alpha: number,
): boolean {
  const z = normalQuantile(Math.min(0.5, PARTLY_PINNED_FACTOR * alpha));
  return sidesOf(cells).some(({ share, tolerance }, i) => {
    const groups = trialsOf(rows, i);
    return [share - tolerance, share + tolerance].some(
      (limit) => partlyPinnedRatio(groups, limit) < z * z,
    );
  });
}

/** Fewer connections agree by chance too easily: they leave the test of independent draws as it is. */
const LEAST_CONNECTIONS = 4;

/**
 * The p-value of the weights if connections may have shares of their own around them (beta-binomial),
 * or if a part of them may be pinned, whichever explains the counts better. Failing needs it besides: few
 * connections, or small shares, can be far from the weights without showing that they are
 * clustered. It is that of the destination which is furthest off, times their number (Bonferroni).
 *
 * @param cells The destinations with weight.
 * @param clusters What the connections show.
 * @returns 0 where there are too few connections to tell.
 */
export function leaningPValue(cells: readonly Cell[], { connections, rows }: Clustering): number {
  if (connections < LEAST_CONNECTIONS) return 0;
  const total = totalOf(cells);
  const distances = cells.map(
    ({ share, observed }) => (observed - total * share) ** 2 / (share * (1 - share)),
  );
  const furthest = distances.indexOf(Math.max(...distances));
  const share = cells[furthest]?.share ?? 0;
  const groups = trialsOf(rows, furthest);
  const ratio = Math.min(leaningRatio(groups, share), partlyPinnedRatio(groups, share));
  return Math.min(1, (cells.length === 2 ? 1 : cells.length) * chiSquareUpperTail(ratio, 1));
}

/** With two destinations the second is the first from the other side. */
function sidesOf(cells: readonly Cell[]): readonly Cell[] {
  return cells.length === 2 ? cells.slice(0, 1) : cells;
}

function trialsOf(
  rows: readonly (readonly number[])[],
  column: number,
): { hits: number; trials: number }[] {
  return rows.flatMap((row) => {
    const trials = row.reduce((sum, count) => sum + count, 0);
    return trials > 0 ? [{ hits: row[column] ?? 0, trials }] : [];
  });
}
