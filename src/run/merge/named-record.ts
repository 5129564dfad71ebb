import { InputError } from '../../input-error.js';
import { sumsByName } from '../../record/named-counts.js';
import type { CallRecord, RunRecord } from '../../record/run-record.js';

/** A record and where it came from, for messages. */
export interface NamedRecord {
  file: string;
  record: RunRecord;
}

/** One call of a record, with the counts over connections and time that are its own. */
export interface CallPart {
  file: string;
  call: CallRecord;
  /** Where it stands in the record: `calls[0]`. */
  path: string;
  startedAt: string;
  connections: readonly ConnectionCounts[];
  windowSeconds: number | null;
  windows: RunRecord['windows'];
}

export type ConnectionCounts = NonNullable<CallRecord['own']>['connections'][number];

/**
 * @param index Which call.
 * @throws InputError when the record does not say which of its counts are of this call.
 */
export function callPart({ file, record }: NamedRecord, index: number): CallPart {
  const { calls, startedAt, transport, windowSeconds, windows } = record;
  const path = `calls[${index}]`;
  const call = calls[index];
  if (call === undefined) throw new RangeError(`a record without ${path}`);
  const common = { file, call, path, startedAt };
  if (calls.length === 1) {
    return { ...common, connections: transport.connections, windowSeconds, windows };
  }
  const { own } = call;
  if (own?.connections.length !== transport.connections.length) {
    throw new InputError('counts for each connection of the run are needed to join several calls', {
      file,
      path: `${path}.own.connections`,
    });
  }
  return { ...common, ...own };
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
