import { InputError, type InputPlace } from '../input-error.js';
import { maskedUrl } from '../secrets.js';
import { boundedBytes, type ReadBounds } from './bounded-bytes.js';
import { interrupted } from './read-text.js';

/** A text behind a URL. */
export interface UrlSource extends ReadBounds {
  /** `http:` or `https:`; a user and a password in it are sent (RFC 7617). */
  url: URL;
  /** How long reading may take, in ms. */
  timeoutMs: number;
  /** Where the URL stands, for messages. */
  place: InputPlace;
}

/**
 * Reads what a URL gives, by GET. Redirects are not followed: what they lead to might do anything, and
 * what authorises a reader here would be given to others.
 *
 * @throws InputError when it cannot be had, is too large, takes too long, or reading was interrupted.
 */
export async function readUrl(source: UrlSource): Promise<string> {
  const { url, timeoutMs, place, signal } = source;
  const timeout = AbortSignal.timeout(timeoutMs);
  const givenUp = signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
  try {
    const response = await answerOf(url, givenUp);
    const chunks: AsyncIterable<Uint8Array> = response.body ?? noChunks();
    return new TextDecoder().decode(await boundedBytes(chunks, source, place));
  } catch (error) {
    if (signal?.aborted === true) throw interrupted(place);
    const reason = timeout.aborted ? `it took longer than ${timeoutMs} ms` : reasonOf(error);
    throw new InputError(`${maskedUrl(url.href)} cannot be read: ${reason}`, place);
  }
}

async function answerOf(url: URL, signal: AbortSignal): Promise<Response> {
  // `fetch` takes no URL with a user in it.
  const { username, password } = url;
  const user = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`);
  const headers: Record<string, string> =
    username === '' && password === '' ? {} : { authorization: `Basic ${user.toString('base64')}` };
  const address = new URL(url.href);
  address.username = address.password = '';
  const response = await fetch(address.href, { redirect: 'manual', headers, signal });
  if (response.ok) return response;
  await response.body?.cancel();
  const location = response.headers.get('location');
  if (response.status < 300 || response.status > 399 || location === null) {
    throw new Error(`it answered with status ${response.status}`);
  }
  const to = URL.canParse(location, url.href) ? new URL(location, url.href).origin : 'no URL';
  throw new Error(`it redirects to ${to}, which is not followed: give that URL if it is right`);
}

async function* noChunks(): AsyncGenerator<Uint8Array> {
  // A body that is missing is an empty one.
}

/** `fetch` hides the reason of a refused connection in the cause. */
function reasonOf(error: unknown): string {
  if (error instanceof InputError) return error.problem;
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
