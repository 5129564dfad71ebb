import type { Counted } from '../../count/counted.js';
import type { RunRecord } from '../run-record.js';
import { sumByName } from './names.js';

/** Counts over send time of all calls together; destinations of one name are one. */
export function windowsView({
  calls,
  span,
}: Counted): Pick<RunRecord, 'windowSeconds' | 'windows'> {
  const filled = calls.filter(({ windows }) => windows.observed.length > 0);
  if (span === null || filled.length === 0) return { windowSeconds: null, windows: [] };
  // Widths only double, so that the windows of one call lie within those of another.
  const widthMs = Math.max(...filled.map(({ windows }) => windows.widthMs));
  const rows = new Map<
    number,
    { tables: Parameters<typeof sumByName>[0][number][]; missing: number }
  >();
  for (const { destinations, windows } of filled) {
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
        // The grid's first window may begin before the run does.
        startSeconds: Math.max(0, number * widthMs - span.startMs) / 1000,
        observed: sumByName(tables),
        failed: missing,
        latencyMs: null,
      })),
  };
}
