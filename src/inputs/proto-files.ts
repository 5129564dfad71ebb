import { stat } from 'node:fs/promises';
import path from 'node:path';
import { InputError } from '../input-error.js';
import { folderOfImport } from './import-folder.js';
import { importsIn, type ProtoImport } from './proto-imports.js';
import { readText, unreadable } from './read-text.js';

const WHAT = 'a .proto file';
const MIB = 1024 * 1024;
/** Of one file, and of all that a contract is made of. */
const MAX_BYTES = 16 * MIB;
const MAX_BYTES_IN_ALL = 64 * MIB;

interface WantedFile {
  name: string;
  /** null: the user names it. */
  imported: (ProtoImport & { by: string }) | null;
}

/**
 * Refuses what the library that reads contracts would wait for, read without end, or tell in words of its own: it
 * reads by itself, follows imports, and hears no signal meanwhile.
 *
 * @param folders Where files and imports are looked for, in order.
 * @param signal Gives up when it aborts.
 * @returns Folders of files whose imports stand beside them, to be looked into last.
 * @throws InputError when a file is missing, no regular one, or too large; of an import with the folder that has
 *   it, where that is near.
 */
export async function requireProtoFiles(
  files: readonly string[],
  folders: readonly string[],
  signal?: AbortSignal,
): Promise<string[]> {
  const wanted: WantedFile[] = files.map((name) => ({ name, imported: null }));
  const known = new Set(files);
  const besides = new Set<string>();
  let total = 0;
  for (const { name, imported } of wanted) {
    let found = await findProtoFile(name, folders);
    if (found === null && imported !== null) {
      const beside = path.dirname(imported.by);
      found = await findProtoFile(name, [beside]);
      if (found !== null) besides.add(beside);
      // Those the library has itself.
      else if (imported.isWeak || name.startsWith('google/protobuf/')) continue;
      else throw await missingImport(imported, folders);
    }
    if (found === null) {
      throw new InputError('no such file: check its name, and --import-path', { file: name });
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
    if (!/\bimport\b/.test(text)) continue;
    for (const each of importsIn(text, found)) {
      if (known.has(each.name)) continue;
      known.add(each.name);
      wanted.push({ name: each.name, imported: { ...each, by: found } });
    }
  }
  return [...besides];
}

async function missingImport(
  { name, line, by }: ProtoImport & { by: string },
  folders: readonly string[],
): Promise<InputError> {
  const folder = await folderOfImport(name, [path.dirname(by), ...folders]);
  return new InputError(
    folder === null
      ? `it imports "${name}", and no folder has that: name the one that imports begin in with --import-path DIR, or give a compiled set with --protoset FILE`
      : `it imports "${name}", which ${folder} has: add --import-path ${folder}`,
    { file: by, line },
  );
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
