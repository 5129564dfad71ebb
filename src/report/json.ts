import type { RunRecord } from './run-record.js';

/** The record itself, indented. */
export function renderJson(record: RunRecord): string {
  return `${JSON.stringify(record, null, 2)}\n`;
}
