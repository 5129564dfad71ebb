import type { RunRecord } from '../record/run-record.js';
import type { VerdictKey } from './expected-step.js';

/** Labels of a record that say which question it answers. A request gives none of these names. */
export const RESERVED_LABELS = ['scenario', 'revision', 'step'] as const;

/** Whether the gate sets a label of this name. */
export function isReservedLabel(name: string): boolean {
  return RESERVED_LABELS.some((reserved) => reserved === name);
}

/**
 * Flags of `verify` that put a question into the record of its run. Each is one word, whatever it holds: no value
 * can be taken for another flag.
 *
 * @param labels Of the request, checked.
 */
export function labelWords(key: VerdictKey, labels: Readonly<Record<string, string>>): string[] {
  const { scenario, revision, step } = key;
  return Object.entries({ ...labels, scenario, revision, step }).map(
    ([name, value]) => `--label=${name}=${value}`,
  );
}

/** A record with another step: its verdict is kept as what was sampled, and not as what was asked for. */
export function withStepLabel(record: RunRecord, step: string): RunRecord {
  if (record.labels.step === step) return record;
  const { asked } = record;
  return {
    ...record,
    labels: { ...record.labels, step },
    asked: { ...asked, labels: { ...asked.labels, step } },
  };
}
