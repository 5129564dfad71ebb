import { readFileSync } from 'node:fs';
import { InputError } from '../input-error.js';
import { parseRunRecord } from '../report/read-run-record.js';
import type { RunRecord } from '../report/run-record.js';
import { STANDARD_INPUT } from './standard-input.js';

/** By number: to ask `process.stdin` for it would make it non-blocking. */
const STANDARD_INPUT_NUMBER = 0;

/**
 * Reads a saved run.
 *
 * @param file Its path, or what `namedStandardInput` made of `-`.
 * @throws InputError when it cannot be read or is no record of a run.
 */
export function readSavedRun(file: string): RunRecord {
  let text: string;
  try {
    text = readFileSync(file === STANDARD_INPUT ? STANDARD_INPUT_NUMBER : file, 'utf8');
  } catch (error) {
    throw new InputError(reasonOf(error), { file });
  }
  return parseRunRecord(text, file);
}

function reasonOf(error: unknown): string {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOENT':
      return 'no such file';
    case 'EISDIR':
      return 'this is a folder: name the records in it';
    default:
      return `cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  }
}
