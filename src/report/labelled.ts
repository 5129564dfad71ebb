import { callLabels } from '../record/call-labels.js';
import type { CallRecord, RunRecord } from '../record/run-record.js';

/** The calls of a run, each with what tells it from the others; null where there are none. */
export function labelled({ calls }: RunRecord): { call: CallRecord; label: string | null }[] {
  const labels = callLabels(calls.map(({ call }) => call));
  return calls.map((call, index) => ({ call, label: labels[index] ?? null }));
}
