import { InputError } from '../input-error.js';
import { maskedUrl } from '../secrets.js';
import type { ReadBounds } from './bounded-bytes.js';
import type { NamedText } from './read-text.js';
import { readUrl } from './read-url.js';

/** How long reading may take, in ms. */
const TIMEOUT_MS = 10_000;

/** All that is asked of an admin interface, where other pages drain a proxy or end it. */
type AdminPage = '/config_dump' | '/clusters?format=json';

/**
 * Reads a page of a proxy's admin interface, by GET.
 *
 * @param admin Its URL, as the user gave it.
 * @returns The text, named by the interface's URL as it may be shown.
 * @throws InputError when it cannot be had.
 */
export async function readAdmin(
  admin: string,
  page: AdminPage,
  bounds: ReadBounds,
): Promise<NamedText> {
  const name = maskedUrl(admin);
  const place = { file: 'command line', path: '--envoy-admin' };
  const url = URL.canParse(page, admin) ? new URL(page, admin) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
    throw new InputError(`${name} is not a URL for it: write http://HOST:PORT`, place);
  }
  return { name, text: await readUrl({ url, timeoutMs: TIMEOUT_MS, place, ...bounds }) };
}
