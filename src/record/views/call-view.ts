import { statusName } from '../../call/status-name.js';
import type { CallCounts, PodCounts } from '../../count/counted.js';
import { APPLICATION } from '../../count/pod-directory.js';
import { answersGivenUp, missingAnswers } from '../../count/missing-answers.js';
import type { CallJudgement, CountedCall } from '../../expect/expectation.js';
import type { Asked, AskedCall } from '../asked.js';
import type { CallRecord, SplitRecord } from '../run-record.js';
import { changeView } from './change-view.js';
import { forwardsView } from './forwards-view.js';
import { latencyView } from './latency-view.js';
import { retriesView } from './retries-view.js';
import { streamsView } from './streams-view.js';
import { byName } from './names.js';

/** One call: what it was, what came of it, and what that means. */
export function callView(
  { rule }: Asked,
  asked: AskedCall,
  { counts, connections, failures, span }: CountedCall,
  judgement: CallJudgement,
): CallRecord {
  const { protocol } = asked;
  const observed = observationsOf(asked, counts, missingAnswers(counts, connections));
  return {
    call: asked.name,
    ...(asked.givenName === undefined ? {} : { name: asked.givenName }),
    ...(asked.replica === undefined ? {} : { replica: asked.replica }),
    ...(asked.labels === undefined ? {} : { labels: asked.labels }),
    route: asked.route,
    behind: asked.behind,
    programmed: asked.programmed,
    verdict: judgement.verdict,
    reasons: judgement.reasons,
    split: splitView(asked, observed, judgement, rule.alpha),
    ...changeView(protocol, judgement),
    checks: judgement.check === null ? [] : [judgement.check],
    connectionProbe: probeView(counts),
    accessLog: logView(counts),
    latencyMs: latencyView(counts),
    ...streamsView(asked, counts, span),
    ...retriesView(asked, counts),
    ...forwardsView(asked, counts),
    status: Object.fromEntries(
      [...counts.statuses].map(([status, count]) => [statusName(protocol, status), count]),
    ),
    failures: [...failures],
  };
}

/** What is counted. */
interface Observations {
  counts: CallCounts;
  missing: number;
  /** By destination, where messages are counted. */
  streams: readonly number[] | null;
}

/** What is counted, and how much of it is missing: answers, or the messages of streams. */
function observationsOf(
  { streamsBy }: AskedCall,
  counts: CallCounts,
  missing: number,
): Observations {
  const messages = counts.streams?.byMessage ?? null;
  if (streamsBy !== 'messages' || messages === null) return { counts, missing, streams: null };
  const { observed, unattributed } = messages;
  const pods = [...counts.pods].map(([name, pod]): [string, PodCounts] => [
    name,
    { ...pod, observed: messages.pods.get(name) ?? 0 },
  ]);
  return {
    counts: { ...counts, observed, unattributed, pods: new Map(pods) },
    missing: messages.missing,
    streams: counts.observed,
  };
}

function splitView(
  asked: AskedCall,
  { counts, missing, streams: streamsOf }: Observations,
  { split: figures }: CallJudgement,
  alpha: number,
): SplitRecord {
  const n = counts.observed.reduce((sum, count) => sum + count, 0);
  const { observationsPerCall, expectation } = asked;
  const weights = asked.destinations.reduce((sum, { weight }) => sum + (weight ?? 0), 0);
  const pods = podsByDestination(counts);
  const judgedByName = new Map(figures?.destinations.map((one) => [one.name, one]));
  return {
    sampled: n + missing,
    n,
    missing,
    unattributed: counts.unattributed,
    cancelled: answersGivenUp(counts, missing, observationsPerCall),
    aborts: figures?.aborts ?? null,
    vouchedBy: vouchedBy(counts),
    vouchers: Object.fromEntries(counts.vouchers),
    unknownPods: pods.get(-1) ?? [],
    observationsPerCall,
    requestsPlanned: plannedCalls(expectation?.requestsPlanned ?? null, observationsPerCall),
    alpha,
    power: figures?.power ?? null,
    destinations: counts.destinations.flatMap((name, index) => {
      const observed = counts.observed[index] ?? 0;
      const named = asked.destinations[index];
      const streams = streamsOf?.[index];
      const probed = counts.probe?.observed[index] ?? 0;
      // Workloads that a route does not name are listed once they answer.
      if (named === undefined && observed + probed === 0) return [];
      const weight = named?.weight ?? (expectation === null ? null : 0);
      const judged = judgedByName.get(name);
      return [
        {
          name,
          ...(streams === undefined ? {} : { streams }),
          weight,
          expectedShare: weight === null || weights === 0 ? null : weight / weights,
          observed,
          share: n === 0 ? null : observed / n,
          interval: judged?.interval ?? null,
          tolerance: judged?.tolerance ?? null,
          pods: pods.get(index) ?? [],
          routed: named !== undefined,
          failed: counts.failed[index] ?? 0,
          errors: judged?.errors ?? null,
          replicas: named?.replicas ?? null,
          previousWeight: named?.previousWeight ?? null,
        },
      ];
    }),
    errors: figures?.errors ?? null,
    test: figures?.test ?? null,
    draws: figures?.draws ?? null,
  };
}

/** Requests that this client sends: each may give several answers. */
function plannedCalls(answers: number | null, each: number): number | null {
  return answers === null ? null : Math.ceil(answers / each);
}

function vouchedBy({ vouchers }: CallCounts): SplitRecord['vouchedBy'] {
  if (vouchers.size === 0) return null;
  if (!vouchers.has(APPLICATION)) return 'proxy';
  return vouchers.size === 1 ? 'application' : 'both';
}

/** The pods of each destination that answered, by name; those of none at −1. */
function podsByDestination({
  pods,
}: CallCounts): Map<number, { name: string; observed: number }[]> {
  const found = new Map<number, { name: string; observed: number }[]>();
  for (const [name, { destination, observed }] of [...pods].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const own = found.get(destination);
    if (own === undefined) found.set(destination, [{ name, observed }]);
    else own.push({ name, observed });
  }
  return found;
}

function logView({ log }: CallCounts): CallRecord['accessLog'] {
  if (log === null) return null;
  const { lines, excess, flags, withoutUpstream, unknown, unreadable } = log;
  return {
    ...{ lines, excess, unknown, unreadable },
    connectionsKnown: log.areConnectionsKnown,
    requestsKnown: log.areRequestsKnown,
    flags: log.areFlagsKnown ? Object.fromEntries(flags) : null,
    withoutUpstream: [...withoutUpstream.values()].reduce((sum, some) => sum + some, 0),
  };
}

function probeView({ probe, destinations }: CallCounts): CallRecord['connectionProbe'] {
  if (probe === null) return null;
  const { connections, observed, missing } = probe;
  return { connections, observed: byName(destinations, observed), missing };
}
