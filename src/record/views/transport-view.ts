import type { Counted } from '../../count/counted.js';
import type { RunRecord } from '../run-record.js';
import { sumByName } from './names.js';

/** What happened on the connections, of all calls together. */
export function transportView({ transport, connections, calls }: Counted): RunRecord['transport'] {
  const { resent, goaway, reconnects, rstStream, maxConcurrentStreams, tls } = transport;
  return {
    resent,
    goaway,
    reconnects,
    rstStream: Object.fromEntries(rstStream),
    maxConcurrentStreams,
    tls: tls[0] ?? null,
    connections: connections.map(({ remote, byCall }) => ({
      remote,
      observed: sumByName(
        byCall.map(({ observed }, call) => ({
          names: calls[call]?.destinations ?? [],
          counts: observed,
        })),
      ),
      missing: byCall.reduce((sum, { missing }) => sum + missing, 0),
    })),
  };
}
