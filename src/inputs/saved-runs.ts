import { closeSync, openSync, readSync } from 'node:fs';
import { InputError } from '../input-error.js';
import { parseRunRecord } from '../record/read-run-record.js';
import type { RunRecord } from '../record/run-record.js';
import { STANDARD_INPUT } from './standard-input.js';

/** By number: to ask `process.stdin` for it would make it non-blocking. */
const STANDARD_INPUT_NUMBER = 0;
const MAX_RECORD_BYTES = 256 * 1024 * 1024;
const CHUNK_BYTES = 1024 * 1024;

/**
 * Reads a saved run.
 *
 * @param file Its path, or what `namedStandardInput` made of `-`.
 * @throws InputError when it cannot be read or is no record of a run.
 */
export function readSavedRun(file: string): RunRecord {
  let text: string;
  try {
    text = file === STANDARD_INPUT ? readAll(STANDARD_INPUT_NUMBER) : readFile(file);
  } catch (error) {
    throw new InputError(reasonOf(error), { file });
  }
  return parseRunRecord(text, file);
}

function readFile(file: string): string {
  const number = openSync(file, 'r');
  try {
    return readAll(number);
  } finally {
    closeSync(number);
  }
}

/** Reads to the end, but not without end: a device or a pipe may have none. */
function readAll(fileNumber: number): string {
  const chunks: Buffer[] = [];
  let total = 0;
  for (;;) {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    const length = readSync(fileNumber, chunk);
    if (length === 0) return Buffer.concat(chunks).toString('utf8');
    chunks.push(chunk.subarray(0, length));
    total += length;
    if (total > MAX_RECORD_BYTES) throw new Error('it is larger than any record of a run');
  }
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
