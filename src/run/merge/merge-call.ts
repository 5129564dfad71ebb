import type { CallRecord } from '../../record/run-record.js';
import type { SplitDecision } from '../../expect/split/decide.js';
import type { JudgedCall } from '../judge.js';
import { latencySummary, type NamedHistogram } from '../latency-record.js';
import { ruleRecord } from '../record.js';
import { splitRecord } from '../split-record.js';
import { joinEvidence, joinProbes } from './join-evidence.js';
import { joinLatency, joinPodLatency } from './join-latency.js';
import { joinWindows } from './join-windows.js';
import { type CallPart, compareTexts, type ConnectionCounts, joinCounts } from './named-record.js';

/** A call of several runs, joined but not judged. */
export interface JoinedCall extends JudgedCall {
  route: CallRecord['route'];
  programmed: CallRecord['programmed'];
  /** null when no number is enough. */
  planned: number | null;
  connectionProbe: CallRecord['connectionProbe'];
  latency: NamedHistogram[];
  podLatency: NamedHistogram[];
  status: CallRecord['status'];
  own: NonNullable<CallRecord['own']>;
}

/**
 * @param parts The call in each of the runs.
 * @param startMs When the joined run started, ms since 1970.
 * @param connections Its counts on the joined connections.
 * @throws InputError when a histogram cannot be read.
 */
export function joinCall(
  parts: readonly CallPart[],
  startMs: number,
  connections: readonly ConnectionCounts[],
): JoinedCall {
  const calls = parts.map(({ call }) => call);
  const [first] = calls;
  if (first === undefined) throw new RangeError('no records');
  const { windowSeconds, windows } = joinWindows(parts, startMs);
  const evidence = joinEvidence(parts, windows, connections);
  const planned = calls.flatMap(({ split }) => split.requestsPlanned ?? []);
  return {
    name: first.call,
    rule: {
      ...first.rule,
      alpha: first.split.alpha,
      seed: Math.min(...calls.map(({ rule: { seed } }) => seed)),
    },
    evidence,
    route: first.route,
    programmed: joinProgrammed(calls),
    planned: planned.length === 0 ? null : Math.max(...planned),
    connectionProbe: joinProbes(calls),
    latency: joinLatency(
      parts,
      evidence.destinations.map(({ name }) => name),
    ),
    podLatency: joinPodLatency(parts),
    status: joinCounts(calls.map(({ status }) => status)),
    own: { connections: [...connections], windowSeconds, windows },
  };
}

/**
 * The record of a joined call.
 *
 * @param isOneOfSeveral Whether the counts of the run are not its own.
 */
export function mergedCall(
  call: JoinedCall & { decision: SplitDecision },
  isOneOfSeveral: boolean,
): CallRecord {
  const { rule, evidence, decision } = call;
  return {
    call: call.name,
    route: call.route,
    programmed: call.programmed,
    verdict: decision.verdict,
    rule: ruleRecord(rule),
    split: splitRecord(call),
    connectionProbe: call.connectionProbe,
    latencyMs: latencySummary(call.latency, call.podLatency, true),
    status: call.status,
    failures: evidence.failures,
    own: isOneOfSeveral ? call.own : null,
  };
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
