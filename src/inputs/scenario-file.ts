import path from 'node:path';
import type { InputPlace } from '../input-error.js';
import type { Settings } from '../scenario/schema.js';
import { readText } from './read-text.js';

const MAX_BYTES = 16 * 1024 * 1024;

/** What a scenario may read besides the files of its own folder, and what is not read of it. */
export interface ScenarioReach {
  /** Folders that it may lead to as well. */
  folders: readonly string[];
  /** Settings that flags say in its place. */
  overridden: ReadonlySet<string>;
  /** Where flags have imports of `.proto` files looked for; null: they do not say. */
  importFolders: readonly string[] | null;
}

const OWN_FOLDER: ScenarioReach = { folders: [], overridden: new Set(), importFolders: null };

/** A scenario that was read. */
export interface ReadScenario {
  /** Paths are relative to the working folder. */
  settings: Settings;
  /** Where a setting stands in the file. @param at `['calls', 1, 'data']` */
  placeOf: (at: readonly PropertyKey[]) => InputPlace;
}

/**
 * Reads a scenario file. The files that it names, and what they lead to, must lie in its own folder: a
 * scenario may come from somebody else.
 *
 * @param file Path of the YAML file; `-` for standard input, whose folder is the working folder.
 * @param signal Gives up when it aborts.
 * @param reach What it may read besides.
 * @returns Its settings, paths made relative to the working folder.
 * @throws InputError with file, line and key for everything that is wrong with it.
 */
export async function readScenarioFile(
  file: string,
  signal?: AbortSignal,
  reach: ScenarioReach = OWN_FOLDER,
): Promise<Settings> {
  return (await readScenario(file, signal, reach)).settings;
}

/**
 * Reads a scenario file. The files that it names, and what they lead to, must lie in its own folder: a
 * scenario may come from somebody else.
 *
 * @param file Path of the YAML file; `-` for standard input, whose folder is the working folder.
 * @param signal Gives up when it aborts.
 * @param reach What it may read besides.
 * @throws InputError with file, line and key for everything that is wrong with it.
 */
export async function readScenario(
  file: string,
  signal: AbortSignal | undefined,
  reach: ScenarioReach,
): Promise<ReadScenario> {
  const { name, text } = await readText({
    from: file,
    what: 'a scenario file',
    flag: '--scenario',
    maxBytes: MAX_BYTES,
    signal,
  });
  // YAML is loaded only where there is some.
  const { parseScenario, placeInScenario, withPathsFrom } =
    await import('../scenario/scenario-file.js');
  const folder = file === '-' ? '.' : path.dirname(file);
  const settings = withPathsFrom(folder, parseScenario(text, name));
  const { namedPaths } = await import('../scenario/named-paths.js');
  const named = namedPaths(settings).filter(({ setting }) => !reach.overridden.has(setting));
  if (named.length > 0) {
    const { requireInside } = await import('./inside-folders.js');
    const paths = named.map(({ setting, file: one, at }) => {
      return { setting, file: one, place: () => placeInScenario(text, name, at) };
    });
    for (const importFolders of importFoldersOf(settings, reach)) {
      await requireInside(paths, {
        folders: [folder, ...reach.folders, ...(reach.importFolders ?? [])],
        importFolders: ['.', ...importFolders],
      });
    }
  }
  return { settings, placeOf: (at) => placeInScenario(text, name, at) };
}

/** Each order of folders that imports are looked for in: calls may have their own. */
function importFoldersOf(
  settings: Settings,
  { importFolders }: ScenarioReach,
): (readonly string[])[] {
  if (importFolders !== null) return [importFolders];
  const { 'import-path': common = [], calls = [] } = settings;
  const own = calls.flatMap((call) => {
    const { 'import-path': folders } = call;
    return folders === undefined ? [] : [folders];
  });
  return [common, ...own];
}
