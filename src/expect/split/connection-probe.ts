import { count } from '../../number-text.js';
import { connectionsToTell } from './draws/dependence.js';
import type { SplitDecision } from './verdict/split-verdict.js';

/** More would be a load of its own on a gateway: it is said that they are needed, and left to the user. */
const MOST_CONNECTIONS = 1000;

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

/** Why so many connections are not opened, in words; null when they are. */
export function refusalToProbe(needed: number): string | null {
  return needed <= MOST_CONNECTIONS
    ? null
    : `only one destination answered; ${count(needed)} connections of one request each would tell a wrong split from connections that stay with one destination, more than the ${count(MOST_CONNECTIONS)} that are opened without being asked: use --connections and -n`;
}
