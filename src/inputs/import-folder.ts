import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';

/** How far up from where files are, and how far down from there, a folder is looked for. */
const MOST_UP = 6;
const MOST_DOWN = 3;
/** Folders that are looked into in all: this is help, not a search. */
const MOST_FOLDERS = 500;
const SKIPPED = /^(?:\.|node_modules$)/;

/**
 * Looks for the folder from which an import can be followed: among those that stand around some others, and in
 * these.
 *
 * @param name As the import names it: `google/type/money.proto`.
 * @param around Folders to begin at.
 * @returns Relative to the working directory where it is in there; null where none is near.
 */
export async function folderOfImport(
  name: string,
  around: readonly string[],
): Promise<string | null> {
  if (path.isAbsolute(name) || !name.endsWith('.proto') || name.split('/').includes('..')) {
    return null;
  }
  const begin = [...new Set(around.flatMap(upwards))].map((folder) => ({ folder, depth: 0 }));
  const known = new Set(begin.map(({ folder }) => folder));
  for (const { folder, depth } of begin) {
    if (await isFile(path.join(folder, name))) return shown(folder);
    if (depth === MOST_DOWN) continue;
    for (const inner of await foldersIn(folder)) {
      if (known.has(inner) || known.size >= MOST_FOLDERS) continue;
      known.add(inner);
      begin.push({ folder: inner, depth: depth + 1 });
    }
  }
  return null;
}

/** A folder and those around it, up to the working directory or a few; never all that this machine has. */
function upwards(folder: string): string[] {
  const root = path.resolve('.');
  const folders: string[] = [];
  let at = path.resolve(folder);
  while (folders.length <= MOST_UP && at !== path.dirname(at)) {
    folders.push(at);
    if (at === root) break;
    at = path.dirname(at);
  }
  return folders;
}

async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isDirectory() && !SKIPPED.test(entry.name))
    .map(({ name }) => path.join(folder, name))
    .sort();
}

async function isFile(file: string): Promise<boolean> {
  return await stat(file).then(
    (found) => found.isFile(),
    () => false,
  );
}

function shown(folder: string): string {
  const relative = path.relative('', folder);
  if (relative === '') return '.';
  return relative.startsWith('..') ? folder : relative;
}
