import { type FileHandle, open, stat } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { fileChunks } from './file-chunks.js';
import { unreadable } from './read-text.js';
import { PROCESS_INPUT, type StandardInput } from './standard-input.js';

/** A text that grows while it is read. */
export interface FollowedSource {
  /** A path; `-` for standard input. */
  from: string;
  /** What it is meant to be, for messages: `an access log`. */
  what: string;
  /** The option that names it, for messages. */
  flag: string;
  /** Ends the reading when it aborts. */
  signal: AbortSignal;
}

const CHUNK_BYTES = 256 * 1024;
/** How often a file is looked at that has not grown, in ms. */
const LOOK_MS = 50;

/**
 * Opens a text that others write on. Of a regular file it gives what is written from now on, as
 * `tail -F` does: also where the file is emptied, or another takes its name. Pipes and standard input
 * are read to their end.
 *
 * @returns What comes; a chunk is valid until the next one is asked for. Ends with an AbortError when
 *   the signal aborts.
 * @throws InputError when it cannot be opened.
 */
export async function followedChunks(
  { from, what, flag, signal }: FollowedSource,
  standardInput: StandardInput = PROCESS_INPUT,
): Promise<AsyncIterable<Uint8Array>> {
  if (from === '-') return untilAborted(standardInput.take(what), signal);
  const place = { file: from, path: flag };
  try {
    const stats = await stat(from);
    if (!stats.isFile() && !stats.isDirectory()) return fileChunks(from, signal, null);
    const handle = await open(from, 'r');
    try {
      // A folder can be opened, and not read.
      await handle.read(Buffer.alloc(1), 0, 1, 0);
      return appended(from, handle, (await handle.stat()).size, signal);
    } catch (error) {
      await handle.close();
      throw error;
    }
  } catch (error) {
    throw unreadable(error, what, place);
  }
}

/** The stream is let go of when reading ends: its writer may go on for ever. */
async function* untilAborted(
  stream: AsyncIterable<Uint8Array> & { destroy(): void },
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const end = (): void => {
    stream.destroy();
  };
  signal.addEventListener('abort', end, { once: true });
  try {
    yield* stream;
  } catch (error) {
    // What was asked for is no fault.
    if (!signal.aborted) throw error;
  } finally {
    signal.removeEventListener('abort', end);
  }
}

async function* appended(
  file: string,
  first: FileHandle,
  from: number,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  let handle = first;
  let position = from;
  try {
    for (;;) {
      const { bytesRead } = await handle.read(buffer, 0, CHUNK_BYTES, position);
      if (bytesRead > 0) {
        position += bytesRead;
        yield buffer.subarray(0, bytesRead);
        continue;
      }
      await wait(LOOK_MS, undefined, { signal });
      const own = await handle.stat();
      const named = await stat(file).catch(() => own);
      if (named.ino !== own.ino || named.dev !== own.dev) {
        // What was written last into the one that had the name is still to be read.
        if (own.size > position) continue;
        const next = await open(file, 'r').catch(() => null);
        if (next === null) continue;
        await handle.close();
        handle = next;
        position = 0;
      } else if (own.size < position) position = 0;
    }
  } finally {
    await handle.close();
  }
}
