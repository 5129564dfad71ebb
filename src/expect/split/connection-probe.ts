import { connectionsToTell } from './draws/dependence.js';
import type { SplitDecision } from './verdict/split-verdict.js';

/**
 * How many connections of one request each are needed to tell a wrong split from connections that
 * stay with one destination, where one destination gave all answers over fewer connections than that.
 *
 * @param decision On the sample, before anything was asked of such connections.
 * @returns 0 where the verdict does not depend on it.
 */
export function probesNeeded(decision: SplitDecision, alpha: number): number {
  const { dependence, destinations, verdict } = decision;
  if (dependence?.kind !== 'one-destination' || verdict === 'fail') return 0;
  const largest = Math.max(...destinations.map(({ expectedShare }) => expectedShare));
  const needed = connectionsToTell(alpha, largest);
  return dependence.connections < needed ? needed : 0;
}
