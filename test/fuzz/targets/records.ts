import { readRecord } from '../../../src/record/read-record.js';
import { renderConsole } from '../../../src/report/console/console.js';
import { renderJson } from '../../../src/report/json.js';
import { merge } from '../../../src/run/merge.js';
import { refused } from '../refused.js';

/** What else to begin with, files and folders of the project. */
export const SEEDS = ['reports/sample.json'];

/**
 * Saved runs, one a line or one in all: they are refused, or can be rendered, and joined to what can be
 * read again.
 */
export async function fuzz(data: Buffer): Promise<void> {
  try {
    const text = data.toString();
    const run = readRecord(text, 'fuzz.json');
    renderConsole(run.record, { width: 80, colour: true });
    const merged = await merge([run, run]);
    renderConsole(merged, { width: 80, colour: false });
    readRecord(renderJson(merged), 'merged.json');
  } catch (error) {
    refused(error);
  }
}
