import type { FailureCount } from '../count/failure-log.js';
import type { Tally } from '../count/tally.js';
import type { SplitEvidence } from '../expect/split/decide-evidence.js';
import type { ConnectionEvidence } from '../expect/split/dependence.js';
import type { CountWindows } from '../expect/split/findings/finding.js';
import type { ConnectionProbe } from './connection-probe.js';
import type { ExpectedSplit } from './expected-split.js';
import { type InjectedAborts, injectedAborts } from './injected-aborts.js';
import { podsOf, unidentifiedFailures } from './tally-counts.js';

/** One destination: what was expected of it, and what came. */
export interface DestinationEvidence {
  name: string;
  weight: number;
  /** Whether the route names it; else it answered all the same. */
  routed: boolean;
  /** Pods by the manifests; null when they do not say. */
  replicas: number | null;
  /** Weight before the last change; null when not known. */
  previousWeight: number | null;
  observed: number;
  /** Failed answers that carried this destination's identity; part of `observed`. */
  failed: number;
  pods: { name: string; observed: number }[];
}

/** What was observed of one call, as plain data: of a tally, or of the records of several runs. */
export interface CallEvidence {
  /** Those of the route, then strays that answered, which count as destinations of weight zero. */
  destinations: DestinationEvidence[];
  sampled: number;
  /** OK answers of nobody recognisable. */
  unattributed: number;
  cancelled: number;
  /** Pods that answered and fit no workload. */
  unknownPods: { name: string; observed: number }[];
  failures: FailureCount[];
  /** Requests that the route aborts on purpose; part of `failures`. */
  aborts: InjectedAborts | null;
  /** Columns as in `destinations`. */
  connections: ConnectionEvidence;
  /** Answers of connections of one request each, which are no part of the sample; as `destinations`. */
  probed: number[];
  windows: { startSeconds: number; observed: number[] }[];
  /** null where runs with blocks of different sizes were joined. */
  blocks: CountWindows | null;
}

/**
 * Collects what the verdict needs of a tally.
 *
 * @param probe What was asked of connections after the sample; null when nothing was.
 */
export function callEvidence(
  expected: ExpectedSplit,
  tally: Tally,
  probe: ConnectionProbe | null = null,
): CallEvidence {
  const { destinations: names } = expected.attribution;
  const routed = expected.destinations.length;
  const kept = names.flatMap((_, index) =>
    index < routed || (tally.observed[index] ?? 0) + (probe?.observed[index] ?? 0) > 0
      ? [index]
      : [],
  );
  const pick = (counts: readonly number[]): number[] => kept.map((index) => counts[index] ?? 0);
  const failures = tally.failures.list();
  return {
    destinations: kept.map((index) => ({
      name: names[index] ?? '',
      weight: expected.destinations[index]?.weight ?? 0,
      routed: index < routed,
      replicas: expected.destinations[index]?.replicas ?? null,
      previousWeight: expected.destinations[index]?.previousWeight ?? null,
      observed: tally.observed[index] ?? 0,
      failed: tally.failedByDestination[index] ?? 0,
      pods: podsOf(tally, index),
    })),
    sampled: tally.sent,
    unattributed: tally.unattributed,
    cancelled: tally.outcomes.cancelled,
    unknownPods: podsOf(tally, -1),
    failures,
    aborts: injectedAborts(expected.aborts, failures, tally.sent, unidentifiedFailures(tally)),
    connections: {
      counts: tally.connections.map(({ observed }) => pick(observed)),
      neighbours: {
        pairs: tally.connections.reduce((sum, { pairs }) => sum + pairs, 0),
        equal: tally.connections.reduce((sum, { equalPairs }) => sum + equalPairs, 0),
      },
    },
    probed: pick(probe?.observed ?? []),
    windows: tally.windows.windows.map(({ observed }, index) => ({
      startSeconds: (index * tally.windows.widthMs) / 1000,
      observed: pick(observed),
    })),
    blocks: {
      size: tally.blocks.size,
      windows: tally.blocks.count,
      counts: pick(tally.blocks.counts),
      squares: pick(tally.blocks.sumOfSquares),
    },
  };
}

/** The part of the evidence that the decision rule looks at. */
export function splitEvidence(evidence: CallEvidence): SplitEvidence {
  const { connections, probed } = evidence;
  // A connection of one answer has no neighbours, and what it says of its destination is one row.
  const single = probed.flatMap((count, at) =>
    Array.from({ length: count }, () => probed.map((_, i) => (i === at ? 1 : 0))),
  );
  return {
    destinations: evidence.destinations,
    // Strays count as destinations of weight zero.
    leaked: 0,
    // No destination was asked by those that the route aborts.
    sampled: evidence.sampled - (evidence.aborts?.allowed ?? 0),
    unattributed: evidence.unattributed,
    cancelled: evidence.cancelled,
    failedWithDestination: evidence.destinations.reduce((sum, { failed }) => sum + failed, 0),
    connections: { ...connections, counts: [...connections.counts, ...single] },
  };
}
