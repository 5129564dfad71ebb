import { constants, unlinkSync } from 'node:fs';
import { type FileHandle, lstat, open, realpath, rename, stat, unlink } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

/** How long the reader of a pipe is waited for, in ms. */
export interface ReaderPatience {
  /** Until one comes, and then until it takes the next bytes. */
  waitMs: number;
  /** The same, once the command is to end. */
  hurriedMs: number;
}

const PATIENCE: ReaderPatience = { waitMs: 10_000, hurriedMs: 300 };
const LOOK_MS = 10;
/** Names of what this process has open already: a shell's redirections among them. */
const OPEN_ALREADY = /^\/(?:dev\/(?:fd\/|std(?:out|err)$)|proc\/)/;
/** What keeps a file from being replaced, and not from being written. */
const NOT_REPLACEABLE = ['EACCES', 'EPERM', 'EROFS', 'EBUSY', 'ENAMETOOLONG'];

/**
 * Writes a report to a file. A regular one is written beside its place and then takes it, so that a reader
 * finds either what was there before or the whole report, even where the disk is full or the process
 * ends. Pipes and devices are written as they are.
 *
 * @param file Its path.
 * @param signal Aborts when the command is to end; the reader of a pipe is not waited for then.
 * @throws The system's error, or one that says what the reader of a pipe lacks.
 */
export async function writeReportFile(
  file: string,
  text: string,
  signal: AbortSignal,
  patience: ReaderPatience = PATIENCE,
): Promise<void> {
  const existing = await stat(file).catch(() => null);
  const bytes = Buffer.from(text);
  if (OPEN_ALREADY.test(file) || (existing !== null && !existing.isFile())) {
    await writeToReader(file, bytes, signal, patience);
    return;
  }
  // A link stays one, also where what it leads to is still to be made.
  const place = await realpath(file).catch(() => file);
  const entry = await lstat(place).catch(() => null);
  // Other names of a file are to have the report, too.
  const isReplaced = entry === null || (entry.isFile() && entry.nlink === 1);
  if (isReplaced && (await replace(place, bytes, entry))) return;
  await overwrite(place, bytes);
}

/** @returns Whether it could be done there; if not, nothing was changed. */
async function replace(
  place: string,
  bytes: Buffer,
  existing: { mode: number; uid: number; gid: number } | null,
): Promise<boolean> {
  const name = `.splitproof-${process.pid}-${process.hrtime.bigint().toString(36)}.tmp`;
  const temporary = path.join(path.dirname(place), name);
  const remove = (): void => {
    try {
      unlinkSync(temporary);
    } catch {
      // It is gone, or was never made.
    }
  };
  // A second Ctrl-C ends the process at once.
  process.once('exit', remove);
  try {
    const handle = await open(temporary, 'wx');
    try {
      if (existing !== null) {
        await handle.chmod(existing.mode & 0o7777);
        const { uid, gid } = await handle.stat();
        if (uid !== existing.uid || gid !== existing.gid) {
          await handle.chown(existing.uid, existing.gid);
        }
      }
      await handle.writeFile(bytes);
      // Some file systems say only now that there is no room.
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, place);
    return true;
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    if (NOT_REPLACEABLE.includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  } finally {
    process.off('exit', remove);
  }
}

async function overwrite(place: string, bytes: Buffer): Promise<void> {
  const handle = await open(place, 'w');
  try {
    await handle.writeFile(bytes);
  } finally {
    await handle.close();
  }
}

/** Opened so that writing never blocks: a thread that waits inside of the system hears no signal. */
async function writeToReader(
  file: string,
  bytes: Buffer,
  signal: AbortSignal,
  patience: ReaderPatience,
): Promise<void> {
  const handle = await untilReady('it is a pipe that nobody reads', signal, patience, () =>
    openAsItIs(file),
  );
  try {
    let written = 0;
    while (written < bytes.length) {
      written += await untilReady('its reader takes nothing', signal, patience, async () => {
        const { bytesWritten } = await handle.write(bytes, written);
        return bytesWritten;
      });
    }
  } finally {
    await handle.close();
  }
}

function openAsItIs(file: string): Promise<FileHandle> {
  // Windows has no such flag, and no such pipes. What was written to standard output stays there.
  const nonBlocking = (constants.O_NONBLOCK as number | undefined) ?? 0;
  return open(file, constants.O_WRONLY | constants.O_APPEND | nonBlocking);
}

/** Tries again until a reader is there and has room. @param lack What is wrong if none comes. */
async function untilReady<T>(
  lack: string,
  signal: AbortSignal,
  { waitMs, hurriedMs }: ReaderPatience,
  attempt: () => Promise<T>,
): Promise<T> {
  const startMs = performance.now();
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // ENXIO: a pipe that nobody has opened for reading.
      if (code !== 'ENXIO' && code !== 'EAGAIN') throw error;
    }
    const waitedMs = performance.now() - startMs;
    if (waitedMs >= (signal.aborted ? hurriedMs : waitMs)) {
      throw new Error(`${lack}, and was waited for ${(waitedMs / 1000).toFixed(1)} s`);
    }
    await wait(LOOK_MS);
  }
}
