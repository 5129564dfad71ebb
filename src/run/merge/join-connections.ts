import type { RunRecord } from '../../record/run-record.js';
import {
  type CallPart,
  compareTexts,
  type ConnectionCounts,
  joinCounts,
  type NamedRecord,
} from './named-record.js';

/** The connections of several runs. */
interface JoinedConnections {
  ofRun: RunRecord['transport']['connections'];
  /** By call, in the same order. */
  byCall: ConnectionCounts[][];
}

/**
 * Puts the connections of all runs together. They are the runs' own; their order means nothing, and
 * a fixed one makes joins equal.
 *
 * @param parts By call: its part of each record.
 */
export function joinConnections(
  records: readonly NamedRecord[],
  parts: readonly (readonly CallPart[])[],
): JoinedConnections {
  const rows = records
    .flatMap(({ record }, at) =>
      record.transport.connections.map(({ remote, ...counts }, connection) => ({
        ofRun: { remote, ...sorted(counts) },
        byCall: parts.map((ofCall) => sorted(ofCall[at]?.connections[connection] ?? NOTHING)),
      })),
    )
    .map((row) => ({ ...row, key: JSON.stringify(row) }))
    .sort((a, b) => compareTexts(a.key, b.key));
  return {
    ofRun: rows.map(({ ofRun }) => ofRun),
    byCall: parts.map((_, call) => rows.map(({ byCall }) => byCall[call] ?? NOTHING)),
  };
}

const NOTHING: ConnectionCounts = { observed: {}, missing: 0, pairs: 0, equalPairs: 0 };

/** With names in their order, so that equal counts are equal texts. */
function sorted({ observed, missing, pairs, equalPairs }: ConnectionCounts): ConnectionCounts {
  return { observed: joinCounts([observed]), missing, pairs, equalPairs };
}
