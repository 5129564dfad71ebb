import { entryOf } from '../../record/named-counts.js';
import type { CallRecord, RunRecord, SplitRecord } from '../../record/run-record.js';
import type { CallEvidence, DestinationEvidence } from '../evidence.js';
import { injectedAborts } from '../injected-aborts.js';
import {
  type CallPart,
  compareTexts,
  type ConnectionCounts,
  joinCounts,
  sumOf,
} from './named-record.js';

type Pods = { name: string; observed: number }[];

/**
 * What was observed of a call in several runs, as if it had been one.
 *
 * @param parts The call in each of them.
 * @param windows Its joined windows.
 * @param connections Its counts on the joined connections.
 */
export function joinEvidence(
  parts: readonly CallPart[],
  windows: RunRecord['windows'],
  connections: readonly ConnectionCounts[],
): CallEvidence {
  const calls = parts.map(({ call }) => call);
  const splits = calls.map(({ split }) => split);
  const sampled = sumOf(splits, (split) => split.sampled);
  const failures = joinFailures(calls.map((call) => call.failures));
  const unidentified = sumOf(
    splits,
    (split) => split.missing - split.unattributed - split.cancelled,
  );
  const destinations = joinDestinations(splits);
  const columns = (counts: Readonly<Record<string, number>>): number[] =>
    destinations.map(({ name }) => entryOf(counts, name) ?? 0);
  return {
    destinations,
    sampled,
    unattributed: sumOf(splits, ({ unattributed }) => unattributed),
    cancelled: sumOf(splits, ({ cancelled }) => cancelled),
    unknownPods: joinPods(splits.map(({ unknownPods }) => unknownPods)),
    failures,
    aborts: injectedAborts(splits[0]?.aborts ?? null, failures, sampled, unidentified),
    connections: {
      counts: connections.map(({ observed }) => columns(observed)),
      neighbours: {
        pairs: sumOf(connections, ({ pairs }) => pairs),
        equal: sumOf(connections, ({ equalPairs }) => equalPairs),
      },
    },
    probed: columns(joinProbes(calls)?.observed ?? {}),
    windows: windows.map(({ startSeconds, observed }) => ({
      startSeconds,
      observed: columns(observed),
    })),
    blocks: joinBlocks(splits, columns),
  };
}

/** Every shard's connections of one request are connections of the whole. */
export function joinProbes(calls: readonly CallRecord[]): CallRecord['connectionProbe'] {
  const probes = calls.flatMap(({ connectionProbe }) => connectionProbe ?? []);
  if (probes.length === 0) return null;
  return {
    connections: sumOf(probes, ({ connections }) => connections),
    observed: joinCounts(probes.map(({ observed }) => observed)),
    missing: sumOf(probes, ({ missing }) => missing),
  };
}

/** Those of the route in its order, which is the same in all; then strays by name. */
function joinDestinations(splits: readonly SplitRecord[]): DestinationEvidence[] {
  const all = splits.flatMap(({ destinations }) => destinations);
  const routed = (splits[0]?.destinations ?? []).filter((destination) => destination.routed);
  const names = routed.map(({ name }) => name);
  const strays = [...new Set(all.map(({ name }) => name))]
    .filter((name) => !names.includes(name))
    .sort(compareTexts);
  return [...names, ...strays].map((name) => {
    const parts = all.filter((destination) => destination.name === name);
    return {
      name,
      weight: parts[0]?.weight ?? 0,
      routed: names.includes(name),
      replicas: agreed(parts.map(({ replicas }) => replicas)),
      previousWeight: agreed(parts.map(({ previousWeight }) => previousWeight)),
      observed: sumOf(parts, ({ observed }) => observed),
      failed: sumOf(parts, ({ failed }) => failed),
      pods: joinPods(parts.map(({ pods }) => pods)),
    };
  });
}

/** The one value that all have; null where they differ or one does not know. */
export function agreed<T>(values: readonly (T | null)[]): T | null {
  const [first = null] = values;
  return values.every((value) => value === first) ? first : null;
}

function joinPods(all: readonly Pods[]): Pods {
  const counts = joinCounts(
    all.flatMap((pods) => pods.map(({ name, observed }) => ({ [name]: observed }))),
  );
  return Object.entries(counts).map(([name, observed]) => ({ name, observed }));
}

function joinFailures(all: readonly CallEvidence['failures'][]): CallEvidence['failures'] {
  const sums = new Map<string, CallEvidence['failures'][number]>();
  for (const { status, cause, count } of all.flat()) {
    const key = `${status}\n${cause}`;
    sums.set(key, { status, cause, count: (sums.get(key)?.count ?? 0) + count });
  }
  return [...sums]
    .sort(([keyA, a], [keyB, b]) => b.count - a.count || compareTexts(keyA, keyB))
    .map(([, failure]) => failure);
}

/** Blocks of one size add up; those of different sizes say nothing together. */
function joinBlocks(
  splits: readonly SplitRecord[],
  columns: (counts: Readonly<Record<string, number>>) => number[],
): CallEvidence['blocks'] {
  const blocks = splits.flatMap((split) => (split.blocks === null ? [] : [split.blocks]));
  const [first] = blocks;
  if (first === undefined || blocks.length < splits.length) return null;
  if (blocks.some(({ size }) => size !== first.size)) return null;
  return {
    size: first.size,
    windows: sumOf(blocks, (block) => block.blocks),
    counts: columns(joinCounts(blocks.map(({ observed }) => observed))),
    squares: columns(joinCounts(blocks.map(({ squares }) => squares))),
  };
}
