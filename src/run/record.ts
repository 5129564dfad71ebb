import type { Tally } from '../observation/tally.js';
import type { LoadPlan } from '../load/plan.js';
import type { LoadSummary } from '../load/run-load.js';
import { RUN_SCHEMA, type CallRecord, type RunRecord } from '../report/run-record.js';
import type { Scenario } from '../scenario/scenario.js';
import { formatTarget } from '../scenario/target.js';
import { TOOL } from '../tool.js';
import type { Finding } from '../verdict/findings/finding.js';
import type { ScenarioCall } from './call.js';
import type { CallEvidence } from './evidence.js';
import type { ExpectedSplit } from './expectation.js';
import type { Judgement } from './judge.js';
import { latencyRecord } from './latency-record.js';
import { findConfigNotProgrammed } from './programmed.js';
import type { RolloutWait } from './rollout.js';
import type { SplitPlan } from './split-plan.js';
import { splitRecord } from './split-record.js';

/** Everything a record is made of. */
export interface RunParts {
  scenario: Scenario;
  call: ScenarioCall;
  expected: ExpectedSplit;
  plan: SplitPlan;
  loadPlan: LoadPlan;
  /** null when nothing could be sent. */
  load: LoadSummary | null;
  tally: Tally;
  evidence: CallEvidence;
  judgement: Judgement;
  /** Addresses that could not be loaded. */
  unreachable: Finding[];
  /** null when no wait was asked for. */
  wait: RolloutWait | null;
}

/** Writes down a run. */
export function runRecord(parts: RunParts): RunRecord {
  const { scenario, expected, load, tally, judgement } = parts;
  return {
    schema: RUN_SCHEMA,
    tool: TOOL,
    scenario: scenario.name,
    target: formatTarget(scenario.target),
    via: expected.via,
    startedAt: new Date(load?.startedAtMs ?? Date.now()).toISOString(),
    durationSeconds: (load?.durationMs ?? 0) / 1000,
    verdict: judgement.decision.verdict,
    reasons: judgement.reasons,
    calls: [callRecord(parts)],
    rollout: parts.wait?.rollout ?? null,
    load: loadRecord(parts),
    transport: transportRecord(parts),
    windowSeconds: tally.windows.widthMs / 1000,
    windows: tally.windows.windows.map(({ observed, missing }, index) => ({
      startSeconds: (index * tally.windows.widthMs) / 1000,
      observed: byName(expected.attribution.destinations, observed),
      failed: missing,
    })),
    thresholds: [],
    findings: [
      ...parts.unreachable,
      ...findConfigNotProgrammed(expected.programmed),
      ...judgement.findings,
    ],
  };
}

function callRecord(parts: RunParts): CallRecord {
  const { scenario, call, expected, plan, tally, evidence, judgement } = parts;
  const { decision } = judgement;
  const { destinations: names } = expected.attribution;
  return {
    call: call.name,
    route: expected.route,
    programmed: expected.programmed,
    verdict: decision.verdict,
    rule: {
      tolerance: scenario.rule.tolerance,
      maxErrorRate: scenario.rule.maxErrorRate,
      power: scenario.rule.power,
      seed: scenario.rule.seed,
    },
    split: splitRecord({
      alpha: scenario.rule.alpha,
      requestsPlanned: plan.planned,
      evidence,
      decision,
    }),
    latencyMs: latencyRecord(
      tally.latency.map((histogram, index) => ({ name: names[index] ?? '', histogram })),
    ),
    status: Object.fromEntries(tally.statuses),
    failures: tally.failures.list(),
  };
}

function loadRecord({ scenario, loadPlan, load, tally, wait }: RunParts): RunRecord['load'] {
  const { p50, p99, max } = tally.scheduleSlip.summary();
  const seconds = (load?.durationMs ?? 0) / 1000;
  return {
    loop: 'closed',
    engine: scenario.load.engine,
    connections: loadPlan.connections,
    concurrency: loadPlan.concurrency,
    workers: 1,
    excluded: (load?.excluded ?? 0) + (wait?.sent ?? 0),
    sent: tally.sent,
    ...tally.outcomes,
    requestsPerSecond: seconds > 0 ? tally.sent / seconds : null,
    cpuMicrosPerRequest: load === null || tally.sent === 0 ? null : load.cpuMicros / tally.sent,
    scheduleSlipMs: { p50, p99, max },
    scheduleSlipHistogram: tally.scheduleSlip.encode(),
  };
}

function transportRecord({ expected, load, tally }: RunParts): RunRecord['transport'] {
  const ledgers = load?.ledgers ?? [];
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
      observed: byName(expected.attribution.destinations, observed),
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
