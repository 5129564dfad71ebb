import { chiSquareLowerTail } from '../stats/chi-square-distribution.js';
import { contingencyTest } from '../stats/contingency.js';
import { normalUpperTail } from '../stats/normal-distribution.js';
import { equalNeighbourMoments } from '../stats/runs.js';

/** How the answers fell on the connections. */
export interface ConnectionEvidence {
  /** One row per connection, one column per destination of the split's evidence, same order. */
  counts: readonly (readonly number[])[];
  /** Neighbouring answers (lag 1, same connection, send order) that could be compared, and how many had the same destination; null when they were not counted. */
  neighbours: { pairs: number; equal: number } | null;
}

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
  /** Connections of two answers and more that all went to one destination, and how many of them chance explains. */
  pureConnections: { seen: number; expected: number; pValue: number };
  /**
   * φ, by how much the variance is inflated: X²/df of homogeneity, or what the excess of pure
   * connections implies if that is more; at least 1.
   */
  inflation: number;
}

const HOMOGENEITY_LEVEL = 0.01;
const NEIGHBOUR_LEVEL = 0.001;
const PURITY_LEVEL = 0.01;
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
  const pure = pureConnections(rows);
  const numbers: DependenceNumbers = {
    connections: rows.length,
    homogeneityPValue: homogeneity?.pValue ?? null,
    cramersV: homogeneity?.cramersV ?? null,
    neighbourZ: neighbours?.z ?? null,
    neighbourPValue: neighbours?.pValue ?? null,
    pureConnections: { seen: pure.seen, expected: pure.expected, pValue: pure.pValue },
    inflation: Math.max(1, pure.inflation, (homogeneity?.statistic ?? 0) / Math.max(1, freedom)),
  };
  const seen = rows.reduce<boolean[]>(
    (any, row) => row.map((count, i) => count > 0 || (any[i] ?? false)),
    [],
  );
  if (seen.filter(Boolean).length === 1) return { kind: 'one-destination', ...numbers };
  const repeated = rows.some((row) => row.reduce((sum, count) => sum + count, 0) > 1);
  // Connections of one request each are "pinned" by their size alone.
  if (repeated && (numbers.cramersV ?? 0) > PINNED_V) return { kind: 'pinned', ...numbers };
  const fires =
    (homogeneity?.pValue ?? 1) < HOMOGENEITY_LEVEL ||
    (neighbours?.pValue ?? 1) < NEIGHBOUR_LEVEL ||
    pure.pValue < PURITY_LEVEL;
  return { kind: fires ? 'clustered' : 'independent', ...numbers };
}

/**
 * Connections that are pinned while others are not hide from the homogeneity test when they are
 * pinned to the large destination, and the variance seen between connections is then too small:
 * had one of them gone to the small one, the split would look quite different. Their number shows
 * them all the same. Chance makes a connection of m answers pure with Σ s_i^m; the number of pure ones is then
 * about Poisson, and the excess ρ of them inflates the variance by 1 + (m − 1)·ρ.
 */
function pureConnections(rows: readonly (readonly number[])[]): {
  seen: number;
  expected: number;
  pValue: number;
  inflation: number;
} {
  const totals = rows[0]?.map((_, i) => rows.reduce((sum, row) => sum + (row[i] ?? 0), 0)) ?? [];
  const total = totals.reduce((sum, count) => sum + count, 0);
  let seen = 0;
  let expected = 0;
  let candidates = 0;
  let squares = 0;
  for (const row of rows) {
    const size = row.reduce((sum, count) => sum + count, 0);
    squares += size * size;
    if (size < 2) continue;
    candidates += 1;
    if (Math.max(...row) === size) seen += 1;
    expected += totals.reduce((sum, count) => sum + (count / total) ** size, 0);
  }
  if (seen === 0) return { seen, expected, pValue: 1, inflation: 1 };
  // P(Poisson(λ) ≥ k) = P(χ²(2k) ≤ 2λ).
  const pValue = chiSquareLowerTail(2 * expected, 2 * seen);
  const excess = Math.max(0, (seen - expected) / Math.max(1, candidates - expected));
  return { seen, expected, pValue, inflation: 1 + (squares / total - 1) * excess };
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
  if (pairs === 0 || variance === 0) return null;
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
