import { stat } from 'node:fs/promises';
import path from 'node:path';
import { InputError } from '../input-error.js';
import { readText, unreadable } from './read-text.js';

const WHAT = 'a .proto file';
const MIB = 1024 * 1024;
/** Of one file, and of all that a contract is made of. */
const MAX_BYTES = 16 * MIB;
const MAX_BYTES_IN_ALL = 64 * MIB;
/** The imports of a file; one in a comment is looked at as well, which does no harm. */
const IMPORT = /\bimport\s+(?:public\s+|weak\s+)?(?:"([^"\n]+)"|'([^'\n]+)')/g;

/**
 * Refuses what the library that reads contracts would wait for, or read without end: it reads by itself,
 * follows imports, and hears no signal meanwhile.
 *
 * @param folders Where files and imports are looked for, in order.
 * @param signal Gives up when it aborts.
 * @throws InputError when a file is missing, no regular one, or too large; an import that is missing is for
 *   the library to tell.
 */
export async function requireProtoFiles(
  files: readonly string[],
  folders: readonly string[],
  signal?: AbortSignal,
): Promise<void> {
  const wanted = files.map((file) => ({ file, isImported: false }));
  const known = new Set(files);
  let total = 0;
  for (const { file, isImported } of wanted) {
    const found = await findProtoFile(file, folders);
    if (found === null) {
      if (isImported) continue;
      throw new InputError('no such file: check its name, and --import-path', { file });
    }
    const { text } = await readText({ from: found, what: WHAT, maxBytes: MAX_BYTES, signal });
    total += text.length;
    if (total > MAX_BYTES_IN_ALL) {
      throw new InputError(
        'it and what it imports is larger than 64 MiB, too large for a contract',
        {
          file: files.join(', '),
        },
      );
    }
    for (const [, double, single] of text.matchAll(IMPORT)) {
      const name = double ?? single ?? '';
      if (known.has(name)) continue;
      known.add(name);
      wanted.push({ file: name, isImported: true });
    }
  }
}

/** @returns Its path; null where no folder has it. */
async function findProtoFile(file: string, folders: readonly string[]): Promise<string | null> {
  for (const folder of folders) {
    const at = path.isAbsolute(file) ? file : path.join(folder, file);
    const found = await stat(at).catch((error: unknown) => {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'ENOTDIR') return null;
      throw unreadable(error, WHAT, { file });
    });
    if (found === null) continue;
    if (found.isDirectory()) throw new InputError(`this is a folder: name ${WHAT} in it`, { file });
    if (!found.isFile()) {
      throw new InputError('a .proto file must be a regular one, and this is a pipe or a device', {
        file,
      });
    }
    return at;
  }
  return null;
}
