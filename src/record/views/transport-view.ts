import type { Counted } from '../../count/counted.js';
import { daysLeft, soonestToEnd, type TlsDetails } from '../../count/tls-details.js';
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
    tls: shown(soonestToEnd(tls)),
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

function shown(details: TlsDetails | undefined): RunRecord['transport']['tls'] {
  if (details === undefined) return null;
  const { certificate } = details;
  return {
    ...details,
    certificate: certificate === null ? null : { ...certificate, daysLeft: daysLeft(details) },
  };
}
