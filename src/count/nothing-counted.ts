import type { CallCounts, Counted } from './counted.js';
import { noTimedLatency } from './timed-latency.js';

/**
 * What was counted before anything was: adds nothing to other counts.
 *
 * @param calls What stands for each call of the run; none goes with every run.
 */
export function nothingCounted(calls: CallCounts[] = []): Counted {
  return {
    span: null,
    isInterrupted: false,
    stopped: null,
    calls,
    connections: [],
    members: [],
    deaths: [],
    silences: [],
    unreachable: [],
    transport: {
      resent: 0,
      goaway: 0,
      reconnects: 0,
      rstStream: new Map(),
      broken: new Map(),
      maxConcurrentStreams: null,
      streamWaits: { count: 0, totalMs: 0 },
      tls: [],
    },
    cpuMicros: 0,
    excluded: 0,
    rollout: null,
    proxies: [],
  };
}

/**
 * A call of which nothing was counted.
 *
 * @param destinations Names given in advance.
 * @param spreadSize Requests in a run of them, for the comparison of spreads; Infinity for none.
 */
export function emptyCallCounts(destinations: readonly string[], spreadSize: number): CallCounts {
  const zeros = (): number[] => destinations.map(() => 0);
  return {
    destinations: [...destinations],
    named: destinations.length,
    due: 0,
    sent: 0,
    unsent: new Map(),
    ends: { ok: 0, failed: 0, timedOut: 0, cancelled: 0 },
    statuses: new Map(),
    failures: [],
    observed: zeros(),
    failed: zeros(),
    unattributed: 0,
    pods: new Map(),
    vouchers: new Map(),
    latency: [...destinations.map(() => []), []],
    scheduleSlip: [],
    windows: { widthMs: 10, first: 0, observed: [], missing: [] },
    blocks: { byRun: [], pairs: 0, equalPairs: 0, observed: [], missing: [], latency: [] },
    clusters: new Map(),
    timedLatency: noTimedLatency(),
    spread: { size: spreadSize, runs: 0, observed: zeros(), squares: zeros() },
    probe: null,
    cache: { looked: 0, cached: 0 },
    packed: new Map(),
    log: null,
  };
}
