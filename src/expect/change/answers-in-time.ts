import type { ConnectionCallCounts } from '../../count/counted.js';

/** Answers of connections over time, in the same windows. */
export interface ConnectionSeries {
  widthMs: number;
  /** Number of the first window, counted from 1970. */
  first: number;
  /** By connection, window and destination. */
  rows: number[][][];
}

/** Puts the answers of connections on one grid. @returns null where none were counted by time. */
export function seriesOf(
  connections: readonly ConnectionCallCounts[],
  columns: number,
): ConnectionSeries | null {
  const all = connections.flatMap(({ inTime }) =>
    inTime === undefined || inTime.observed.length === 0 ? [] : [inTime],
  );
  if (all.length === 0) return null;
  const widthMs = Math.max(...all.map((one) => one.widthMs));
  const numberOf = (number: number, own: number): number => Math.floor(number / (widthMs / own));
  const first = Math.min(...all.map((one) => numberOf(one.first, one.widthMs)));
  const last = Math.max(
    ...all.map((one) => numberOf(one.first + one.observed.length - 1, one.widthMs)),
  );
  const length = last - first + 1;
  const rows = connections.map(({ inTime }) => {
    const windows = Array.from({ length }, () => new Array<number>(columns).fill(0));
    inTime?.observed.forEach((row, index) => {
      const at = numberOf(inTime.first + index, inTime.widthMs) - first;
      windows[at] = windows[at]?.map((sum, i) => sum + (row[i] ?? 0)) ?? [];
    });
    return windows;
  });
  return { widthMs, first, rows };
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
