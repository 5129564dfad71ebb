import { placeCall, placesIn } from '../../count/columns.js';
import type { CallCounts, Counted, TimedLatencyCounts } from '../../count/counted.js';
import { sumOfHistograms } from '../../count/histogram.js';
import { summarize } from '../../count/latency-summary.js';
import { timedLatencyOf } from '../../count/timed-latency.js';
import type { RunRecord } from '../run-record.js';
import { summaries } from './latency-view.js';
import { byName, sumByName } from './names.js';

type WindowsView = Pick<RunRecord, 'windowSeconds' | 'windows'>;

/**
 * What became of requests over send time, of all calls together; destinations of one name are one. Where a
 * part of the run does not say how long its requests took, windows are of its answers alone.
 */
export function windowsView({ calls, span }: Counted): WindowsView {
  const filled = calls.filter(({ windows }) => windows.observed.length > 0);
  if (span === null || filled.length === 0) return { windowSeconds: null, windows: [] };
  return timedView(filled, span.startMs) ?? answersView(filled, span.startMs);
}

/** null where one of the calls does not say when what was sent, or how long it took. */
function timedView(calls: readonly CallCounts[], startMs: number): WindowsView | null {
  const names = [...new Set(calls.flatMap(({ destinations }) => destinations))];
  const series = calls.flatMap((call): TimedLatencyCounts[] => {
    const places = placesIn(names, call.destinations);
    const { timedLatency } = placeCall(call, { destinations: names, named: 0 }, places);
    return timedLatency === undefined ? [] : [timedLatency];
  });
  if (series.length < calls.length || series.some(isWithoutCounts)) return null;
  const { widthMs, windows } = timedLatencyOf(series);
  return {
    windowSeconds: widthMs / 1000,
    windows: windows.map(({ number, sent = 0, observed = [], latency }) => {
      const overall = summarize(sumOfHistograms(latency));
      return {
        startSeconds: secondsFrom(startMs, number * widthMs),
        observed: byName(names, observed),
        sent,
        ok: overall.count,
        failed: sent - overall.count,
        latencyMs: {
          overall,
          byDestination: summaries(names.map((name, at) => [name, latency[at] ?? []])),
        },
      };
    }),
  };
}

/** As in records from before it was counted. */
function isWithoutCounts({ windows }: TimedLatencyCounts): boolean {
  return windows.some(({ sent }) => sent === undefined);
}

function answersView(calls: readonly CallCounts[], startMs: number): WindowsView {
  // Widths only double, so that the windows of one call lie within those of another.
  const widthMs = Math.max(...calls.map(({ windows }) => windows.widthMs));
  const rows = new Map<
    number,
    { tables: Parameters<typeof sumByName>[0][number][]; missing: number }
  >();
  for (const { destinations, windows } of calls) {
    windows.observed.forEach((counts, index) => {
      const number = Math.floor(((windows.first + index) * windows.widthMs) / widthMs);
      const row = rows.get(number) ?? { tables: [], missing: 0 };
      row.tables.push({ names: destinations, counts });
      row.missing += windows.missing[index] ?? 0;
      rows.set(number, row);
    });
  }
  return {
    windowSeconds: widthMs / 1000,
    windows: [...rows]
      .sort(([a], [b]) => a - b)
      .map(([number, { tables, missing }]) => ({
        startSeconds: secondsFrom(startMs, number * widthMs),
        observed: sumByName(tables),
        failed: missing,
        latencyMs: null,
      })),
  };
}

/** The grid's first window may begin before the run does. */
function secondsFrom(startMs: number, windowMs: number): number {
  return Math.max(0, windowMs - startMs) / 1000;
}
