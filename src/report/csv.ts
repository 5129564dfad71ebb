import type { CallRecord, DestinationRecord, RunRecord } from '../record/run-record.js';
import { columnsOf, labelsText, LATENCY_COLUMNS, RUN_COLUMNS } from './csv-columns.js';
import { type Columns, csvOf } from './csv-rows.js';

/** A destination of a call; null for a call that none answered. */
interface Row {
  record: RunRecord;
  call: CallRecord;
  /** From 1. */
  number: number;
  destination: DestinationRecord | null;
}

const COLUMNS: Columns<Row> = [
  ...columnsOf(RUN_COLUMNS, ({ record }: Row) => record),
  ['command', ({ record }) => record.command],
  ['target', ({ record }) => record.target],
  ['run_verdict', ({ record }) => record.verdict],
  ['call_number', ({ number }) => number],
  ['call', ({ call }) => call.call],
  ['call_name', ({ call }) => call.name ?? null],
  ['call_labels', ({ call }) => labelsText(call.labels ?? {})],
  ['call_verdict', ({ call }) => call.verdict],
  ['destination', ({ destination }) => destination?.name ?? null],
  ['weight', ({ destination }) => destination?.weight ?? null],
  ['expected_share', ({ destination }) => destination?.expectedShare ?? null],
  ['observed', ({ destination }) => destination?.observed ?? null],
  ['share', ({ destination }) => destination?.share ?? null],
  ['share_low', ({ destination }) => destination?.interval?.[0] ?? null],
  ['share_high', ({ destination }) => destination?.interval?.[1] ?? null],
  ['tolerance_share', ({ destination }) => destination?.tolerance ?? null],
  ['failed', ({ destination }) => destination?.failed ?? null],
  ...columnsOf(LATENCY_COLUMNS, ({ call, destination }: Row) => latencyOf(call, destination)),
];

/**
 * A row for each destination of each call: RFC 4180, with units in the names of the columns. A call that no
 * destination is known of has one row, with the latencies of all its answers.
 */
export function renderCsv(record: RunRecord): string {
  const rows = record.calls.flatMap((call, index): Row[] => {
    const destinations = call.split?.destinations ?? [];
    return (destinations.length === 0 ? [null] : destinations).map((destination) => {
      return { record, call, number: index + 1, destination };
    });
  });
  return csvOf(COLUMNS, rows);
}

function latencyOf({ latencyMs }: CallRecord, destination: DestinationRecord | null) {
  if (destination === null) return latencyMs.overall;
  return Object.hasOwn(latencyMs.byDestination, destination.name)
    ? latencyMs.byDestination[destination.name]
    : null;
}
