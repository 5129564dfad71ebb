import type { LatencyRecord, RunRecord } from '../record/run-record.js';
import { columnsOf, LATENCY_COLUMNS, RUN_COLUMNS } from './csv-columns.js';
import { type Columns, csvOf } from './csv-rows.js';

type Window = RunRecord['windows'][number];

/** A window; of one destination, or, where that is empty, all of its requests. */
interface Row {
  record: RunRecord;
  window: Window;
  destination: string;
  observed: number | null;
  latency: LatencyRecord | null;
}

const COLUMNS: Columns<Row> = [
  ...columnsOf(RUN_COLUMNS, ({ record }: Row) => record),
  ['start_seconds', ({ window }) => window.startSeconds],
  ['window_seconds', ({ record }) => record.windowSeconds],
  ['destination', ({ destination }) => destination],
  ['observed', ({ observed }) => observed],
  ['sent', (row) => ofAll(row, row.window.sent)],
  ['ok', (row) => ofAll(row, row.window.ok)],
  ['failed', (row) => ofAll(row, row.window.sent === undefined ? undefined : row.window.failed)],
  ...columnsOf(LATENCY_COLUMNS, ({ latency }: Row) => latency),
];

/**
 * Rows over send time: of each window one of all its requests, whose destination is empty, and one for each
 * destination of the run.
 */
export function renderWindowsCsv(record: RunRecord): string {
  const named = record.calls.flatMap(
    ({ split }) => split?.destinations.map(({ name }) => name) ?? [],
  );
  const seen = record.windows.flatMap(({ observed }) => Object.keys(observed));
  const destinations = [...new Set([...named, ...seen])];
  return csvOf(
    COLUMNS,
    record.windows.flatMap((window) => rowsOf(record, window, destinations)),
  );
}

function rowsOf(record: RunRecord, window: Window, destinations: readonly string[]): Row[] {
  const { latencyMs, observed } = window;
  return [
    {
      ...{ record, window, destination: '', observed: null },
      latency: latencyMs?.overall ?? null,
    },
    ...destinations.map((destination) => ({
      ...{ record, window, destination },
      observed: ownOf(observed, destination) ?? 0,
      latency: ownOf(latencyMs?.byDestination ?? {}, destination) ?? null,
    })),
  ];
}

/** What is known of a window as a whole. */
function ofAll({ destination }: Row, count: number | undefined): number | null {
  return destination === '' ? (count ?? null) : null;
}

/** Names come from elsewhere, and may be such as every object inherits something under. */
function ownOf<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
