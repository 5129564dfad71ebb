import type { ConnectionCallCounts } from './counted.js';

/**
 * Answers that were to come and did not, or came from no known destination.
 *
 * @param connections What one call saw on each connection.
 */
export function missingAnswers(connections: readonly ConnectionCallCounts[]): number {
  return connections.reduce((sum, { missing }) => sum + missing, 0);
}
