import { readRecord, type SavedRun } from '../record/read-record.js';
import { readText } from './read-text.js';
import { STANDARD_INPUT } from '../input-error.js';

const MAX_BYTES = 256 * 1024 * 1024;

/**
 * Reads a saved run.
 *
 * @param file Its path; `-`, or what `namedStandardInput` made of it, for standard input.
 * @param signal Gives up when it aborts.
 * @param flag The option that names it, if one does.
 * @throws InputError when it cannot be read or is not a record of a run.
 */
export async function readSavedRun(
  file: string,
  signal?: AbortSignal,
  flag?: string,
): Promise<SavedRun> {
  const { name, text } = await readText({
    from: file === STANDARD_INPUT ? '-' : file,
    what: 'a record of a run',
    maxBytes: MAX_BYTES,
    signal,
    ...(flag === undefined ? {} : { flag }),
  });
  return readRecord(text, name);
}
