import { accessSync, constants, statSync } from 'node:fs';
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
