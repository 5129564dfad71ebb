import { entryOf } from '../record/entry-of.js';
import type { RunRecord } from '../record/run-record.js';
import { type Format, type FormatName, FORMATS } from './formats.js';
import type { Style } from './style.js';

/** What is read later, in a file or a log: no colours, and the width of a printed page. */
export const PAGE: Style = { width: 80, colour: false };

/**
 * Renders a record as `--format` and `-o` do.
 *
 * @param style Of formats for people; the others have no use for it.
 * @returns The report, which ends with a line's end.
 * @throws TypeError when there is no such format.
 */
export async function render(
  record: RunRecord,
  format: FormatName,
  style: Style = PAGE,
): Promise<string> {
  const found = entryOf<Format>(FORMATS, format);
  if (found === undefined) {
    throw new TypeError(`no format is called "${format}": take ${Object.keys(FORMATS).join(', ')}`);
  }
  return await found.render(record, style);
}
