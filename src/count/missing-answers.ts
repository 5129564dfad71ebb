import type { CallCounts, ConnectionCallCounts } from './counted.js';

/**
 * Answers that were to come and did not, or came from no known destination. Where a log says who gave
 * them, it may not say on which connection: there they stay missing.
 *
 * @param connections What one call saw on each connection.
 */
export function missingAnswers(
  { observed, sent, log }: Pick<CallCounts, 'observed' | 'sent' | 'log'>,
  connections: readonly ConnectionCallCounts[],
): number {
  const known = observed.reduce((sum, count) => sum + count, 0);
  // Requests of others are lines, of one answer each; over which connections they came, not every log says.
  if (log?.watched !== undefined) return sent - known;
  const missing = connections.reduce((sum, connection) => sum + connection.missing, 0);
  return missing + onConnections(connections) - known;
}

function onConnections(connections: readonly ConnectionCallCounts[]): number {
  return connections.reduce(
    (sum, { observed }) => sum + observed.reduce((all, count) => all + count, 0),
    0,
  );
}

/**
 * How many of the missing answers this side gave up. A call that was given up may have been answered in
 * part.
 *
 * @param missing All missing answers of the call.
 * @param observationsPerCall Answers that a call gives when all goes well.
 */
export function answersGivenUp(
  { ends, unattributed }: Pick<CallCounts, 'ends' | 'unattributed'>,
  missing: number,
  observationsPerCall: number,
): number {
  return Math.max(0, Math.min(ends.cancelled * observationsPerCall, missing - unattributed));
}
