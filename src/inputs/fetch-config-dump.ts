import { InputError } from '../input-error.js';

const TIMEOUT_MS = 10_000;
/** A dump of a large mesh has tens of megabytes; an endless answer must not fill the memory. */
const MAX_BYTES = 256 * 1024 * 1024;

/**
 * Fetches a proxy's configuration from its admin interface.
 * @param admin Its address: `http://127.0.0.1:15000`.
 * @returns The text of `/config_dump`.
 * @throws InputError when it cannot be had.
 */
export async function fetchConfigDump(admin: string): Promise<string> {
  const place = { file: 'command line', path: '--envoy-admin' };
  if (!URL.canParse('/config_dump', admin))
    throw new InputError(`${admin} is no URL: give it as http://HOST:PORT`, place);
  const url = new URL('/config_dump', admin);
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (!response.ok) throw new Error(`it answered ${response.status}`);
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    const body: AsyncIterable<Uint8Array> | null = response.body;
    for await (const chunk of body ?? []) {
      bytes += chunk.byteLength;
      if (bytes > MAX_BYTES) throw new Error('its answer is too large');
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString('utf8');
  } catch (error) {
    const reason = error instanceof Error ? (causeOf(error) ?? error.message) : String(error);
    throw new InputError(`no configuration from ${url.href}: ${reason}`, place);
  }
}

/** `fetch` hides the reason of a refused connection in the cause. */
function causeOf(error: Error): string | null {
  return error.cause instanceof Error ? error.cause.message : null;
}
