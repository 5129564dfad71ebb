import type { AnswerExample } from './answer-example.js';
import { mergeAttempts } from './attempt-counts.js';
import { mergeBlocks } from './merge-blocks.js';
import { mergeClusters } from './clusters.js';
import {
  canonicalNames,
  type ColumnPlaces,
  mergeColumns,
  placeCall,
  placeConnectionCall,
  placesIn,
} from './columns.js';
import type {
  CallCounts,
  ConnectionCounts,
  LogCounts,
  ProbeCounts,
  UnsentCause,
  WatchedLog,
} from './counted.js';
import { mergeFailures } from './failure-log.js';
import { mergeForwards } from './forward-counts.js';
import { mergeHistograms } from './histogram.js';
import { compareNumbers, compareTexts, mergeSums } from './key-sums.js';
import { mergePods } from './pods.js';
import { mergeSpread } from './spread.js';
import { mergeStreams } from './stream-counts.js';
import { mergeTimedLatency } from './timed-latency.js';
import { mergeTimelines } from './timeline.js';
import { mergeWindows } from './windows.js';

/** Columns that two counts of one call have together. */
export interface CommonColumns {
  destinations: string[];
  named: number;
  /** Where the columns of each of the two stand among them. */
  placesA: ColumnPlaces;
  placesB: ColumnPlaces;
}

/**
 * The columns of two counts of one call.
 *
 * @throws RangeError when other destinations were given to the one in advance than to the other: they
 *   are not counts of the same call.
 */
export function commonColumns(a: CallCounts, b: CallCounts): CommonColumns {
  const given = a.destinations.slice(0, a.named);
  if (a.named !== b.named || given.some((name, index) => b.destinations[index] !== name)) {
    throw new RangeError('counts of calls with different destinations cannot be added up');
  }
  const destinations = canonicalNames(given, [...a.destinations, ...b.destinations]);
  return {
    destinations,
    named: a.named,
    placesA: placesIn(destinations, a.destinations),
    placesB: placesIn(destinations, b.destinations),
  };
}

/** Adds up two counts of one call. */
export function mergeCallCounts(a: CallCounts, b: CallCounts, columns: CommonColumns): CallCounts {
  return addUp(placeCall(a, columns, columns.placesA), placeCall(b, columns, columns.placesB));
}

/**
 * What connections carried, with the columns of joined counts.
 *
 * @param columns By call: the columns, and where those of these connections stand among them.
 */
export function placeConnections(
  connections: readonly ConnectionCounts[],
  columns: readonly { length: number; places: ColumnPlaces }[],
): ConnectionCounts[] {
  return connections.map((connection) => ({
    ...connection,
    byCall: connection.byCall.map((counts, call) => {
      const { places, length } = columns[call]!;
      return placeConnectionCall(counts, places, length);
    }),
  }));
}

/** Both have the same columns. */
function addUp(a: CallCounts, b: CallCounts): CallCounts {
  return {
    destinations: a.destinations,
    named: a.named,
    due: a.due + b.due,
    sent: a.sent + b.sent,
    unsent: mergeSums<UnsentCause>(a.unsent, b.unsent, compareTexts),
    ends: {
      ok: a.ends.ok + b.ends.ok,
      failed: a.ends.failed + b.ends.failed,
      timedOut: a.ends.timedOut + b.ends.timedOut,
      cancelled: a.ends.cancelled + b.ends.cancelled,
    },
    statuses: mergeSums(a.statuses, b.statuses, compareNumbers),
    failures: mergeFailures(a.failures, b.failures),
    observed: mergeColumns(a.observed, b.observed),
    failed: mergeColumns(a.failed, b.failed),
    unattributed: a.unattributed + b.unattributed,
    pods: mergePods(a.pods, b.pods),
    vouchers: mergeSums(a.vouchers, b.vouchers, compareTexts),
    latency: a.latency.map((counts, index) => mergeHistograms(counts, b.latency[index]!)),
    scheduleSlip: mergeHistograms(a.scheduleSlip, b.scheduleSlip),
    windows: mergeWindows(a.windows, b.windows),
    blocks: mergeBlocks(a.blocks, b.blocks),
    clusters: mergeClusters(a.clusters, b.clusters),
    spread: mergeSpread(a.spread, b.spread),
    probe: mergeProbes(a.probe, b.probe),
    packed: mergeSums(a.packed, b.packed, compareTexts),
    cache: { looked: a.cache.looked + b.cache.looked, cached: a.cache.cached + b.cache.cached },
    log: mergeLogs(a.log, b.log),
    ...mergeTimed(a, b),
    ...mergeFailed(a, b),
    ...mergePart('uncountable', a, b, firstExample),
    ...mergeKept(a, b),
    ...mergePart('timeline', a, b, mergeTimelines),
    ...mergePart('streams', a, b, mergeStreams),
    ...mergePart('attempts', a, b, mergeAttempts),
    ...mergePart('forwards', a, b, mergeForwards),
  };
}

