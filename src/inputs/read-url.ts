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

const MAX_REDIRECTS = 5;

/**
 * Reads what a URL gives. Redirects are followed within its origin only: elsewhere it might be
 * anything, and what authorises a reader here would be given to others.
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

async function answerOf(first: URL, signal: AbortSignal): Promise<Response> {
  // `fetch` takes no URL with a user in it.
  const { username, password, origin } = first;
  const user = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`);
  const headers: Record<string, string> =
    username === '' && password === '' ? {} : { authorization: `Basic ${user.toString('base64')}` };
  let at = first;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const address = new URL(at.href);
    address.username = address.password = '';
    const response = await fetch(address.href, { redirect: 'manual', headers, signal });
    if (response.ok) return response;
    await response.body?.cancel();
    const location = response.headers.get('location');
    if (response.status < 300 || response.status > 399 || location === null) {
      throw new Error(`it answered with status ${response.status}`);
    }
    if (!URL.canParse(location, at.href))
      throw new Error('it redirects to something that is not a URL');
    at = new URL(location, at.href);
    if (at.origin !== origin) {
      throw new Error(
        `it redirects to another origin, ${at.origin}: give that URL if it is the right one`,
      );
    }
  }
  throw new Error(`it redirects more than ${MAX_REDIRECTS} times`);
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
