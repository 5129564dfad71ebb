import { callLabels } from '../record/call-labels.js';
import type { CallRecord, RunRecord } from '../record/run-record.js';

/** A call of a run, with what tells it from the others; null where there are none. */
export interface LabelledCall {
  call: CallRecord;
  label: string | null;
}

/** The calls of a run. */
export function labelled({ calls }: RunRecord): LabelledCall[] {
  const labels = callLabels(calls.map(({ call, name }) => name ?? call));
  return calls.map((call, index) => ({ call, label: labels[index] ?? null }));
}
