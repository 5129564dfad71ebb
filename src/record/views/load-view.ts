import type { CallCounts, Counted } from '../../count/counted.js';
import { summarize } from '../../count/latency-summary.js';
import { sumOfHistograms } from '../../count/histogram.js';
import { requestsPerSecondOf } from '../../expect/thresholds/judge-thresholds.js';
import { unsentByCause } from '../../expect/unsent.js';
import type { Asked } from '../asked.js';
import type { RunRecord } from '../run-record.js';

/** How much load it was, what became of it, and how the client fared. */
export function loadView({ load, passive }: Asked, counted: Counted): RunRecord['load'] {
  const { calls, members, deaths, excluded, cpuMicros, transport } = counted;
  const sum = (numberOf: (call: CallCounts) => number): number =>
    calls.reduce((total, call) => total + numberOf(call), 0);
  const sent = sum((call) => call.sent);
  const unsent = [...unsentByCause(calls)].filter(([, count]) => count > 0);
  const slips = calls.map(({ scheduleSlip }) => scheduleSlip);
  const { p50, p99, max } = summarize(sumOfHistograms(slips));
  return {
    loop: load.loop,
    engine: [...new Set(members.map(({ engine }) => engine))].sort().join('+'),
    connections: counted.connections.length,
    concurrency: members.reduce((total, { concurrency }) => total + concurrency, 0),
    workers: members.length + deaths.length,
    requestsPerSecondAsked: load.requestsPerSecond,
    atMostPerSecond: load.atMostPerSecond,
    excluded,
    due: sum((call) => call.due),
    unsent: unsent.reduce((total, [, count]) => total + count, 0),
    unsentByCause: Object.fromEntries(unsent),
    sent,
    ok: sum(({ ends }) => ends.ok),
    failed: sum(({ ends }) => ends.failed),
    timedOut: sum(({ ends }) => ends.timedOut),
    cancelled: sum(({ ends }) => ends.cancelled),
    requestsPerSecond: requestsPerSecondOf(counted),
    // What others send costs this side nothing.
    cpuMicrosPerRequest: sent === 0 || passive !== undefined ? null : cpuMicros / sent,
    scheduleSlipMs: { p50, p99, max },
    streamWaits: { ...transport.streamWaits },
    threads: members.map(({ utilisation, lagP99Ms, lagMaxMs, latenessP99Ms }) => {
      return { utilisation, lagP99Ms, lagMaxMs, latenessP99Ms };
    }),
  };
}
