import type { Tally } from '../count/tally.js';
import type { SplitDecision } from '../expect/split/decide.js';
import { connectionsToTell } from '../expect/split/dependence.js';

/** Connections that are opened at the same time. */
const BATCH = 64;
/** More would be a load of its own on a gateway: it is said that they are needed, and left to the user. */
const MOST_CONNECTIONS = 1000;
/** After this no further batch is begun, in ms. */
const LIMIT_MS = 60_000;

/** Answers of connections of one request each, which are no part of the sample. */
export interface ConnectionProbe {
  /** Connections that were opened for one request each: the requests that were sent. */
  connections: number;
  /** Answers by destination, as the attribution has them. */
  observed: number[];
  /** Requests without an answer of a known destination. */
  missing: number;
}

/**
 * How many connections of one request each are needed to tell a wrong split from connections that
 * stay with one destination, where one destination gave all answers over fewer connections than that.
 *
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
    : `only one destination answered; ${needed} connections of one request each would tell a wrong split from connections that stay with one destination, more than the ${MOST_CONNECTIONS} that are opened without being asked: use --connections and -n`;
}

/**
 * Opens connections of one request each, some at a time, after the sample.
 *
 * @param needed How many.
 * @param load Sends one batch on connections of its own; null where it came to nothing.
 * @param signal Ends it before the next batch.
 */
export async function probeConnections(
  needed: number,
  load: (requests: number) => Promise<Tally | null>,
  signal: AbortSignal,
): Promise<ConnectionProbe> {
  const startMs = performance.now();
  const probe: ConnectionProbe = { connections: 0, observed: [], missing: 0 };
  while (probe.connections < needed && !signal.aborted && performance.now() - startMs < LIMIT_MS) {
    const size = Math.min(BATCH, needed - probe.connections);
    const tally = await load(size);
    // A batch that could send nothing says that the next could not either.
    if (tally === null || tally.sent === 0) break;
    probe.connections += tally.sent;
    tally.observed.forEach((count, i) => (probe.observed[i] = (probe.observed[i] ?? 0) + count));
    probe.missing += tally.sent - tally.observed.reduce((sum, count) => sum + count, 0);
  }
  return probe;
}
