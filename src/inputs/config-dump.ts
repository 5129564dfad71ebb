import type { ProgrammedSource } from '../scenario/expectation-source.js';
import { readAdmin } from './envoy-admin.js';
import { type NamedText, readText } from './read-text.js';

/** A dump of a large mesh has tens of megabytes. */
const MAX_BYTES = 256 * 1024 * 1024;
const WHAT = "a proxy's configuration";

/**
 * Reads a proxy's configuration: from a file, or from the admin interfaces of its replicas.
 *
 * @param read Takes the text of one `/config_dump`, named by the file or by the interface's URL as it may be
 *   shown. One text is let go of before the next is read: each may have hundreds of megabytes.
 * @param signal Gives up when it aborts.
 * @returns What was made of them, at least one.
 * @throws InputError when one cannot be had.
 */
export async function readConfigDumps<T>(
  source: ProgrammedSource,
  read: (dump: NamedText) => T,
  signal?: AbortSignal,
): Promise<T[]> {
  const bounds = { what: WHAT, maxBytes: MAX_BYTES, signal };
  if (source.kind === 'config-dump') {
    return [read(await readText({ from: source.file, flag: '--config-dump', ...bounds }))];
  }
  const all: T[] = [];
  for (const url of source.urls) all.push(read(await readAdmin(url, '/config_dump', bounds)));
  return all;
}
