import type { ConnectionCallCounts } from '../count/counted.js';
import type { SavedCounts } from './saved-counts-schema.js';

type SavedConnectionCall = SavedCounts['connections'][number]['byCall'][number];

/** What one call saw on a connection, with its answers over time as one text: `27 3,26 4`. */
export function savedConnectionCall({
  inTime,
  ...counts
}: ConnectionCallCounts): SavedConnectionCall {
  if (inTime === undefined) return counts;
  const observed = inTime.observed.map((row) => row.join(' ')).join(',');
  return { ...counts, inTime: { ...inTime, observed } };
}

/** Takes up again what was saved. */
export function connectionCallIn({ inTime, ...counts }: SavedConnectionCall): ConnectionCallCounts {
  if (inTime === undefined) return counts;
  const rows = inTime.observed === '' ? [] : inTime.observed.split(',');
  const observed = rows.map((row) => row.split(' ').map(Number));
  return { ...counts, inTime: { ...inTime, observed } };
}
