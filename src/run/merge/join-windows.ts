import type { RunRecord } from '../../record/run-record.js';
import { joinCounts } from './named-record.js';

/** The finest width that runs count with; others are this doubled again and again. */
const BASE_WIDTH_MS = 10;
const MAX_WINDOWS = 512;

type WindowRecord = RunRecord['windows'][number];

/** A record, or the part of it that is about one call. */
type CountedOverTime = Pick<RunRecord, 'startedAt' | 'windowSeconds' | 'windows'>;

interface Series {
  widthMs: number;
  windows: { atMs: number; window: WindowRecord }[];
}

/**
 * Joins counts over time. Every window is put, whole, into the window of the common grid in which
 * it begins. The grid is fixed in absolute time and widths only double, so that it does not matter
 * in which order and grouping records are joined.
 *
 * @param startMs When the joined run started, ms since 1970.
 */
export function joinWindows(
  records: readonly CountedOverTime[],
  startMs: number,
): Pick<RunRecord, 'windowSeconds' | 'windows'> {
  const all = records.filter(({ windows }) => windows.length > 0).map(seriesOf);
  if (all.length === 0) return { windowSeconds: null, windows: [] };
  const starts = all.flatMap(({ windows }) => windows.map(({ atMs }) => atMs));
  const earliest = starts.reduce((a, b) => Math.min(a, b));
  const latest = starts.reduce((a, b) => Math.max(a, b));
  let widthMs = Math.max(...all.map((series) => series.widthMs));
  while (Math.floor(latest / widthMs) - Math.floor(earliest / widthMs) >= MAX_WINDOWS) {
    widthMs *= 2;
  }
  const cells = new Map<number, WindowRecord[]>();
  for (const { windows } of all) {
    for (const { atMs, window } of windows) {
      const place = Math.floor(atMs / widthMs);
      const cell = cells.get(place);
      if (cell === undefined) cells.set(place, [window]);
      else cell.push(window);
    }
  }
  const joined = [...cells].sort(([a], [b]) => a - b);
  return {
    windowSeconds: widthMs / 1000,
    windows: joined.map(([place, windows]) => ({
      // The grid's first window may begin before the run does.
      startSeconds: Math.max(0, place * widthMs - startMs) / 1000,
      observed: joinCounts(windows.map(({ observed }) => observed)),
      failed: windows.reduce((sum, { failed }) => sum + failed, 0),
    })),
  };
}

function seriesOf(record: CountedOverTime): Series {
  const startMs = Date.parse(record.startedAt);
  return {
    widthMs: widthOf(record),
    windows: record.windows.map((window) => ({
      atMs: startMs + Math.round(window.startSeconds * 1000),
      window,
    })),
  };
}

/** Records of runs have windows without gaps, so that two starts tell the width. */
function widthOf({ windowSeconds, windows }: CountedOverTime): number {
  if (windowSeconds !== null) return Math.max(BASE_WIDTH_MS, Math.round(windowSeconds * 1000));
  const [first, second] = windows;
  if (first === undefined || second === undefined) return BASE_WIDTH_MS;
  const difference = Math.round((second.startSeconds - first.startSeconds) * 1000);
  return Math.max(BASE_WIDTH_MS, difference);
}
