import { sumsByName } from '../../report/named-counts.js';
import type { CallRecord, RunRecord } from '../../report/run-record.js';

/** A record and where it came from, for messages. */
export interface NamedRecord {
  file: string;
  record: RunRecord;
}

/** The one call of a record. */
export function callOf({ calls }: RunRecord): CallRecord {
  const [call] = calls;
  if (call === undefined) throw new RangeError('a record without a call');
  return call;
}

/** Adds up numbers. */
export function sumOf<T>(items: readonly T[], numberOf: (item: T) => number): number {
  return items.reduce((sum, item) => sum + numberOf(item), 0);
}

/** Adds up counts by name; names in their order. */
export function joinCounts(
  all: readonly Readonly<Record<string, number>>[],
): Record<string, number> {
  return Object.fromEntries([...sumsByName(all)].sort(([a], [b]) => compareTexts(a, b)));
}

/** By code units, so that the order is the same everywhere. */
export function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a === b ? 0 : 1;
}
