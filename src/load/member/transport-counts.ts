import type { TransportCounts } from '../../count/counted.js';
import type { Phase } from '../phase/phase.js';
import type { Connection } from '../transport/transport.js';

/** What happened below a member's calls, its connections together. */
export function transportCounts(
  connections: readonly Connection[],
  { resent, waits }: Phase,
): TransportCounts {
  const total: TransportCounts = {
    resent,
    goaway: 0,
    reconnects: 0,
    rstStream: new Map(),
    broken: new Map(),
    maxConcurrentStreams: null,
    streamWaits: { count: waits.forStream, totalMs: waits.forStreamMs },
    tls: [],
  };
  const shortages = new Map<string, number>();
  for (const connection of connections) {
    const ledger = connection.ledger();
    total.goaway += ledger.goaway;
    total.reconnects += ledger.reconnects;
    for (const [name, count] of Object.entries(ledger.rstStream)) {
      total.rstStream.set(name, (total.rstStream.get(name) ?? 0) + count);
    }
    if (ledger.shortage !== undefined) {
      shortages.set(ledger.shortage, (shortages.get(ledger.shortage) ?? 0) + 1);
    }
    for (const [by, count] of ledger.broken) {
      total.broken.set(by, (total.broken.get(by) ?? 0) + count);
    }
    if (ledger.maxConcurrentStreams !== null) {
      total.maxConcurrentStreams = Math.min(
        total.maxConcurrentStreams ?? Infinity,
        ledger.maxConcurrentStreams,
      );
    }
  }
  return shortages.size === 0 ? total : { ...total, shortages };
}
