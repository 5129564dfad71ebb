import type { Tally } from '../count/tally.js';

/** Connections that are opened at the same time. */
const BATCH = 64;
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
