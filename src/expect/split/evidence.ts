import type { BlockCounts, ConnectionCallCounts, Span, SpreadCounts } from '../../count/counted.js';
import { answersGivenUp, missingAnswers } from '../../count/missing-answers.js';
import { type AbortsJudgement, judgeAborts } from '../aborts.js';
import type { JudgedCall } from '../expectation.js';
import { unsentRequests } from '../unsent.js';
import type { SplitEvidence } from './split-evidence.js';
import type { BlockEvidence } from './draws/blocks-in-time.js';
import { callRows } from './draws/call-rows.js';
import type { ConnectionEvidence } from './draws/dependence.js';
import type { SplitExpectation } from './expectation.js';

/** One destination: what was expected of it, and what came. */
interface DestinationEvidence {
  name: string;
  weight: number;
  /** Pods by the manifests; null when they do not say. */
  replicas: number | null;
  /** Weight before the last change; null when not known. */
  previousWeight: number | null;
  observed: number;
  /** Failed answers that carried this destination's identity; part of `observed`. */
  failed: number;
  pods: { name: string; observed: number }[];
}

/** What was observed of one call, in columns by the destinations that matter. */
export interface CallEvidence {
  /** Those of the route, then others that answered, which count as destinations of weight zero. */
  destinations: DestinationEvidence[];
  /** Answers that were to come. */
  sampled: number;
  unsent: { byPeer: number; byUs: number };
  /** OK answers without a known destination, and not aborted by the route. */
  unattributed: number;
  cancelled: number;
  /** Answers of which nothing is known because others of their call failed; part of those without a destination. */
  hidden: number;
  /** Names of pods that answered and fit no workload. */
  unknownPods: string[];
  aborts: AbortsJudgement | null;
  /** null: which requests were on which connection is not known. */
  connections: ConnectionEvidence | null;
  blocks: BlockEvidence;
  /** Failed requests that a destination was asked for, whichever. */
  failedWithDestination: number;
  /** Answers of connections of one request each, which are no part of the sample. */
  probed: number[];
  windows: { startSeconds: number; observed: number[]; missing: number }[];
  spread: SpreadCounts;
}

/** Collects what the verdict on a split needs of the counts. */
export function callEvidence({ call, counted }: JudgedCall<SplitExpectation>): CallEvidence {
  const { counts, connections, span } = counted;
  const { probe, spread, windows, log } = counts;
  const kept = [...counts.destinations.keys()].filter(
    (index) =>
      index < call.destinations.length ||
      (counts.observed[index] ?? 0) + (probe?.observed[index] ?? 0) > 0,
  );
  const missing = missingAnswers(counts, connections);
  const n = counts.observed.reduce((sum, count) => sum + count, 0);
  const cancelled = answersGivenUp(counts, missing, call.observationsPerCall);
  const { forwards = null } = counts;
  const hidden = forwards?.hidden ?? 0;
  const byDestination = counts.failed.reduce((sum, count) => sum + count, 0);
  const failures = counts.ends.failed + counts.ends.timedOut;
  // A log may not say which of its lines are those of the failures.
  const areRequestsKnown = log?.areRequestsKnown ?? true;
  const failedUnknown =
    areRequestsKnown && forwards === null
      ? failures - byDestination
      : missing - counts.unattributed - cancelled - hidden;
  const failedWithDestination = areRequestsKnown ? byDestination : failures - failedUnknown;
  const aborts = call.aborts === null ? null : judgeAborts(call.aborts, counted, failedUnknown);
  const abortedOk = call.aborts?.answeredOk === true ? (aborts?.figures.allowed ?? 0) : 0;
  const pick = (columns: readonly number[]): number[] => kept.map((index) => columns[index] ?? 0);
  const pods = [...counts.pods].map(([name, pod]) => ({ name, ...pod })).sort(byName);
  return {
    destinations: kept.map((index) => {
      const named = call.destinations[index];
      return {
        name: counts.destinations[index] ?? '',
        weight: named?.weight ?? 0,
        replicas: named?.replicas ?? null,
        previousWeight: named?.previousWeight ?? null,
        observed: counts.observed[index] ?? 0,
        failed: counts.failed[index] ?? 0,
        pods: pods
          .filter(({ destination }) => destination === index)
          .map(({ name, observed }) => ({ name, observed })),
      };
    }),
    sampled: n + missing,
    unsent: unsentAnswers(counts.unsent, call.observationsPerCall),
    hidden,
    unattributed: counts.unattributed - abortedOk,
    cancelled,
    unknownPods: pods.filter(({ destination }) => destination < 0).map(({ name }) => name),
    aborts,
    failedWithDestination,
    connections:
      forwards !== null
        ? callRows(
            forwards.rows.map(({ observed, calls }) => ({ observed: pick(observed), calls })),
            connections.map(({ observed }) => pick(observed)),
          )
        : log?.areConnectionsKnown === false
          ? null
          : {
              counts: connections.map(({ observed }) => pick(observed)),
              neighbours: areRequestsKnown ? neighboursOn(connections) : null,
              leadElsewhere: call.behind !== null || call.choosesPerCall === true,
            },
    // Lines of a log that do not say which requests they are of leave the blocks empty.
    blocks: blocksOf(counts.blocks, pick, span),
    probed: pick(probe?.observed ?? []),
    windows: windows.observed.map((observed, index) => ({
      startSeconds: startSecondsOf(windows.first + index, windows.widthMs, span?.startMs ?? 0),
      observed: pick(observed),
      missing: windows.missing[index] ?? 0,
    })),
    spread: { ...spread, observed: pick(spread.observed), squares: pick(spread.squares) },
  };
}

