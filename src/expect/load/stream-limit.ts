import type { Finding } from '../../finding.js';
import { count, counted } from '../../number-text.js';
import { found } from '../found.js';

/** Who waited because the peer allows only so many streams on a connection. */
export interface StreamLimitEvidence {
  /** Requests that waited for a stream. */
  waited: number;
  /** How long they did in all, in ms. */
  waitedMs: number;
  sent: number;
  connections: number;
  concurrency: number;
  /** The least that any connection allows; null when none sets a limit. */
  maxConcurrentStreams: number | null;
}

/** Requests queued on this side, where no server sees them: their latency is not the server's. */
export function streamLimit(evidence: StreamLimitEvidence): Finding | null {
  const { waited, waitedMs, sent, connections, concurrency, maxConcurrentStreams } = evidence;
  if (waited === 0 || maxConcurrentStreams === null) return null;
  const needed = Math.ceil(concurrency / Math.max(1, maxConcurrentStreams));
  const advice =
    needed > connections
      ? `Use at least ${counted(needed, 'connection')} (--connections) for ${counted(concurrency, 'request')} in flight, or fewer in flight.`
      : 'Spread the load over more connections (--connections), or keep fewer requests in flight.';
  return found('load', {
    code: 'stream-limit',
    severity: 'warning',
    summary: 'Requests had to wait on the client: the peer allows too few streams on a connection.',
    evidence: `${count(waited)} of ${counted(sent, 'request')} waited ${(waitedMs / waited).toFixed(1)} ms on average; SETTINGS_MAX_CONCURRENT_STREAMS is ${maxConcurrentStreams}, with ${counted(connections, 'connection')}`,
    advice,
  });
}
