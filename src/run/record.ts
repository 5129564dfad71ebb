import type { CallTally } from '../load/call-counter.js';
import type { LoadResult } from '../load/run-load.js';
import type { ConnectionTally } from '../count/tally-data.js';
import { Windows } from '../count/windows.js';
import type { CallRecord, RunRecord } from '../record/run-record.js';
import { RUN_SCHEMA } from '../record/run-schema.js';
import type { BenchScenario } from '../scenario/scenario.js';
import { formatTarget } from '../scenario/target.js';
import { TOOL } from '../tool.js';
import type { Finding } from '../expect/split/findings/finding.js';
import type { ThresholdResult } from '../expect/thresholds/threshold.js';
import type { ScenarioCall } from './call.js';
import type { ConnectionProbe } from './connection-probe.js';
import type { ExpectedSplit } from './expected-split.js';
import type { JudgeRule } from './judge.js';
import { latencyRecord } from './latency-record.js';
import type { Measurement } from './measure.js';

/** Everything that the record of a call is made of. */
export interface CallParts extends CallTally {
  call: ScenarioCall;
  expected: Pick<ExpectedSplit, 'via' | 'route' | 'programmed'>;
  rule: JudgeRule;
  /** Connections of one request each, asked after the sample; null when there were none. */
  probe: ConnectionProbe | null;
  split: CallRecord['split'];
  verdict: RunRecord['verdict'];
}

/** Everything a record is made of. */
export interface RunParts {
  command: RunRecord['command'];
  scenario: BenchScenario;
  measured: Omit<Measurement, 'calls'>;
  calls: readonly CallParts[];
  load: RunRecord['load'];
  verdict: RunRecord['verdict'];
  reasons: string[];
  thresholds: ThresholdResult[];
  findings: Finding[];
}

/** Writes down a run. */
export function runRecord(parts: RunParts): RunRecord {
  const { scenario, measured, calls } = parts;
  const { load } = measured;
  const vias = new Set(calls.flatMap(({ expected }) => expected.via ?? []));
  return {
    schema: RUN_SCHEMA,
    command: parts.command,
    tool: TOOL,
    scenario: scenario.name,
    target: formatTarget(scenario.target),
    via: vias.size === 0 ? null : [...vias].join(', '),
    startedAt: new Date(load?.startedAtMs ?? Date.now()).toISOString(),
    durationSeconds: (load?.durationMs ?? 0) / 1000,
    verdict: parts.verdict,
    reasons: parts.reasons,
    calls: calls.map((call) => callRecord(call, calls.length > 1)),
    rollout: measured.wait?.rollout ?? null,
    load: parts.load,
    transport: transportRecord(measured.load, calls),
    ...windowsOfAll(calls),
    thresholds: parts.thresholds,
    findings: parts.findings,
  };
}

function callRecord(parts: CallParts, isOneOfSeveral: boolean): CallRecord {
  const { expected, tally, destinations } = parts;
  return {
    call: parts.call.name,
    route: expected.route,
    programmed: expected.programmed,
    verdict: parts.verdict,
    rule: ruleRecord(parts.rule),
    split: parts.split,
    connectionProbe: probeRecord(parts),
    latencyMs: latencyRecord(parts),
    status: Object.fromEntries(tally.statuses),
    failures: tally.failures.list(),
    own: isOneOfSeveral
      ? {
          connections: tally.connections.map((connection) =>
            connectionCounts(connection, destinations),
          ),
          windowSeconds: tally.windows.widthMs / 1000,
          windows: windowsRecord(tally.windows, destinations),
        }
      : null,
  };
}

function probeRecord({ probe, destinations }: CallParts): CallRecord['connectionProbe'] {
  if (probe === null) return null;
  const { connections, observed, missing } = probe;
  return { connections, observed: byName(destinations, observed), missing };
}

/** What a verdict was made with, as far as the split does not say. */
export function ruleRecord({
  tolerance,
  maxErrorRate,
  power,
  seed,
}: JudgeRule): CallRecord['rule'] {
  return { tolerance, maxErrorRate, power, seed };
}

