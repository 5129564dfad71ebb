import { open, rename, rm } from 'node:fs/promises';
import path from 'node:path';

/** Names of files that a process which was ended has begun. */
export const UNFINISHED = /\.\d+\.new$/;

/**
 * Writes a file whole or not at all, and on the disk before it is told: a verdict that was answered is not to be lost.
 *
 * @throws The system's error; the file is as it was then.
 */
export async function writeWhole(file: string, text: string): Promise<void> {
  const next = `${file}.${process.pid}.new`;
  try {
    const handle = await open(next, 'w', 0o600);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(next, file);
  } catch (error) {
    await rm(next, { force: true }).catch(() => undefined);
    throw error;
  }
  await syncFolder(path.dirname(file));
}

/** The new name, too, has to outlive a loss of power. Not every system can say so of a folder. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => null);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}
