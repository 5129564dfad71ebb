import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';

const LEAST_CHUNK_BYTES = 64 * 1024;
const MOST_CHUNK_BYTES = 1024 * 1024;
/** How often a pipe that has nothing yet is asked again, in ms. */
const MOST_WAIT_MS = 20;

/**
 * Reads a file from its beginning to its end: a regular one, a pipe, or a device.
 *
 * It is opened so that reading never blocks: a thread that waits inside of the system for a pipe's
 * writer can be neither interrupted nor left behind when the process ends.
 *
 * @param signal Gives up waiting when it aborts. What is there is read: without it there would be
 *   nothing to report of a run that is interrupted early.
 * @throws The system's error; an AbortError when it was interrupted.
 */
export async function* fileChunks(
  file: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  // Windows has no such flag, and no such pipes.
  const nonBlocking = (constants.O_NONBLOCK as number | undefined) ?? 0;
  const handle = await open(file, constants.O_RDONLY | nonBlocking);
  try {
    const stats = await handle.stat();
    const room = Math.min(Math.max(stats.size + 1, LEAST_CHUNK_BYTES), MOST_CHUNK_BYTES);
    // A pipe with a name in the file system ends when its writer has gone, not before one has come.
    let isAwaitingWriter = stats.isFIFO() && !/^\/(?:dev|proc)\//.test(file);
    let waitMs = 1;
    for (;;) {
      const chunk = await readNow(handle, room);
      if (chunk === 'nothing yet') isAwaitingWriter = false;
      else if (chunk.byteLength > 0) {
        isAwaitingWriter = false;
        waitMs = 1;
        yield chunk;
        continue;
      } else if (!isAwaitingWriter) return;
      await wait(waitMs, undefined, { signal });
      waitMs = Math.min(2 * waitMs, MOST_WAIT_MS);
    }
  } finally {
    await handle.close();
  }
}

/** What there is to read now; empty at the end. */
async function readNow(handle: FileHandle, room: number): Promise<Uint8Array | 'nothing yet'> {
  const buffer = Buffer.allocUnsafe(room);
  try {
    const { bytesRead } = await handle.read(buffer, 0, room, null);
    return buffer.subarray(0, bytesRead);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return 'nothing yet';
    throw error;
  }
}
