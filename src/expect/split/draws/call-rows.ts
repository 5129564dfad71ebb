import { contingencyTest } from '../../../stats/contingency.js';
import type { BlockEvidence } from './blocks-in-time.js';
import { type ConnectionEvidence, type Dependence, HOMOGENEITY_LEVEL } from './dependence.js';

/** Calls that gave equally many answers of each destination. */
interface EqualCalls {
  /** By destination. */
  observed: readonly number[];
  calls: number;
}

/**
 * What the draws of calls hang together in whose requests an application makes: in the calls, for it may open a
 * connection for each. Its connections are not those of this client; but which of its replicas is asked is for
 * those to say, so that where they differ by more than the calls explain, they are what is looked at.
 *
 * @param calls With columns as the split's evidence.
 * @param connections Counts by this client's connections, likewise.
 */
export function callRows(
  calls: readonly EqualCalls[],
  connections: readonly (readonly number[])[],
): ConnectionEvidence {
  const known = calls.filter(({ observed }) => observed.some((count) => count > 0));
  const rows = known.flatMap(({ observed, calls: some }) =>
    Array.from({ length: some }, () => observed),
  );
  const silent = calls.reduce((sum, one) => sum + (known.includes(one) ? 0 : one.calls), 0);
  const scaled = deflated(connections, inflationOf(rows));
  const isByConnection = (contingencyTest(scaled)?.pValue ?? 1) < HOMOGENEITY_LEVEL;
  return isByConnection
    ? { counts: connections, neighbours: null, leadElsewhere: true }
    : { of: 'calls', counts: rows, neighbours: null, silent };
}

/**
 * Blocks in send order in the units of the draws: where all requests of a call stay with one destination, calls
 * are drawn, and a block has so many of them.
 */
export function blocksOfCalls(
  blocks: BlockEvidence | undefined,
  connections: ConnectionEvidence | null,
  dependence: Dependence | null,
): BlockEvidence | undefined {
  if (blocks === undefined || connections?.of !== 'calls' || dependence?.kind !== 'pinned') {
    return blocks;
  }
  return { ...blocks, runs: blocks.runs.map((run) => deflated(run, dependence.inflation)) };
}

/** By how much calls vary more than independent draws, X²/df; 1 where chance explains it. */
function inflationOf(rows: readonly (readonly number[])[]): number {
  const test = contingencyTest(rows);
  if (test === null || test.pValue >= HOMOGENEITY_LEVEL) return 1;
  return Math.max(1, test.statistic / Math.max(1, test.df));
}

/** Rows as if each of so many draws had been one. */
function deflated(rows: readonly (readonly number[])[], inflation: number): number[][] {
  return rows.map((row) => row.map((count) => Math.round(count / inflation)));
}
