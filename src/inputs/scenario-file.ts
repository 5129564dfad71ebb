import path from 'node:path';
import type { Settings } from '../scenario/schema.js';
import { readText } from './read-text.js';

const MAX_BYTES = 16 * 1024 * 1024;

/**
 * Reads a scenario file.
 *
 * @param file Path of the YAML file; `-` for standard input.
 * @param signal Gives up when it aborts.
 * @returns Its settings, paths made relative to the working folder.
 * @throws InputError with file, line and key for everything that is wrong with it.
 */
export async function readScenarioFile(file: string, signal?: AbortSignal): Promise<Settings> {
  const { name, text } = await readText({
    from: file,
    what: 'a scenario file',
    flag: '--scenario',
    maxBytes: MAX_BYTES,
    signal,
  });
  // YAML is loaded only where there is some.
  const { parseScenario, withPathsFrom } = await import('../scenario/scenario-file.js');
  return withPathsFrom(file === '-' ? '.' : path.dirname(file), parseScenario(text, name));
}
