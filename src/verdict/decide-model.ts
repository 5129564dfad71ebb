import { binomialLowerTail, binomialUpperTail } from '../stats/binomial-distribution.js';
import { binomialUpperQuantile } from '../stats/binomial-quantile.js';
import { fUpperTail } from '../stats/f-distribution.js';
import { tQuantile } from '../stats/t-distribution.js';
import { levelCompletion, someDestinationAlwaysDeviates, type Cell } from './decide-allocation.js';
import type { NamedCell } from './decide-evidence.js';
import type { Units } from './decide-reasons.js';
import { largestPValue, smallestPValue, type TestChoice } from './decide-test.js';
import type { ConnectionEvidence, Dependence } from './dependence.js';

/** What is taken as drawn, and how much more it varies than independent draws. */
export interface DrawModel {
  units: Units;
  /** Counts in those units. */
  cells: readonly NamedCell[];
  /** Units whose destination is unknown. */
  missing: number;
  /** Null for independent draws. */
  clusters: { inflation: number; connections: number } | null;
}

/**
 * The model that the dependence of the draws asks for: requests, requests in clusters, or, where
 * connections stay with one destination, connections, each counted for the destination it went to most.
 *
 * @param cells Counts of requests by destination with weight.
 * @param missing Requests whose destination is unknown.
 * @param dependence What the connections say, or null where nothing is known of them.
 * @param connections Counts by connection, columns as `cells`.
 */
export function drawModel(
  cells: readonly NamedCell[],
  missing: number,
  dependence: Dependence | null,
  connections: ConnectionEvidence | null,
): DrawModel {
  if (dependence === null || connections === null || dependence.kind === 'independent') {
    return { units: 'requests', cells, missing, clusters: null };
  }
  if (dependence.kind === 'clustered') {
    const { inflation, connections: count } = dependence;
    return { units: 'requests', cells, missing, clusters: { inflation, connections: count } };
  }
  const counted = cells.map((cell) => ({ ...cell, observed: 0 }));
  for (const row of connections.counts) {
    const most = Math.max(...row);
    const home = counted[row.indexOf(most)];
    if (most > 0 && home !== undefined) home.observed += 1;
  }
  // A connection's missing answers went where its others did.
  return { units: 'connections', cells: counted, missing: 0, clusters: null };
}

/** The largest p-value over every allocation of the missing. */
export function worstPValue(model: DrawModel, choice: TestChoice): number {
  const { cells, missing, clusters } = model;
  const independent = largestPValue(cells, missing, choice);
  if (clusters === null) return independent;
  // Clusters only ever weaken the evidence.
  return Math.max(
    independent,
    clusteredPValue(levelCompletion(cells, missing, 'smallest-chi-square'), cells, clusters),
  );
}

/** The smallest p-value over every allocation of the missing. */
export function bestPValue(model: DrawModel, choice: TestChoice): number {
  const { cells, missing, clusters } = model;
  if (clusters === null) return smallestPValue(cells, missing, choice);
  const counts = cells.map((cell) => cell.observed);
  const corners = cells.map((_, i) => counts.map((x, j) => (i === j ? x + missing : x)));
  return Math.min(...corners.map((corner) => clusteredPValue(corner, cells, clusters)));
}

/**
 * F = X²/((k−1)·φ) against F(k−1, (C−1)(k−1)): the goodness of fit with the variance between
 * connections in the place of the multinomial one. Source: Rao and Scott (1981), first-order correction.
 */
function clusteredPValue(
  counts: readonly number[],
  cells: readonly Cell[],
  { inflation, connections }: { inflation: number; connections: number },
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

/** Rule 3's second and third clause, for every allocation of the missing. */
export function alwaysDeviates({ cells, missing, clusters }: DrawModel, alpha: number): boolean {
  const level = cells.length === 2 ? alpha : alpha / cells.length;
  if (clusters === null) return someDestinationAlwaysDeviates(cells, missing, level);
  const { inflation, connections } = clusters;
  if (connections < 2) return false;
  const t = tQuantile(level / 2, connections - 1);
  return someDestinationAlwaysDeviates(cells, missing, level, (share, total) => {
    const normal = t * Math.sqrt((inflation * share * (1 - share)) / total);
    return Math.max(normal, exactReach(share, total / inflation, level / 2));
  });
}

/**
 * How far from p a share of so many independent draws must be to be that rare in an exact test. With
 * few clusters and a small p the t-interval is too short on the side where nothing was seen.
 */
function exactReach(p: number, draws: number, tail: number): number {
  const n = Math.max(1, Math.floor(draws));
  const above = (binomialUpperQuantile(n, p, tail) - 1) / n - p;
  const below = (binomialUpperQuantile(n, 1 - p, tail) - 1) / n - (1 - p);
  return Math.max(above, below);
}

/** Rule 4: every destination equivalent to its weight, the missing given to it in the worst way. */
export function isEquivalent({ cells, missing, clusters }: DrawModel, alpha: number): boolean {
  const total = missing + cells.reduce((sum, cell) => sum + cell.observed, 0);
  const exact = cells.every(
    ({ share, tolerance, observed }) =>
      binomialUpperTail(observed, total, share - tolerance) <= alpha &&
      binomialLowerTail(observed + missing, total, share + tolerance) <= alpha,
  );
  if (clusters === null || !exact) return exact;
  const { inflation, connections } = clusters;
  if (connections < 2) return false;
  const t = tQuantile(alpha, connections - 1);
  const bound = (share: number): number => t * Math.sqrt((inflation * share * (1 - share)) / total);
  const draws = Math.max(1, Math.floor(total / inflation));
  return cells.every(({ share: p, tolerance, observed }) => {
    const low = observed / total;
    const high = (observed + missing) / total;
    return (
      p - low + bound(low) <= tolerance &&
      high - p + bound(high) <= tolerance &&
      binomialUpperTail(Math.floor(low * draws), draws, p - tolerance) <= alpha &&
      binomialLowerTail(Math.ceil(high * draws), draws, p + tolerance) <= alpha
    );
  });
}
