import { InputError } from '../input-error.js';
import type { ProgrammedSource } from '../scenario/expectation-source.js';
import { maskedUrl } from '../secrets.js';
import { type NamedText, readText } from './read-text.js';
import { readUrl } from './read-url.js';

const TIMEOUT_MS = 10_000;
/** A dump of a large mesh has tens of megabytes. */
const MAX_BYTES = 256 * 1024 * 1024;
const WHAT = "a proxy's configuration";

/**
 * Reads a proxy's configuration: from a file, or from its admin interface.
 *
 * @param signal Gives up when it aborts.
 * @returns The text of `/config_dump`, named by its file or by the interface's URL as it may be shown.
 * @throws InputError when it cannot be had.
 */
export async function readConfigDump(
  source: ProgrammedSource,
  signal?: AbortSignal,
): Promise<NamedText> {
  const bounds = { what: WHAT, maxBytes: MAX_BYTES, signal };
  if (source.kind === 'config-dump') {
    return await readText({ from: source.file, flag: '--config-dump', ...bounds });
  }
  const name = maskedUrl(source.url);
  const place = { file: 'command line', path: '--envoy-admin' };
  const url = URL.canParse('/config_dump', source.url)
    ? new URL('/config_dump', source.url)
    : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
    throw new InputError(`${name} is not a URL for it: write http://HOST:PORT`, place);
  }
  return { name, text: await readUrl({ url, timeoutMs: TIMEOUT_MS, place, ...bounds }) };
}
