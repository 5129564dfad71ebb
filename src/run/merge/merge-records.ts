import type { RunRecord } from '../../record/run-record.js';
import { RUN_SCHEMA } from '../../record/run-schema.js';
import { TOOL } from '../../tool.js';
import { parseThreshold } from '../../expect/thresholds/threshold.js';
import { judge } from '../judge.js';
import { isLoadFinding } from '../load-findings.js';
import { findConfigNotProgrammed } from '../programmed.js';
import { evaluateThresholds, withThresholds } from '../thresholds.js';
import { isUnreachableFinding } from '../unreachable.js';
import { joinConnections } from './join-connections.js';
import { agreed } from './join-evidence.js';
import { joinedSpan, joinLoad, joinTransport } from './join-load.js';
import { joinWindows } from './join-windows.js';
import { joinCall, mergedCall } from './merge-call.js';
import { callPart, compareTexts, type NamedRecord } from './named-record.js';
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
  const parts = (records[0]?.calls ?? []).map((_, index) =>
    shards.map((shard) => callPart(shard, index)),
  );
  const connections = joinConnections(shards, parts);
  const calls = parts.map((ofCall, index) =>
    joinCall(ofCall, startMs, connections.byCall[index] ?? []),
  );
  const judgement = judge(calls);
  const load = joinLoad(shards, micros);
  const ofLoad = findingsOfLoad(records);
  const expressions = records[0]?.thresholds.map(({ expression }) => expression) ?? [];
  const results = evaluateThresholds(
    expressions.map(parseThreshold),
    calls.flatMap(({ latency }) => latency),
    load,
    ofLoad,
  );
  const { verdict, reasons } = withThresholds(judgement.verdict, results);
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
    calls: judgement.calls.map((call) => mergedCall(call, calls.length > 1)),
    rollout: joinRollout(records),
    load,
    transport: joinTransport(records, connections.ofRun),
    ...joinWindows(records, startMs),
    thresholds: results,
    findings: [
      ...unreachableFindings(records),
      ...calls.flatMap(({ programmed }) => findConfigNotProgrammed(programmed)),
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
