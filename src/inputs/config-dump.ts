import type { ProgrammedSource } from '../scenario/expectation-source.js';
import { readAdmin } from './envoy-admin.js';
import { type NamedText, readText } from './read-text.js';

/** A dump of a large mesh has tens of megabytes. */
const MAX_BYTES = 256 * 1024 * 1024;
const WHAT = "a proxy's configuration";

/**
 * Reads a proxy's configuration: from a file, or from the admin interfaces of its replicas.
 *
 * @param signal Gives up when it aborts.
 * @returns The texts of `/config_dump`, at least one, named by the file or by the interface's URL as it
 *   may be shown.
 * @throws InputError when one cannot be had.
 */
export async function readConfigDumps(
  source: ProgrammedSource,
  signal?: AbortSignal,
): Promise<NamedText[]> {
  const bounds = { what: WHAT, maxBytes: MAX_BYTES, signal };
  return source.kind === 'config-dump'
    ? [await readText({ from: source.file, flag: '--config-dump', ...bounds })]
    : await Promise.all(source.urls.map((url) => readAdmin(url, '/config_dump', bounds)));
}
