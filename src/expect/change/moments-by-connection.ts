import type { ConnectionCallCounts } from '../../count/counted.js';
import { momentsOfSeries, type SeriesOfMoment } from '../../stats/moments-of-series.js';
import type { JudgedCall } from '../expectation.js';
import { seriesOf } from './answers-in-time.js';
import { dependenceOf } from './dependence.js';
import type { ChangeExpectation, ConnectionsMoment } from './expectation.js';

/** Two ways to tell connections apart share alpha. */
const WAYS = 2;

/** Shares by destination before and after; they add up to 1. */
interface KnownShares {
  previous: readonly number[];
  next: readonly number[];
}

/**
 * Finds connections that changed at different moments, as those to different replicas of a gateway do. Addresses are
 * told apart first, with all answers of each; where one hides several replicas, connections one by one.
 *
 * @param before What came before any of it, in ms since 1970; null: nothing did.
 * @param alpha How often several moments may be seen where there was one.
 * @returns By time; empty where no more than one moment is shown, and where connections differed before: then
 *   they have shares of their own, and what looks like their moments is those.
 */
export function momentsByConnection(
  one: JudgedCall<ChangeExpectation>,
  before: { fromMs: number; toMs: number } | null,
  shares: KnownShares,
  alpha: number,
): ConnectionsMoment[] {
  const { connections, remotes = [] } = one.counted;
  if (one.call.choosesPerCall === true || one.call.behind !== null) return [];
  const moments = momentsOf(connections, remotes, shares, alpha);
  const alike = alikeConnections(connections.length, moments);
  const differed = before !== null && dependenceOf(one, before, alike, alpha) !== null;
  return differed ? [] : moments;
}

/** Groups of connections that have one split before the change, and one after it, by their places. */
export function alikeConnections(
  connections: number,
  moments: readonly ConnectionsMoment[],
): number[][] {
  const staying = moments.filter(({ served }) => served !== 'both');
  const apart = new Set(staying.flatMap((one) => one.connections));
  const others = Array.from({ length: connections }, (_, index) => index);
  return [others.filter((index) => !apart.has(index)), ...staying.map((one) => one.connections)];
}

function momentsOf(
  connections: readonly ConnectionCallCounts[],
  remotes: readonly string[],
  { previous, next }: KnownShares,
  alpha: number,
): ConnectionsMoment[] {
  const series = seriesOf(connections, previous.length);
  if (series === null) return [];
  const { rows } = series;
  const windows = rows[0]?.length ?? 0;
  const one = [...rows.keys()].map((index) => [index]);
  const byRemote = [...new Set(remotes)].map((remote) =>
    [...rows.keys()].filter((index) => remotes[index] === remote),
  );
  for (const units of [byRemote, one]) {
    if (units.length < 2) continue;
    const pooled = units.map((unit) =>
      Array.from({ length: windows }, (_, k) => sumOf(unit.map((index) => rows[index]?.[k] ?? []))),
    );
    const groups = momentsOfSeries(pooled, previous, next, alpha / WAYS);
    if (groups.length < 2) continue;
    return groups
      .map((group) => momentOf(group, { units, remotes, windows, ...series }))
      .sort((a, b) => a.atMs - b.atMs);
  }
  return [];
}

function momentOf(
  { members, position, interval: [low, high] }: SeriesOfMoment,
  grid: {
    units: readonly (readonly number[])[];
    remotes: readonly string[];
    windows: number;
    widthMs: number;
    first: number;
  },
): ConnectionsMoment {
  const { units, remotes, windows, widthMs, first } = grid;
  const connections = members.flatMap((unit) => units[unit] ?? []).sort((a, b) => a - b);
  const own = new Set(connections);
  const elsewhere = new Set(remotes.filter((_, index) => !own.has(index)));
  const exclusive = new Set(connections.map((index) => remotes[index] ?? ''));
  const startMs = (k: number): number => (first + Math.min(windows, Math.max(0, k))) * widthMs;
  return {
    connections,
    remotes: [...exclusive].every((remote) => !elsewhere.has(remote)) ? [...exclusive].sort() : [],
    // A change that cannot be told from none is none.
    served: high === windows ? 'previous' : low === 0 ? 'new' : 'both',
    atMs: startMs(position),
    // It may lie within a window: each end is one further out.
    betweenMs: [startMs(low - 1), startMs(high + 1)],
  };
}

function sumOf(rows: readonly (readonly number[])[]): number[] {
  const [any = []] = rows;
  return any.map((_, i) => rows.reduce((sum, row) => sum + (row[i] ?? 0), 0));
}
