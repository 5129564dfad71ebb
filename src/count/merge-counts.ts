import { mergeControlPlanes } from './control-plane.js';
import type {
  CallCounts,
  ConnectionCounts,
  Counted,
  Death,
  MemberCounts,
  Silence,
  Span,
  TransportCounts,
  UnreachableAddress,
} from './counted.js';
import { compareTexts, mergeSums } from './key-sums.js';
import { mergeLeaves } from './page-leave.js';
import { mergeReadings } from './proxy-readings.js';
import { commonColumns, mergeCallCounts, placeConnections } from './merge-call-counts.js';
import { distinctTls } from './tls-details.js';

/**
 * Adds up what was counted in two parts of a run: by its threads, or by its shards. The only way to
 * join counts. Associative and commutative: parts can be joined in any order and grouping, and what comes
 * of it is the same to the last place.
 *
 * - The sample lasts from the first start to the last end, and requests are sent to the last moment
 *   at which a part sends.
 * - Connections, members, deaths and silences of both stand side by side, in an order that follows
 *   from what they are; addresses that were unreachable and kinds of TLS are named once.
 * - An interruption, or an early stop, of one is one of both. Of two different stops the first by code
 *   is kept, and of two with one code the later one.
 * - A wait for a roll-out took as long as the longest, and ended well if all did.
 * - Counters of proxies grew from the first reading of any part to the last of any.
 * - What control planes did to the parts stands side by side.
 * - Whether pages may make the calls is told by every answer that differs.
 * - Times that add up are kept in whole microseconds, which add up exactly.
 *
 * @throws RangeError when they are not parts of one run: different numbers of calls, or calls with
 *   different destinations given in advance. A part without any calls goes with every other.
 */
export function mergeCounts(a: Counted, b: Counted): Counted {
  const { calls, connections } = mergeCalls(a, b);
  return {
    span: mergeSpans(a.span, b.span),
    isInterrupted: a.isInterrupted || b.isInterrupted,
    stopped: earlierOf(a.stopped, b.stopped),
    calls,
    connections,
    members: [...a.members, ...b.members].sort(compareMembers),
    deaths: [...a.deaths, ...b.deaths].sort(compareDeaths),
    silences: [...a.silences, ...b.silences].sort(compareSilences),
    unreachable: once([...a.unreachable, ...b.unreachable], keyOfAddress),
    transport: mergeTransports(a.transport, b.transport),
    cpuMicros: a.cpuMicros + b.cpuMicros,
    excluded: a.excluded + b.excluded,
    rollout: mergeRollouts(a.rollout, b.rollout),
    proxies: mergeReadings(a.proxies, b.proxies),
    ...mergeLeaves(a.leaves, b.leaves),
    ...mergeControlPlanes(a.controlPlanes, b.controlPlanes),
  };
}

function mergeCalls(a: Counted, b: Counted): Pick<Counted, 'calls' | 'connections'> {
  if (a.calls.length === 0) return sorted(b);
  if (b.calls.length === 0) return sorted(a);
  if (a.calls.length !== b.calls.length) {
    throw new RangeError('counts of different numbers of calls cannot be added up');
  }
  const columns = a.calls.map((call, index) => commonColumns(call, b.calls[index]!));
  const ofA = columns.map(({ destinations: { length }, placesA: places }) => ({ length, places }));
  const ofB = columns.map(({ destinations: { length }, placesB: places }) => ({ length, places }));
  return sorted({
    calls: a.calls.map((call, index) => mergeCallCounts(call, b.calls[index]!, columns[index]!)),
    connections: [...placeConnections(a.connections, ofA), ...placeConnections(b.connections, ofB)],
  });
}

function sorted({ calls, connections }: { calls: CallCounts[]; connections: ConnectionCounts[] }) {
  return { calls, connections: [...connections].sort(compareConnections) };
}

/** Shards number their connections alike; what they carried tells them apart. */
function compareConnections(a: ConnectionCounts, b: ConnectionCounts): number {
  return (
    a.number - b.number ||
    compareTexts(a.remote, b.remote) ||
    compareTexts(contentOf(a), contentOf(b))
  );
}

