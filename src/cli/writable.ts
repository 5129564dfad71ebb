import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { InputError } from '../input-error.js';

/** @throws InputError when nothing can be written to a file of that name. */
export function refuseUnwritable(file: string): void {
  const existing = statSync(file, { throwIfNoEntry: false });
  if (existing?.isDirectory() === true) {
    throw new InputError('this is a folder: name the file in it', { file });
  }
  try {
    accessSync(existing === undefined ? path.dirname(file) : file, constants.W_OK);
  } catch {
    throw new InputError(
      existing === undefined
        ? 'the folder does not exist or cannot be written to'
        : 'the file cannot be written to',
      { file },
    );
  }
}

/**
 * Of two reports in one file, the last would be all that is left. Pipes and devices take one after the other.
 *
 * @throws InputError when two of the files are the same one.
 */
export function refuseSameFiles(files: readonly string[]): void {
  const seen = new Set<string>();
  for (const file of files) {
    const existing = statSync(file, { throwIfNoEntry: false });
    if (existing !== undefined && !existing.isFile()) continue;
    const place = existing === undefined ? path.resolve(file) : realpathSync(file);
    if (seen.has(place)) {
      throw new InputError('two reports are to be written to it: give each its own file', { file });
    }
    seen.add(place);
  }
}
