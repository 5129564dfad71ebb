import type { CallRecord, RunRecord } from '../report/run-record.js';
import { RUN_SCHEMA } from '../report/run-schema.js';
import type { BenchScenario } from '../scenario/scenario.js';
import { formatTarget } from '../scenario/target.js';
import { TOOL } from '../tool.js';
import type { Finding } from '../verdict/findings/finding.js';
import type { ThresholdResult } from '../verdict/threshold.js';
import type { ScenarioCall } from './call.js';
import type { ConnectionProbe } from './connection-probe.js';
import type { ExpectedSplit } from './expectation.js';
import type { Measurement } from './measure.js';

/** Everything a record is made of. */
export interface RunParts {
  command: RunRecord['command'];
  scenario: BenchScenario;
  call: ScenarioCall;
  expected: Pick<ExpectedSplit, 'via' | 'route' | 'programmed'>;
  measured: Measurement;
  /** Connections of one request each, asked after the sample; null when there were none. */
  probe?: ConnectionProbe | null;
  split: CallRecord['split'];
  /** Of the call. */
  callVerdict: RunRecord['verdict'];
  latencyMs: CallRecord['latencyMs'];
  load: RunRecord['load'];
  /** Of the run. */
  verdict: RunRecord['verdict'];
  reasons: string[];
  thresholds: ThresholdResult[];
  findings: Finding[];
}

/** Writes down a run. */
export function runRecord(parts: RunParts): RunRecord {
  const { scenario, expected, measured } = parts;
  const { load, tally, destinations } = measured;
  return {
    schema: RUN_SCHEMA,
    command: parts.command,
    tool: TOOL,
    scenario: scenario.name,
    target: formatTarget(scenario.target),
    via: expected.via,
    startedAt: new Date(load?.startedAtMs ?? Date.now()).toISOString(),
    durationSeconds: (load?.durationMs ?? 0) / 1000,
    verdict: parts.verdict,
    reasons: parts.reasons,
    calls: [callRecord(parts)],
    rollout: measured.wait?.rollout ?? null,
    load: parts.load,
    transport: transportRecord(measured),
    windowSeconds: tally.windows.widthMs / 1000,
    windows: tally.windows.windows.map(({ observed, missing }, index) => ({
      startSeconds: (index * tally.windows.widthMs) / 1000,
      observed: byName(destinations, observed),
      failed: missing,
    })),
    thresholds: parts.thresholds,
    findings: parts.findings,
  };
}

function callRecord(parts: RunParts): CallRecord {
  const { scenario, call, expected, measured } = parts;
  return {
    call: call.name,
    route: expected.route,
    programmed: expected.programmed,
    verdict: parts.callVerdict,
    rule: {
      tolerance: scenario.rule.tolerance,
      maxErrorRate: scenario.rule.maxErrorRate,
      power: scenario.rule.power,
      seed: scenario.rule.seed,
    },
    split: parts.split,
    connectionProbe: probeRecord(parts),
    latencyMs: parts.latencyMs,
    status: Object.fromEntries(measured.tally.statuses),
    failures: measured.tally.failures.list(),
  };
}

function probeRecord({ probe, measured }: RunParts): CallRecord['connectionProbe'] {
  if (probe === null || probe === undefined) return null;
  const { connections, observed, missing } = probe;
  return { connections, observed: byName(measured.destinations, observed), missing };
}

/** How much load it was, and how the client fared. */
export function loadRecord(
  scenario: BenchScenario,
  { loadPlan, load, tally, wait }: Measurement,
): RunRecord['load'] {
  const { p50, p99, max } = tally.scheduleSlip.summary();
  const seconds = (load?.durationMs ?? 0) / 1000;
  return {
    loop: loadPlan.requestsPerSecond === null ? 'closed' : 'open',
    engine: scenario.load.engine,
    connections: loadPlan.connections,
    concurrency: loadPlan.concurrency,
    workers: load === null ? loadPlan.workers : load.health.length + load.deaths.length,
    requestsPerSecondAsked: loadPlan.requestsPerSecond,
    excluded: (load?.excluded ?? 0) + (wait?.sent ?? 0),
    sent: tally.sent,
    ...tally.outcomes,
    requestsPerSecond: seconds > 0 ? tally.sent / seconds : null,
    cpuMicrosPerRequest: load === null || tally.sent === 0 ? null : load.cpuMicros / tally.sent,
    scheduleSlipMs: { p50, p99, max },
    scheduleSlipHistogram: tally.scheduleSlip.encode(),
    streamWaits: { count: load?.waits.forStream ?? 0, totalMs: load?.waits.forStreamMs ?? 0 },
    threads: load?.health ?? [],
  };
}

function transportRecord({ load, tally, destinations }: Measurement): RunRecord['transport'] {
  const ledgers = (load?.ledgers ?? []).filter((ledger) => ledger !== null);
  const rstStream: Record<string, number> = {};
  for (const ledger of ledgers) {
    for (const [code, count] of Object.entries(ledger.rstStream)) {
      rstStream[code] = (rstStream[code] ?? 0) + count;
    }
  }
  const limits = ledgers.flatMap(({ maxConcurrentStreams: limit }) => limit ?? []);
  return {
    resent: load?.resent ?? 0,
    goaway: ledgers.reduce((sum, ledger) => sum + ledger.goaway, 0),
    reconnects: ledgers.reduce((sum, ledger) => sum + ledger.reconnects, 0),
    rstStream,
    maxConcurrentStreams: limits.length === 0 ? null : Math.min(...limits),
    connections: tally.connections.map(({ remote, observed, missing, pairs, equalPairs }) => ({
      remote,
      observed: byName(destinations, observed),
      missing,
      pairs,
      equalPairs,
    })),
  };
}

/** Counts by the names of destinations; those without an answer are left out. */
function byName(names: readonly string[], counts: readonly number[]): Record<string, number> {
  return Object.fromEntries(
    counts.flatMap((count, index) => (count > 0 ? [[names[index] ?? '', count]] : [])),
  );
}