/** What was not sent would have given so many answers each. */
function unsentAnswers(
  unsent: JudgedCall<SplitExpectation>['counted']['counts']['unsent'],
  each: number,
): { byPeer: number; byUs: number } {
  const { byPeer, byUs } = unsentRequests(unsent);
  return { byPeer: byPeer * each, byUs: byUs * each };
}

function blocksOf(
  { byRun, observed, pairs, equalPairs }: BlockCounts,
  pick: (columns: readonly number[]) => number[],
  span: Span | null,
): BlockEvidence {
  const rows = observed.map(pick);
  let end = 0;
  const runs = byRun.map((length) => {
    const start = end;
    end += length;
    return rows.slice(start, end);
  });
  // Runs that were joined need not have been at one time.
  const sendingMs = runs.length === 1 ? (span?.sendingMs ?? null) : null;
  return { runs, neighbours: { pairs, equal: equalPairs }, sendingMs };
}

function neighboursOn(
  connections: readonly ConnectionCallCounts[],
): ConnectionEvidence['neighbours'] {
  return {
    pairs: connections.reduce((sum, { pairs }) => sum + pairs, 0),
    equal: connections.reduce((sum, { equalPairs }) => sum + equalPairs, 0),
  };
}

/** The grid's first window may begin before the run does. */
function startSecondsOf(window: number, widthMs: number, startMs: number): number {
  return Math.max(0, window * widthMs - startMs) / 1000;
}

function byName(a: { name: string }, b: { name: string }): number {
  return a.name < b.name ? -1 : 1;
}

/** The part of the evidence that the decision rule looks at. */
export function splitEvidence(evidence: CallEvidence): SplitEvidence {
  const { connections, blocks, probed } = evidence;
  // A connection of one answer has no neighbours, and what it says of its destination is one row.
  const single = probed.flatMap((count, at) =>
    Array.from({ length: count }, () => probed.map((_, i) => (i === at ? 1 : 0))),
  );
  return {
    destinations: evidence.destinations,
    // Strays count as destinations of weight zero.
    leaked: 0,
    // No destination was asked by those that the route aborts.
    sampled: evidence.sampled - (evidence.aborts?.figures.allowed ?? 0),
    unsent: evidence.unsent,
    unattributed: evidence.unattributed,
    cancelled: evidence.cancelled,
    hidden: evidence.hidden,
    failedWithDestination: evidence.failedWithDestination,
    blocks,
    ...(connections === null
      ? {}
      : { connections: { ...connections, counts: [...connections.counts, ...single] } }),
  };
}
