import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';

const LEAST_CHUNK_BYTES = 64 * 1024;
const MOST_CHUNK_BYTES = 1024 * 1024;
/** How often a pipe that has nothing yet is asked again, in ms. */
const MOST_WAIT_MS = 20;

/** How long is waited for what a pipe's writer writes, in ms. */
export interface WriterPatience {
  /** Until one opens the pipe. */
  openMs: number;
  /** Until it writes the next bytes, or ends. */
  silenceMs: number;
}

/** Writers may ask a person for a password first, or a large cluster for all that it has. */
export const WRITER_PATIENCE: WriterPatience = { openMs: 60_000, silenceMs: 600_000 };

/**
 * Reads a file from its beginning to its end: a regular one, a pipe, or a device.
 *
 * It is opened so that reading never blocks: a thread that waits inside of the system for a pipe's
 * writer can be neither interrupted nor left behind when the process ends.
 *
 * @param signal Gives up when it aborts. A file that is there is read: without it there would be
 *   nothing to report of a run that is interrupted early.
 * @param patience null: waits for as long as it takes.
 * @throws The system's error; an Error in words when nothing came; an AbortError when it was interrupted.
 */
export async function* fileChunks(
  file: string,
  signal: AbortSignal | undefined,
  patience: WriterPatience | null = WRITER_PATIENCE,
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
    let heardMs = performance.now();
    for (;;) {
      // Pipes and devices may go on for ever.
      if (!stats.isFile()) signal?.throwIfAborted();
      const chunk = await readNow(handle, room);
      if (chunk === 'nothing yet') isAwaitingWriter = false;
      else if (chunk.byteLength > 0) {
        isAwaitingWriter = false;
        waitMs = 1;
        yield chunk;
        heardMs = performance.now();
        continue;
      } else if (!isAwaitingWriter) return;
      if (patience !== null) refuseSilence(performance.now() - heardMs, isAwaitingWriter, patience);
      await wait(waitMs, undefined, { signal });
      waitMs = Math.min(2 * waitMs, MOST_WAIT_MS);
    }
  } finally {
    await handle.close();
  }
}

function refuseSilence(
  silentMs: number,
  isAwaitingWriter: boolean,
  { openMs, silenceMs }: WriterPatience,
): void {
  if (silentMs < (isAwaitingWriter ? openMs : silenceMs)) return;
  const seconds = Math.round(silentMs / 1000);
  throw new Error(
    isAwaitingWriter
      ? `it is a pipe, and nobody opened it for writing within ${seconds} s`
      : `its writer has said nothing for ${seconds} s`,
  );
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
