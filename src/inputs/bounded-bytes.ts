import { getHeapStatistics } from 'node:v8';
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

/** Of the memory that this process may take; a text and what is made of it are there at one time. */
const SHARE_OF_MEMORY = 0.5;

/**
 * Collects what comes, up to a bound.
 *
 * @throws InputError when there is more than that, or than fits into the memory of this process: running
 *   out of it would end the process without a word.
 */
export async function boundedBytes(
  chunks: AsyncIterable<Uint8Array>,
  { what, maxBytes }: ReadBounds,
  place: InputPlace,
): Promise<Buffer> {
  const collected: Uint8Array[] = [];
  let total = 0;
  const room = getHeapStatistics().heap_size_limit * SHARE_OF_MEMORY;
  for await (const chunk of chunks) {
    total += chunk.byteLength;
    if (total > maxBytes) {
      const bound = maxBytes < MIB ? `${maxBytes} bytes` : `${Math.floor(maxBytes / MIB)} MiB`;
      throw new InputError(`it is larger than ${bound}, too large for ${what}`, place);
    }
    if (total > room) {
      throw new InputError(
        `it is larger than ${Math.floor(room / MIB)} MiB, all that this process has memory for: allow more, as with NODE_OPTIONS=--max-old-space-size=4096`,
        place,
      );
    }
    collected.push(chunk);
  }
  return Buffer.concat(collected, total);
}
