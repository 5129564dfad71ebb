import { binomialLowerTail, binomialUpperTail } from '../../../stats/binomial-distribution.js';
import { cornerCompletions, levelCompletion, someDestinationAlwaysDeviates } from './allocation.js';
import { type NamedCell, totalOf } from './cell.js';
import {
  clusteredPValue,
  clusteredReach,
  independentDraws,
  mayBePartlyPinned,
  type Clustering,
} from './clusters.js';
import type { ConnectionEvidence, Dependence, RowKind } from './dependence.js';
import { largestPValue, smallestPValue, type TestChoice } from './split-test.js';

/** What was drawn independently and is therefore counted. */
export type Units = 'requests' | RowKind;

/** What is taken as drawn, and how much more it varies than independent draws. */
export interface DrawModel {
  units: Units;
  /** Counts in those units. */
  cells: readonly NamedCell[];
  /** Units whose destination is unknown. */
  missing: number;
  /** What the connections show; null where nothing is known of them, or they are the units. */
  clusters: Clustering | null;
}

/**
 * The model that the dependence of the draws asks for: requests, alone or in clusters, or, where
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
  if (dependence === null || connections === null) {
    return { units: 'requests', cells, missing, clusters: null };
  }
  if (dependence.kind === 'independent' || dependence.kind === 'clustered') {
    const clusters = {
      fired: dependence.kind === 'clustered',
      alikeNeighbours: dependence.alikeNeighbours,
      inflation: dependence.inflation,
      connections: dependence.connections,
      of: connections.of ?? 'connections',
      rows: connections.counts,
    };
    return { units: 'requests', cells, missing, clusters };
  }
  const counted = cells.map((cell) => ({ ...cell, observed: 0 }));
  for (const row of connections.counts) {
    const most = Math.max(...row);
    const home = counted[row.indexOf(most)];
    if (most > 0 && home !== undefined) home.observed += 1;
  }
  // A connection's missing answers went where its others did.
  const { of: units = 'connections', silent = 0 } = connections;
  return { units, cells: counted, missing: silent, clusters: null };
}

/** The largest p-value over every allocation of the missing. */
export function worstPValue(model: DrawModel, choice: TestChoice): number {
  const { cells, missing, clusters } = model;
  const independent = largestPValue(cells, missing, choice);
  if (clusters?.fired !== true) return independent;
  // Clusters only ever weaken the evidence.
  return Math.max(
    independent,
    clusteredPValue(levelCompletion(cells, missing, 'smallest-chi-square'), cells, clusters),
  );
}

/** The smallest p-value over every allocation of the missing. */
export function bestPValue(model: DrawModel, choice: TestChoice): number {
  const { cells, missing, clusters } = model;
  if (clusters?.fired !== true) return smallestPValue(cells, missing, choice);
  const corners = cornerCompletions(cells, missing);
  return Math.min(...corners.map((corner) => clusteredPValue(corner, cells, clusters)));
}

/** Rule 3's second and third clause, for every allocation of the missing. */
export function alwaysDeviates({ cells, missing, clusters }: DrawModel, alpha: number): boolean {
  const level = cells.length === 2 ? alpha : alpha / cells.length;
  if (clusters?.fired !== true) return someDestinationAlwaysDeviates(cells, missing, level);
  if (clusters.connections < 2) return false;
  return someDestinationAlwaysDeviates(cells, missing, level, (share, total) =>
    clusteredReach(share, total, clusters, level),
  );
}

/** Whether rule 4 is met, and if not, what stands in the way. */
export type Equivalence =
  | 'shown'
  /** Not even independent draws would show it. */
  | 'open'
  /** The connections differ too much. */
  | 'clustered'
  /** Connections of one destination only may be pinned to it. */
  | 'partly-pinned';

/** Rule 4: every destination equivalent to its weight, the missing given to it in the worst way. */
export function equivalence(model: DrawModel, alpha: number): Equivalence {
  const { cells, missing, clusters } = model;
  const total = totalOf(cells) + missing;
  if (!passesWith(total, model, alpha)) return 'open';
  if (clusters === null) return 'shown';
  const draws = independentDraws(total, clusters, cells.length, alpha);
  if (draws < total && !passesWith(draws, model, alpha)) return 'clustered';
  return mayBePartlyPinned(cells, clusters, alpha) ? 'partly-pinned' : 'shown';
}

/** Exact binomial TOST of the shares seen, as if they came of that many draws. */
function passesWith(draws: number, { cells, missing }: DrawModel, alpha: number): boolean {
  const total = totalOf(cells) + missing;
  const part = draws / total;
  return cells.every(
    ({ share, tolerance, observed }) =>
      binomialUpperTail(Math.floor(observed * part), draws, share - tolerance) <= alpha &&
      binomialLowerTail(Math.ceil((observed + missing) * part), draws, share + tolerance) <= alpha,
  );
}
