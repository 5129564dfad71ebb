import type { CallCounts, ConnectionCallCounts } from './counted.js';

/**
 * Answers that were to come and did not, or came from no known destination.
 *
 * @param connections What one call saw on each connection.
 */
export function missingAnswers(connections: readonly ConnectionCallCounts[]): number {
  return connections.reduce((sum, { missing }) => sum + missing, 0);
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
