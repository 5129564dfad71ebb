import type { AnswersInTime, ConnectionCallCounts } from '../../count/counted.js';

/** Answers of connections over time, in the same windows. */
export interface ConnectionSeries {
  widthMs: number;
  /** Number of the first window, counted from 1970. */
  first: number;
  /** By connection, window and destination. */
  rows: number[][][];
}

/** Twice as many as one connection has. */
const MOST_WINDOWS = 1024;

/**
 * Puts the answers of connections on one grid: of the widest windows among theirs, or wider ones where joined runs lie
 * so far apart that those would be too many.
 *
 * @returns null where none were counted by time.
 */
export function seriesOf(
  connections: readonly ConnectionCallCounts[],
  columns: number,
): ConnectionSeries | null {
  const all = connections.flatMap(({ inTime }) =>
    inTime === undefined || inTime.observed.length === 0 ? [] : [inTime],
  );
  if (all.length === 0) return null;
  let widthMs = Math.max(...all.map((one) => one.widthMs));
  let grid = gridOf(all, widthMs);
  while (grid.length > MOST_WINDOWS) {
    widthMs *= 2;
    grid = gridOf(all, widthMs);
  }
  const { first, length } = grid;
  const rows = connections.map(({ inTime }) => {
    const windows = Array.from({ length }, () => new Array<number>(columns).fill(0));
    inTime?.observed.forEach((row, index) => {
      const at = placeAt(inTime.first + index, inTime.widthMs, widthMs) - first;
      windows[at] = windows[at]?.map((sum, i) => sum + (row[i] ?? 0)) ?? [];
    });
    return windows;
  });
  return { widthMs, first, rows };
}

/** The windows of a width that hold all answers. */
function gridOf(all: readonly AnswersInTime[], widthMs: number): { first: number; length: number } {
  const first = Math.min(...all.map((one) => placeAt(one.first, one.widthMs, widthMs)));
  const last = Math.max(
    ...all.map((one) => placeAt(one.first + one.observed.length - 1, one.widthMs, widthMs)),
  );
  return { first, length: last - first + 1 };
}

/** The number of the window that another lies in, of a width that is a multiple of its own. */
function placeAt(number: number, ownWidthMs: number, widthMs: number): number {
  return Math.floor(number / (widthMs / ownWidthMs));
}

/**
 * What connections answered in a stretch of time: of windows that are in it as a whole, or of the whole run where
 * that was not counted by time.
 */
export function answersBetween(
  { observed, inTime }: ConnectionCallCounts,
  fromMs: number,
  toMs: number,
): number[] {
  if (inTime === undefined) return observed;
  const { widthMs, first } = inTime;
  const within = inTime.observed.filter((_, index) => {
    const startMs = (first + index) * widthMs;
    return startMs >= fromMs && startMs + widthMs <= toMs;
  });
  return observed.map((_, i) => within.reduce((sum, row) => sum + (row[i] ?? 0), 0));
}
