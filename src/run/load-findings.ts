import type { LoadResult } from '../load/run-load.js';
import { clientBottleneck } from '../expect/split/findings/client-bottleneck.js';
import { count, type Finding } from '../expect/split/findings/finding.js';
import { loadCutShort } from '../expect/split/findings/load-cut-short.js';
import { rateNotReached } from '../expect/split/findings/rate-not-reached.js';
import { streamLimit } from '../expect/split/findings/stream-limit.js';
import type { Measurement } from './measure.js';

/**
 * What stands out in how the load itself went, whoever answered.
 *
 * @param isSpeedAsked Whether latency or throughput is what the run is about; a fixed rate always is.
 */
export function loadFindings(
  { loadPlan: plan, load, totals }: Omit<Measurement, 'calls'>,
  isSpeedAsked: boolean,
): Finding[] {
  if (load === null) return [];
  const { waits, durationMs, sendingMs } = load;
  const { sent } = totals;
  const limits = load.ledgers.flatMap((ledger) => ledger?.maxConcurrentStreams ?? []);
  const fewestStreams = limits.length === 0 ? null : Math.min(...limits);
  const isOpen = plan.requestsPerSecond !== null;
  const found = [
    clientBottleneck({
      durationMs,
      threads: load.health,
      isSpeedAsked: isSpeedAsked || isOpen,
    }),
    streamLimit({
      waited: waits.forStream,
      waitedMs: waits.forStreamMs,
      sent,
      connections: plan.connections,
      concurrency: plan.concurrency,
      maxConcurrentStreams: fewestStreams,
    }),
    rateNotReached(
      plan.requestsPerSecond,
      sendingMs > 0 ? (sent / sendingMs) * 1000 : null,
      plan.concurrency,
      sendingMs,
    ),
    loadCutShort({
      sent,
      planned: plan.requests,
      isGivenUp: load.end === 'nobody answered',
      maxConcurrentStreams: fewestStreams,
    }),
    workersDied(load),
  ];
  return found.filter((finding) => finding !== null);
}

/** Codes of what {@link loadFindings} finds. */
const CODES = [
  'client-bottleneck',
  'stream-limit',
  'rate-not-reached',
  'load-cut-short',
  'worker-died',
];

/** Whether a finding, perhaps of a saved run, is about the load itself. */
export function isLoadFinding({ code }: { code: string }): boolean {
  return CODES.includes(code);
}

function workersDied({ deaths, health }: LoadResult): Finding | null {
  const [first] = deaths;
  if (first === undefined) return null;
  const sent = deaths.reduce((sum, death) => sum + death.sent, 0);
  return {
    code: 'worker-died',
    severity: 'error',
    summary: `${deaths.length} of ${deaths.length + health.length} threads died; what they had measured is lost.`,
    evidence: `${first.why}; the ${count(sent)} requests they had sent count as cancelled`,
    advice:
      'What the others measured is shown. Run again; with --workers 1 the error is shown in full.',
  };
}
