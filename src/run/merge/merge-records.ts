import type { CallRecord, RunRecord } from '../../report/run-record.js';
import { parseThreshold } from '../../verdict/threshold.js';
import { isLoadFinding } from '../load-findings.js';
import { evaluateThresholds, withThresholds } from '../thresholds.js';
import { RUN_SCHEMA } from '../../report/run-schema.js';
import { TOOL } from '../../tool.js';
import { judge, type JudgeRule } from '../judge.js';
import { findConfigNotProgrammed } from '../programmed.js';
import { splitRecord } from '../split-record.js';
import { isUnreachableFinding } from '../unreachable.js';
import { agreed, joinConnections, joinEvidence, joinProbes } from './join-evidence.js';
import { joinedSpan, joinLatency, joinLoad, joinTransport } from './join-load.js';
import { joinWindows } from './join-windows.js';
import { callOf, compareTexts, joinCounts, type NamedRecord } from './named-record.js';
import { refuseStrangers } from './same-experiment.js';

/**
 * Joins the records of the shards of one experiment and judges the whole, once. Joining is
 * associative and commutative: shards of shards give the same record.
 *
 * @throws InputError when they are not parts of one experiment, or a histogram cannot be read.
 */
export function mergeRecords(shards: readonly NamedRecord[]): RunRecord {
  refuseStrangers(shards);
  const records = shards.map(({ record }) => record);
  const { startMs, micros } = joinedSpan(records);
  const { windowSeconds, windows } = joinWindows(records, startMs);
  const evidence = joinEvidence(records, windows, joinConnections(records));
  const calls = records.map(callOf);
  const [first] = calls;
  if (first === undefined) throw new RangeError('no records');
  const rule: JudgeRule = {
    ...first.rule,
    alpha: first.split.alpha,
    seed: Math.min(...calls.map(({ rule: { seed } }) => seed)),
  };
  const judgement = judge(rule, evidence);
  const planned = calls.flatMap(({ split }) => split.requestsPlanned ?? []);
  const programmed = joinProgrammed(calls);
  const latencyMs = joinLatency(
    shards,
    evidence.destinations.map(({ name }) => name),
  );
  const load = joinLoad(shards, micros);
  const ofLoad = findingsOfLoad(records);
  const expressions = records[0]?.thresholds.map(({ expression }) => expression) ?? [];
  const results = evaluateThresholds(expressions.map(parseThreshold), latencyMs, load, ofLoad);
  const { verdict, reasons } = withThresholds(judgement.decision.verdict, results);
  const call: CallRecord = {
    call: first.call,
    route: first.route,
    programmed,
    verdict: judgement.decision.verdict,
    rule: {
      tolerance: rule.tolerance,
      maxErrorRate: rule.maxErrorRate,
      power: rule.power,
      seed: rule.seed,
    },
    split: splitRecord({
      alpha: rule.alpha,
      requestsPlanned: planned.length === 0 ? null : Math.max(...planned),
      evidence,
      decision: judgement.decision,
    }),
    connectionProbe: joinProbes(calls),
    latencyMs,
    status: joinCounts(calls.map(({ status }) => status)),
    failures: evidence.failures,
  };
  return {
    schema: RUN_SCHEMA,
    command: 'verify',
    tool: TOOL,
    scenario: agreed(records.map(({ scenario }) => scenario)),
    target: records[0]?.target ?? '',
    via: records[0]?.via ?? null,
    startedAt: new Date(startMs).toISOString(),
    durationSeconds: micros / 1e6,
    verdict,
    reasons: [...judgement.reasons, ...reasons],
    calls: [call],
    rollout: joinRollout(records),
    load,
    transport: joinTransport(records),
    windowSeconds,
    windows,
    thresholds: results,
    findings: [
      ...unreachableFindings(records),
      ...findConfigNotProgrammed(programmed),
      ...judgement.findings,
      ...ofLoad,
    ],
  };
}

/** The shards that waited have all followed, or the whole has not; the longest wait counts. */
function joinRollout(records: readonly RunRecord[]): RunRecord['rollout'] {
  const waits = records.flatMap(({ rollout }) => rollout ?? []);
  if (waits.length === 0) return null;
  return {
    waitedSeconds: Math.max(...waits.map(({ waitedSeconds }) => waitedSeconds)),
    followed: waits.every(({ followed }) => followed),
  };
}

/** What the load itself gave rise to, in any of the shards; no count of the whole shows it. */
function findingsOfLoad(records: readonly RunRecord[]): RunRecord['findings'] {
  return distinct(records, isLoadFinding);
}

/** Shards that could not reach an address say so in findings that no count shows. */
function unreachableFindings(records: readonly RunRecord[]): RunRecord['findings'] {
  return distinct(records, isUnreachableFinding);
}

function distinct(
  records: readonly RunRecord[],
  isWanted: (finding: RunRecord['findings'][number]) => boolean,
): RunRecord['findings'] {
  const found = new Map(
    records
      .flatMap(({ findings }) => findings.filter(isWanted))
      .map((finding) => [JSON.stringify(finding), finding]),
  );
  return [...found].sort(([a], [b]) => compareTexts(a, b)).map(([, finding]) => finding);
}

/** Shards may have looked at different gateways; one that is programmed otherwise is shown first. */
function joinProgrammed(calls: readonly CallRecord[]): CallRecord['programmed'] {
  const [first] = calls
    .flatMap(({ programmed }) => programmed ?? [])
    .map((programmed) => {
      const rank = programmed.difference === null ? '1' : '0';
      return { programmed, key: rank + JSON.stringify(programmed) };
    })
    .sort((a, b) => compareTexts(a.key, b.key));
  return first?.programmed ?? null;
}
