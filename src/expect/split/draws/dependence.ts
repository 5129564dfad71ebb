import { contingencyTest } from '../../../stats/contingency.js';
import { normalUpperTail } from '../../../stats/normal-distribution.js';
import { equalNeighbourMoments } from '../../../stats/runs.js';

/** How the answers fell on the connections. */
export interface ConnectionEvidence {
  /**
   * `calls`: each call makes several requests, and calls are what the draws may hang together in. Absent:
   * `connections`.
   */
  of?: RowKind;
  /** Rows of which nothing is known, where that matters: calls that gave no answer of a known destination. */
  silent?: number;
  /** One row per connection, one column per destination of the split's evidence, same order. */
  counts: readonly (readonly number[])[];
  /** Neighbouring answers (lag 1, same connection, send order) that could be compared, and how many had the same destination; null when they were not counted. */
  neighbours: { pairs: number; equal: number } | null;
  /**
   * The destinations are those of a service behind the one that the connections lead to, whose own
   * connections are not seen; or the client has connections to all of them, and chooses for each call. Counts may still differ by connection, and then draws are not independent;
   * but no connection stays with a destination.
   */
  leadElsewhere?: boolean;
}

/** What draws may hang together in. */
export type RowKind = 'connections' | 'calls';

/** What the connections say about the independence of the draws. */
export type Dependence =
  | ({ kind: 'independent' } & DependenceNumbers)
  /** Draws come in clusters: tested with the between-connection variance. */
  | ({ kind: 'clustered' } & DependenceNumbers)
  /** Every connection has its destination: connections are what is drawn. */
  | ({ kind: 'pinned' } & DependenceNumbers)
  /** One destination only: pinning and a wrong split look the same; connections are what is drawn. */
  | ({ kind: 'one-destination' } & DependenceNumbers);

interface DependenceNumbers {
  /** Connections with at least one answer. */
  connections: number;
  /** p-value of connection × destination homogeneity; null where there is nothing to compare. */
  homogeneityPValue: number | null;
  cramersV: number | null;
  /** How many standard deviations more equal neighbours there are than in random order; null when not counted. */
  neighbourZ: number | null;
  neighbourPValue: number | null;
  /** Whether there are more equal neighbours than chance allows. */
  alikeNeighbours: boolean;
  /** φ, by how much the variance is inflated: X²/df of homogeneity, at least 1. */
  inflation: number;
}

/** Homogeneity of rows with a p-value below it shows that draws come in clusters. */
export const HOMOGENEITY_LEVEL = 0.01;
/** So does an excess of equal neighbours with one below this. */
export const NEIGHBOUR_LEVEL = 0.001;
const PINNED_V = 0.9;

/**
 * Decides which draws the split's test may count as independent.
 *
 * @param evidence Counts by connection; columns of destinations without weight must be left out.
 * @param destinations Destinations with weight, k ≥ 2.
 * @returns The kind of dependence with its numbers.
 */
export function judgeDependence(evidence: ConnectionEvidence, destinations: number): Dependence {
  const rows = evidence.counts.filter((row) => row.some((count) => count > 0));
  const homogeneity = contingencyTest(rows);
  const neighbours = neighbourExcess(rows, evidence.neighbours);
  const freedom = (rows.length - 1) * (destinations - 1);
  const alikeNeighbours = (neighbours?.pValue ?? 1) < NEIGHBOUR_LEVEL;
  const numbers: DependenceNumbers = {
    connections: rows.length,
    homogeneityPValue: homogeneity?.pValue ?? null,
    cramersV: homogeneity?.cramersV ?? null,
    neighbourZ: neighbours?.z ?? null,
    neighbourPValue: neighbours?.pValue ?? null,
    alikeNeighbours,
    inflation: Math.max(1, (homogeneity?.statistic ?? 0) / Math.max(1, freedom)),
  };
  const seen = rows.reduce<boolean[]>(
    (any, row) => row.map((count, i) => count > 0 || (any[i] ?? false)),
    [],
  );
  const fires = (homogeneity?.pValue ?? 1) < HOMOGENEITY_LEVEL || alikeNeighbours;
  const byDraws = { kind: fires ? 'clustered' : 'independent', ...numbers } as const;
  if (evidence.leadElsewhere === true) return byDraws;
  if (seen.filter(Boolean).length === 1) return { kind: 'one-destination', ...numbers };
  const repeated = rows.some((row) => row.reduce((sum, count) => sum + count, 0) > 1);
  // Connections of one request each are "pinned" by their size alone.
  if (repeated && (numbers.cramersV ?? 0) > PINNED_V) return { kind: 'pinned', ...numbers };
  return byDraws;
}

/**
 * The pooled excess of equal neighbours over a random order within each connection. Where a
 * missing answer broke a pair the moments are scaled to the pairs there are.
 */
function neighbourExcess(
  rows: readonly (readonly number[])[],
  neighbours: ConnectionEvidence['neighbours'],
): { z: number; pValue: number } | null {
  if (neighbours === null) return null;
  let pairs = 0;
  let mean = 0;
  let variance = 0;
  for (const row of rows) {
    const moments = equalNeighbourMoments(row);
    pairs += moments.pairs;
    mean += moments.mean;
    variance += moments.variance;
  }
  if (pairs === 0 || variance === 0 || neighbours.pairs === 0) return null;
  const part = neighbours.pairs / pairs;
  const z = (neighbours.equal - mean * part) / Math.sqrt(variance * part);
  return { z, pValue: normalUpperTail(z) };
}

/**
 * How many connections of one request each tell a split from everything going to one place:
 * ⌈ln(α/2)/ln max p⌉.
 *
 * @param alpha Error level.
 * @param largestShare The largest expected share, 0 < max p < 1.
 */
export function connectionsToTell(alpha: number, largestShare: number): number {
  return Math.ceil(Math.log(alpha / 2) / Math.log(largestShare));
}
