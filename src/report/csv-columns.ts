import type { LatencyRecord, RunRecord } from '../record/run-record.js';
import type { Columns } from './csv-rows.js';

/** What tells the rows of several runs apart that are put together. */
export const RUN_COLUMNS: Columns<RunRecord> = [
  ['run_id', ({ runId }) => runId],
  ['run_name', ({ scenario }) => scenario],
  // One cell, whichever labels there are: tables of several runs are to have the same columns.
  ['run_labels', ({ labels }) => labelsText(labels)],
  ['started_at', ({ startedAt }) => startedAt],
];

/** Latencies of OK answers; all are empty where nothing was measured. */
export const LATENCY_COLUMNS: Columns<LatencyRecord | null | undefined> = [
  ['latency_count', (latency) => latency?.count ?? null],
  ['latency_mean_ms', (latency) => latency?.mean ?? null],
  ['latency_p50_ms', (latency) => latency?.p50 ?? null],
  ['latency_p90_ms', (latency) => latency?.p90 ?? null],
  ['latency_p95_ms', (latency) => latency?.p95 ?? null],
  ['latency_p99_ms', (latency) => latency?.p99 ?? null],
  ['latency_p999_ms', (latency) => latency?.p999 ?? null],
  ['latency_max_ms', (latency) => latency?.max ?? null],
];

/** Columns of something that belongs to a row. */
export function columnsOf<Row, Part>(
  columns: Columns<Part>,
  partOf: (row: Row) => Part,
): Columns<Row> {
  return columns.map(([name, cellOf]) => [name, (row) => cellOf(partOf(row))]);
}

/** Labels as one text; empty where there are none. */
export function labelsText(labels: Readonly<Record<string, string>>): string {
  return Object.keys(labels).length === 0 ? '' : JSON.stringify(labels);
}
