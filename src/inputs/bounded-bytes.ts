import { InputError, type InputPlace } from '../input-error.js';

/** What is read, how much of it at most, and until when. */
export interface ReadBounds {
  /** What it is meant to be, for messages: `a manifest`. */
  what: string;
  maxBytes: number;
  /** Gives up when it aborts. */
  signal?: AbortSignal | undefined;
}

const MIB = 1024 * 1024;

/**
 * Collects what comes, up to a bound.
 *
 * @throws InputError when there is more than that.
 */
export async function boundedBytes(
  chunks: AsyncIterable<Uint8Array>,
  { what, maxBytes }: ReadBounds,
  place: InputPlace,
): Promise<Buffer> {
  const collected: Uint8Array[] = [];
  let total = 0;
  for await (const chunk of chunks) {
    total += chunk.byteLength;
    if (total > maxBytes) {
      const bound = maxBytes < MIB ? `${maxBytes} bytes` : `${Math.floor(maxBytes / MIB)} MiB`;
      throw new InputError(`it is larger than ${bound}, too large for ${what}`, place);
    }
    collected.push(chunk);
  }
  return Buffer.concat(collected, total);
}
