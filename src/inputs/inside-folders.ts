import { readdir, realpath } from 'node:fs/promises';
import path from 'node:path';
import { InputError, type InputPlace } from '../input-error.js';
import { MANIFEST_FILE } from './manifests.js';
import { importedFiles } from './proto-imports.js';

/** A file or folder that a scenario names. */
export interface NamedPath {
  /** Which setting names it: `manifest`. */
  setting: string;
  /** Relative to the working folder. */
  file: string;
  /** Where it stands; found out only for an error. */
  place: () => InputPlace;
}

/** What the files of a scenario must lie in. */
export interface Confines {
  /** Folders; links to them are followed. */
  folders: readonly string[];
  /** Where imports of `.proto` files are looked for, in order. */
  importFolders: readonly string[];
}

/**
 * Refuses what a scenario reads from outside of some folders: what it names, what lies in a folder of
 * manifests that it names, and what `.proto` files import; wherever links lead.
 *
 * @throws InputError for the first of them that lies elsewhere.
 */
export async function requireInside(
  named: readonly NamedPath[],
  { folders, importFolders }: Confines,
): Promise<void> {
  const roots = await Promise.all(folders.map(realPathOf));
  const isInside = async (file: string): Promise<boolean> => {
    const real = await realPathOf(file);
    return roots.some((root) => real === root || real.startsWith(withSeparator(root)));
  };
  for (const { setting, file, place } of named) {
    for await (const read of readFor(setting, file, importFolders)) {
      if (await isInside(read)) continue;
      const what = read === file ? `"${file}"` : `"${file}" leads to "${read}", which`;
      throw new InputError(
        `${what} lies outside of the scenario's folder: move it there, or allow the folder that it is in with --allow-path DIR`,
        place(),
      );
    }
  }
}

/** What is read for a setting, itself included. */
async function* readFor(
  setting: string,
  file: string,
  importFolders: readonly string[],
): AsyncGenerator<string> {
  if (setting === 'proto') {
    yield* importedFiles(file, importFolders);
    return;
  }
  yield file;
  if (setting !== 'manifest') return;
  const names = await readdir(file).catch(() => []);
  for (const name of names) if (MANIFEST_FILE.test(name)) yield path.join(file, name);
}

/** Where a path leads; of what does not exist, where it would. */
async function realPathOf(file: string): Promise<string> {
  const whole = path.resolve(file);
  try {
    return await realpath(whole);
  } catch {
    const folder = path.dirname(whole);
    return folder === whole ? whole : path.join(await realPathOf(folder), path.basename(whole));
  }
}

function withSeparator(folder: string): string {
  return folder.endsWith(path.sep) ? folder : `${folder}${path.sep}`;
}