function contentOf({ byCall, errors, lost }: ConnectionCounts): string {
  const rows = byCall.map(({ observed, missing, pairs, equalPairs, inTime }) => [
    ...[observed, missing, pairs, equalPairs],
    ...(inTime === undefined ? [] : [inTime]),
  ]);
  return JSON.stringify([rows, errors, lost]);
}

function compareMembers(a: MemberCounts, b: MemberCounts): number {
  return (
    compareTexts(a.engine, b.engine) ||
    a.connections - b.connections ||
    a.concurrency - b.concurrency ||
    a.utilisation - b.utilisation ||
    a.lagP99Ms - b.lagP99Ms ||
    a.lagMaxMs - b.lagMaxMs ||
    (a.latenessP99Ms ?? -1) - (b.latenessP99Ms ?? -1)
  );
}

function compareDeaths(a: Death, b: Death): number {
  return compareTexts(a.why, b.why) || a.sent - b.sent;
}

function compareSilences(a: Silence, b: Silence): number {
  return a.startMs - b.startMs || a.lengthMs - b.lengthMs;
}

function mergeSpans(a: Span | null, b: Span | null): Span | null {
  if (a === null || b === null) return a ?? b;
  const startMs = Math.min(a.startMs, b.startMs);
  return {
    startMs,
    endMs: Math.max(a.endMs, b.endMs),
    sendingMs: (Math.max(sendingEndMicros(a), sendingEndMicros(b)) - micros(startMs)) / 1000,
  };
}

function sendingEndMicros({ startMs, sendingMs }: Span): number {
  return micros(startMs) + micros(sendingMs);
}

function micros(ms: number): number {
  return Math.round(ms * 1000);
}

function earlierOf(a: Counted['stopped'], b: Counted['stopped']): Counted['stopped'] {
  if (a === null || b === null) return a ?? b;
  const order =
    compareTexts(a.code, b.code) ||
    b.afterRequests - a.afterRequests ||
    compareTexts(a.destination ?? '', b.destination ?? '');
  return order <= 0 ? a : b;
}

function mergeTransports(a: TransportCounts, b: TransportCounts): TransportCounts {
  const limits = [a.maxConcurrentStreams, b.maxConcurrentStreams].filter((limit) => limit !== null);
  return {
    resent: a.resent + b.resent,
    goaway: a.goaway + b.goaway,
    reconnects: a.reconnects + b.reconnects,
    rstStream: mergeSums(a.rstStream, b.rstStream, compareTexts),
    broken: mergeSums(a.broken, b.broken, compareTexts),
    maxConcurrentStreams: limits.length === 0 ? null : Math.min(...limits),
    streamWaits: {
      count: a.streamWaits.count + b.streamWaits.count,
      totalMs: (micros(a.streamWaits.totalMs) + micros(b.streamWaits.totalMs)) / 1000,
    },
    tls: distinctTls([...a.tls, ...b.tls]),
    ...mergeShortages(a.shortages, b.shortages),
  };
}

function mergeShortages(
  a: TransportCounts['shortages'],
  b: TransportCounts['shortages'],
): Pick<TransportCounts, 'shortages'> {
  if (a === undefined && b === undefined) return {};
  return { shortages: mergeSums(a ?? new Map(), b ?? new Map(), compareTexts) };
}

function mergeRollouts(a: Counted['rollout'], b: Counted['rollout']): Counted['rollout'] {
  if (a === null || b === null) return a ?? b;
  return { waitedMs: Math.max(a.waitedMs, b.waitedMs), followed: a.followed && b.followed };
}

/** Each of them once, in the order of their keys. */
function once<T>(all: readonly T[], keyOf: (one: T) => string): T[] {
  const byKey = new Map(all.map((one) => [keyOf(one), one]));
  return [...byKey].sort(([one], [other]) => compareTexts(one, other)).map(([, one]) => one);
}

function keyOfAddress({ address, kind, message }: UnreachableAddress): string {
  return JSON.stringify([address, kind, message]);
}
