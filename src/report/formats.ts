import { renderConsole } from './console/console.js';
import { renderJson } from './json.js';
import type { RunRecord } from '../record/run-record.js';
import type { Style } from './style.js';

/** A way to render a record. */
export interface Format {
  /** Of files that hold it, without the dot. */
  extension: string;
  render: (record: RunRecord, style: Style) => string;
}

/** Every report format by its name. */
export const FORMATS = {
  console: { extension: 'txt', render: renderConsole },
  json: { extension: 'json', render: renderJson },
} as const satisfies Record<string, Format>;

export type FormatName = keyof typeof FORMATS;