/** How much load it was, and how the client fared. */
export function loadRecord(
  scenario: BenchScenario,
  { loadPlan, load, totals, wait }: Omit<Measurement, 'calls'>,
): RunRecord['load'] {
  const { sent, outcomes, scheduleSlip } = totals;
  const { p50, p99, max } = scheduleSlip.summary();
  const seconds = (load?.durationMs ?? 0) / 1000;
  return {
    loop: loadPlan.requestsPerSecond === null ? 'closed' : 'open',
    engine: scenario.load.engine,
    connections: loadPlan.connections,
    concurrency: loadPlan.concurrency,
    workers: load === null ? loadPlan.workers : load.health.length + load.deaths.length,
    requestsPerSecondAsked: loadPlan.requestsPerSecond,
    excluded: (load?.excluded ?? 0) + (wait?.sent ?? 0),
    sent,
    ...outcomes,
    requestsPerSecond: seconds > 0 ? sent / seconds : null,
    cpuMicrosPerRequest: load === null || sent === 0 ? null : load.cpuMicros / sent,
    scheduleSlipMs: { p50, p99, max },
    scheduleSlipHistogram: scheduleSlip.encode(),
    streamWaits: { count: load?.waits.forStream ?? 0, totalMs: load?.waits.forStreamMs ?? 0 },
    threads: load?.health ?? [],
  };
}

function transportRecord(
  load: LoadResult | null,
  calls: readonly CallTally[],
): RunRecord['transport'] {
  const ledgers = (load?.ledgers ?? []).filter((ledger) => ledger !== null);
  const rstStream: Record<string, number> = {};
  for (const ledger of ledgers) {
    for (const [code, count] of Object.entries(ledger.rstStream)) {
      rstStream[code] = (rstStream[code] ?? 0) + count;
    }
  }
  const limits = ledgers.flatMap(({ maxConcurrentStreams: limit }) => limit ?? []);
  const all = calls[0]?.tally.connections ?? [];
  return {
    resent: load?.resent ?? 0,
    goaway: ledgers.reduce((sum, ledger) => sum + ledger.goaway, 0),
    reconnects: ledgers.reduce((sum, ledger) => sum + ledger.reconnects, 0),
    rstStream,
    maxConcurrentStreams: limits.length === 0 ? null : Math.min(...limits),
    connections: all.map(({ remote }, at) => ({
      remote,
      ...sumOfCounts(
        calls.flatMap(({ tally, destinations }) => {
          const connection = tally.connections[at];
          return connection === undefined ? [] : connectionCounts(connection, destinations);
        }),
      ),
    })),
  };
}

type ConnectionCounts = NonNullable<CallRecord['own']>['connections'][number];

function connectionCounts(
  { observed, missing, pairs, equalPairs }: ConnectionTally,
  destinations: readonly string[],
): ConnectionCounts {
  return { observed: byName(destinations, observed), missing, pairs, equalPairs };
}

function sumOfCounts(all: readonly ConnectionCounts[]): ConnectionCounts {
  const sum: ConnectionCounts = { observed: {}, missing: 0, pairs: 0, equalPairs: 0 };
  for (const { observed, missing, pairs, equalPairs } of all) {
    for (const [name, count] of Object.entries(observed)) {
      sum.observed[name] = (sum.observed[name] ?? 0) + count;
    }
    sum.missing += missing;
    sum.pairs += pairs;
    sum.equalPairs += equalPairs;
  }
  return sum;
}

/** Counts over time of all calls; destinations of one name are one. */
function windowsOfAll(calls: readonly CallTally[]): Pick<RunRecord, 'windowSeconds' | 'windows'> {
  const names = [...new Set(calls.flatMap(({ destinations }) => destinations))];
  const all = new Windows(names.length);
  for (const { tally, destinations } of calls) {
    const places = destinations.map((name) => names.indexOf(name));
    const { widthMs, windows } = tally.windows;
    windows.forEach(({ observed, missing }, index) => {
      const moved = new Array<number>(names.length).fill(0);
      places.forEach((place, own) => (moved[place] = observed[own] ?? 0));
      all.restore(index * widthMs, widthMs, { observed: moved, missing });
    });
  }
  return { windowSeconds: all.widthMs / 1000, windows: windowsRecord(all, names) };
}

function windowsRecord(
  { widthMs, windows }: Windows,
  destinations: readonly string[],
): RunRecord['windows'] {
  return windows.map(({ observed, missing }, index) => ({
    startSeconds: (index * widthMs) / 1000,
    observed: byName(destinations, observed),
    failed: missing,
  }));
}

/** Counts by the names of destinations; those without an answer are left out. */
function byName(names: readonly string[], counts: readonly number[]): Record<string, number> {
  return Object.fromEntries(
    counts.flatMap((count, index) => (count > 0 ? [[names[index] ?? '', count]] : [])),
  );
}