/** Parts of which the counts of a call may have none. */
type OptionalPart = 'uncountable' | 'timeline' | 'streams' | 'attempts' | 'forwards';

/** A part that one of the two may lack; what both have is merged. */
function mergePart<K extends OptionalPart>(
  name: K,
  { [name]: a }: CallCounts,
  { [name]: b }: CallCounts,
  merge: (a: NonNullable<CallCounts[K]>, b: NonNullable<CallCounts[K]>) => CallCounts[K],
): Partial<Pick<CallCounts, K>> {
  const merged = a === undefined || b === undefined ? (a ?? b) : merge(a, b);
  return merged === undefined ? {} : ({ [name]: merged } as Pick<CallCounts, K>);
}

/** Of both, or of none: what one of them lacks would be missing in the sum, and nobody would see it. */
function mergeTimed(
  { timedLatency: a }: CallCounts,
  { timedLatency: b }: CallCounts,
): Pick<CallCounts, 'timedLatency'> {
  return a === undefined || b === undefined ? {} : { timedLatency: mergeTimedLatency(a, b) };
}

/** One of the two, whichever comes first. */
function firstExample(a: AnswerExample, b: AnswerExample): AnswerExample {
  return JSON.stringify(a) < JSON.stringify(b) ? a : b;
}

function mergeProbes(a: ProbeCounts | null, b: ProbeCounts | null): ProbeCounts | null {
  if (a === null || b === null) return a ?? b;
  return {
    connections: a.connections + b.connections,
    observed: mergeColumns(a.observed, b.observed),
    missing: a.missing + b.missing,
  };
}

/** Each of them is a member's own. */
function mergeKept(a: CallCounts, b: CallCounts): Pick<CallCounts, 'kept'> {
  const kept = [...(a.kept ?? []), ...(b.kept ?? [])];
  return kept.length === 0 ? {} : { kept: kept.sort((one, other) => one.member - other.member) };
}

function mergeFailed(
  { failedLatency: a }: CallCounts,
  { failedLatency: b }: CallCounts,
): Pick<CallCounts, 'failedLatency'> {
  if (a === undefined && b === undefined) return {};
  return { failedLatency: mergeHistograms(a ?? [], b ?? []) };
}

function mergeLogs(a: LogCounts | null, b: LogCounts | null): LogCounts | null {
  if (a === null || b === null) return a ?? b;
  return {
    lines: a.lines + b.lines,
    excess: a.excess + b.excess,
    flags: mergeSums(a.flags, b.flags, compareTexts),
    connectionFailures: mergeSums(a.connectionFailures, b.connectionFailures, compareTexts),
    areFlagsKnown: a.areFlagsKnown && b.areFlagsKnown,
    withoutUpstream: mergeSums(a.withoutUpstream, b.withoutUpstream, compareTexts),
    unknown: a.unknown + b.unknown,
    unreadable: a.unreadable + b.unreadable,
    example: leastText(a.example, b.example),
    hasEnded: a.hasEnded || b.hasEnded,
    wasSilent: a.wasSilent && b.wasSilent,
    areConnectionsKnown: a.areConnectionsKnown && b.areConnectionsKnown,
    areRequestsKnown: a.areRequestsKnown && b.areRequestsKnown,
    ...mergeWatched(a.watched, b.watched),
  };
}

function mergeWatched(a?: WatchedLog, b?: WatchedLog): Pick<LogCounts, 'watched'> {
  if (a === undefined || b === undefined)
    return a === undefined && b === undefined ? {} : { watched: a ?? b };
  return {
    watched: {
      lines: a.lines + b.lines,
      requests: mergeSums(a.requests, b.requests, compareTexts),
      withoutStatus: a.withoutStatus + b.withoutStatus,
      withoutHost: a.withoutHost + b.withoutHost,
      notToldApart: mergeSums(a.notToldApart, b.notToldApart, compareTexts),
    },
  };
}

function leastText(a: string | null, b: string | null): string | null {
  if (a === null || b === null) return a ?? b;
  return a < b ? a : b;
}
