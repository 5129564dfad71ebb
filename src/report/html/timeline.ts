import { group, max, sum } from 'd3-array';
import type { RunRecord } from '../../record/run-record.js';

/** What was sent within a stretch of the run. */
export interface Stretch {
  startSeconds: number;
  endSeconds: number;
  /** Answers by destination, in the order of the names. */
  observed: readonly number[];
  /** Those of destinations that have no line of their own. */
  others: number;
  /** Of which there are answers or failures. */
  sent: number;
  /** Not OK; where the record does not say, without an answer of a known destination. */
  failed: number;
  /** The greatest of the windows of the stretch; null where there are none. */
  p50Ms: number | null;
  p99Ms: number | null;
}

/** A run over time, as finely as can be seen. */
export interface Timeline {
  /** Destinations that have lines of their own; those with the most answers where there are many. */
  names: readonly string[];
  /** Destinations besides. */
  otherNames: number;
  stretches: readonly Stretch[];
  /** Windows of the record in a stretch. */
  windowsEach: number;
  endSeconds: number;
}

/** Lines and points that can be told apart. */
const MOST_LINES = 8;
const MOST_STRETCHES = 120;

/**
 * Adds up neighbouring windows until there are few enough to be seen.
 *
 * @param names Of destinations, in the order in which they are shown; others follow.
 * @returns null where the record has no windows.
 */
export function timelineOf(record: RunRecord, names: readonly string[]): Timeline | null {
  const { windows, windowSeconds } = record;
  if (windowSeconds === null || windows.length === 0) return null;
  const totals = new Map(names.map((name) => [name, 0]));
  for (const { observed } of windows) {
    for (const [name, count] of Object.entries(observed)) {
      totals.set(name, (totals.get(name) ?? 0) + count);
    }
  }
  const most = new Set(
    [...totals]
      .sort(([, a], [, b]) => b - a)
      .slice(0, MOST_LINES)
      .map(([name]) => name),
  );
  const shown = [...totals.keys()].filter((name) => most.has(name));
  // All windows but the first begin on the grid of the record, which began before the run.
  const offset = (windows[1]?.startSeconds ?? 0) % windowSeconds;
  const numbers = windows.map(({ startSeconds }) =>
    Math.floor((startSeconds - offset) / windowSeconds + 1e-6),
  );
  const first = numbers[0] ?? 0;
  const windowsEach = Math.ceil(((numbers.at(-1) ?? first) - first + 1) / MOST_STRETCHES);
  const edge = (stretch: number): number =>
    Math.max(0, offset + (first + stretch * windowsEach) * windowSeconds);
  const groups = group(
    windows.map((window, index) => ({ window, number: numbers[index] ?? first })),
    ({ number }) => Math.floor((number - first) / windowsEach),
  );
  const last = edge(Math.max(...groups.keys()) + 1);
  return {
    names: shown,
    otherNames: totals.size - shown.length,
    stretches: [...groups].map(([number, within]) =>
      stretchOf(
        within.map(({ window }) => window),
        shown,
        edge(number),
        edge(number + 1),
      ),
    ),
    windowsEach,
    endSeconds: last,
  };
}

function stretchOf(
  windows: RunRecord['windows'],
  names: readonly string[],
  startSeconds: number,
  endSeconds: number,
): Stretch {
  const counts = new Map<string, number>();
  for (const { observed } of windows) {
    for (const [name, count] of Object.entries(observed)) {
      counts.set(name, (counts.get(name) ?? 0) + count);
    }
  }
  const observed = names.map((name) => counts.get(name) ?? 0);
  return {
    startSeconds,
    endSeconds,
    observed,
    others: sum(counts.values()) - sum(observed),
    sent: sum(windows, sentIn),
    failed: sum(windows, ({ failed }) => failed),
    p50Ms: max(windows, ({ latencyMs }) => latencyMs?.overall.p50 ?? undefined) ?? null,
    p99Ms: max(windows, ({ latencyMs }) => latencyMs?.overall.p99 ?? undefined) ?? null,
  };
}

/** Not every record counts them apart. */
function sentIn({ sent, observed, failed }: RunRecord['windows'][number]): number {
  return sent ?? failed + sum(Object.values(observed));
}

/** Answers of a stretch whose destination is known. */
export function answersOf({ observed, others }: Stretch): number {
  return others + sum(observed);
}
