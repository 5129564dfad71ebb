import { Histogram } from '../../count/histogram.js';
import type { RunRecord } from '../../record/run-record.js';
import { decodeHistogram } from './join-latency.js';
import { compareTexts, joinCounts, type NamedRecord, sumOf } from './named-record.js';

/** From the first start to the last end. Whole microseconds, which add up exactly. */
export function joinedSpan(records: readonly RunRecord[]): { startMs: number; micros: number } {
  const starts = records.map(({ startedAt }) => Date.parse(startedAt));
  const ends = records.map(
    ({ durationSeconds }, index) => (starts[index] ?? 0) * 1000 + Math.round(durationSeconds * 1e6),
  );
  const startMs = Math.min(...starts);
  return { startMs, micros: Math.max(...ends) - startMs * 1000 };
}

/** @param micros How long the joined run took. */
export function joinLoad(records: readonly NamedRecord[], micros: number): RunRecord['load'] {
  const loads = records.map(({ record }) => record.load);
  const sum = (numberOf: (load: RunRecord['load']) => number): number => sumOf(loads, numberOf);
  const sent = sum((load) => load.sent);
  const engines = new Set(loads.flatMap(({ engine }) => engine.split('+')));
  const slip = joinSlip(records);
  return {
    loop: loads[0]?.loop ?? 'closed',
    engine: [...engines].sort(compareTexts).join('+'),
    connections: sum(({ connections }) => connections),
    concurrency: sum(({ concurrency }) => concurrency),
    workers: sum(({ workers }) => workers),
    excluded: sum(({ excluded }) => excluded),
    sent,
    ok: sum(({ ok }) => ok),
    failed: sum(({ failed }) => failed),
    timedOut: sum(({ timedOut }) => timedOut),
    cancelled: sum(({ cancelled }) => cancelled),
    requestsPerSecond: micros > 0 ? sent / (micros / 1e6) : null,
    cpuMicrosPerRequest: joinCpu(loads, sent),
    ...slip,
    requestsPerSecondAsked: joinRates(loads),
    streamWaits: {
      count: sum(({ streamWaits }) => streamWaits.count),
      totalMs: sum(({ streamWaits }) => streamWaits.totalMs),
    },
    threads: loads
      .flatMap(({ threads }) => threads)
      .sort((a, b) => compareTexts(JSON.stringify(a), JSON.stringify(b))),
  };
}

/** Rates of shards that ran side by side add up; null as soon as one of them had none. */
function joinRates(loads: readonly RunRecord['load'][]): number | null {
  const rates = loads.flatMap(({ requestsPerSecondAsked }) => requestsPerSecondAsked ?? []);
  return rates.length < loads.length ? null : sumOf(rates, (rate) => rate);
}

/** null as soon as one of the runs that sent something did not measure it. */
function joinCpu(loads: readonly RunRecord['load'][], sent: number): number | null {
  const busy = loads.filter((load) => load.sent > 0);
  if (busy.length === 0 || busy.some(({ cpuMicrosPerRequest }) => cpuMicrosPerRequest === null)) {
    return null;
  }
  // Whole microseconds add up exactly, whatever the order.
  return sumOf(busy, (load) => Math.round((load.cpuMicrosPerRequest ?? 0) * load.sent)) / sent;
}

function joinSlip(
  records: readonly NamedRecord[],
): Pick<RunRecord['load'], 'scheduleSlipMs' | 'scheduleSlipHistogram'> {
  const joined = new Histogram();
  let isComplete = true;
  for (const { file, record } of records) {
    const { scheduleSlipHistogram: text, sent } = record.load;
    if (text !== null) joined.merge(decodeHistogram(text, file, 'load.scheduleSlipHistogram'));
    else if (sent > 0) isComplete = false;
  }
  if (isComplete) {
    const { p50, p99, max } = joined.summary();
    return { scheduleSlipMs: { p50, p99, max }, scheduleSlipHistogram: joined.encode() };
  }
  const largest = records.flatMap(({ record }) => record.load.scheduleSlipMs.max ?? []);
  const max = largest.length === 0 ? null : Math.max(...largest);
  return { scheduleSlipMs: { p50: null, p99: null, max }, scheduleSlipHistogram: null };
}

/** @returns What the connections and streams came to in all. */
export function joinTransport(
  records: readonly RunRecord[],
  connections: RunRecord['transport']['connections'],
): RunRecord['transport'] {
  const parts = records.map(({ transport }) => transport);
  const limits = parts.flatMap(({ maxConcurrentStreams: limit }) => limit ?? []);
  return {
    resent: sumOf(parts, ({ resent }) => resent),
    goaway: sumOf(parts, ({ goaway }) => goaway),
    reconnects: sumOf(parts, ({ reconnects }) => reconnects),
    rstStream: joinCounts(parts.map(({ rstStream }) => rstStream)),
    maxConcurrentStreams: limits.length === 0 ? null : Math.min(...limits),
    connections,
  };
}
