import type { CallCounts, Counted, UnsentCause } from '../../count/counted.js';
import { summarize } from '../../count/latency-summary.js';
import { sumOfHistograms } from '../../count/histogram.js';
import { requestsPerSecondOf } from '../../expect/thresholds/judge-thresholds.js';
import type { Asked } from '../asked.js';
import type { RunRecord } from '../run-record.js';

/** How much load it was, what became of it, and how the client fared. */
export function loadView({ load }: Asked, counted: Counted): RunRecord['load'] {
  const { calls, members, deaths, excluded, cpuMicros, transport } = counted;
  const sum = (numberOf: (call: CallCounts) => number): number =>
    calls.reduce((total, call) => total + numberOf(call), 0);
  const sent = sum((call) => call.sent);
  const unsent = unsentByCause(calls);
  const slips = calls.map(({ scheduleSlip }) => scheduleSlip);
  const { p50, p99, max } = summarize(sumOfHistograms(slips));
  return {
    loop: load.loop,
    engine: [...new Set(members.map(({ engine }) => engine))].sort().join('+'),
    connections: counted.connections.length,
    concurrency: members.reduce((total, { concurrency }) => total + concurrency, 0),
    workers: members.length + deaths.length,
    requestsPerSecondAsked: load.requestsPerSecond,
    excluded,
    due: sum((call) => call.due),
    unsent: Object.values(unsent).reduce((total, count) => total + count, 0),
    unsentByCause: unsent,
    sent,
    ok: sum(({ ends }) => ends.ok),
    failed: sum(({ ends }) => ends.failed),
    timedOut: sum(({ ends }) => ends.timedOut),
    cancelled: sum(({ ends }) => ends.cancelled),
    requestsPerSecond: requestsPerSecondOf(counted),
    cpuMicrosPerRequest: sent === 0 ? null : cpuMicros / sent,
    scheduleSlipMs: { p50, p99, max },
    streamWaits: { ...transport.streamWaits },
    threads: members.map(({ utilisation, lagP99Ms, lagMaxMs, latenessP99Ms }) => {
      return { utilisation, lagP99Ms, lagMaxMs, latenessP99Ms };
    }),
  };
}

function unsentByCause(calls: readonly CallCounts[]): Partial<Record<UnsentCause, number>> {
  const sums: Partial<Record<UnsentCause, number>> = {};
  for (const { unsent } of calls) {
    for (const [cause, count] of unsent) {
      if (count > 0) sums[cause] = (sums[cause] ?? 0) + count;
    }
  }
  return sums;
}
