import { randomUUID } from 'node:crypto';
import { readFile, readlink, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import * as z from 'zod';
import { InputError } from '../input-error.js';
import { writeWhole } from './whole-file.js';

/** The file that says whose a folder of verdicts is. */
export const LEASE_FILE = 'gate.lock';
/** How often its holder touches it. */
const BEAT_MS = 2000;
/** Who has not touched it for as long is gone. */
const SILENCE_MS = 10_000;
const LOOK_MS = 200;

const holderSchema = z.object({
  id: z.string(),
  pid: z.number().int().positive(),
  /** Where processes of these numbers are: the system since its last start, and the namespace of its processes. */
  place: z.string(),
  host: z.string(),
});
type Holder = z.infer<typeof holderSchema>;

/**
 * A folder of verdicts belongs to one gate: a second one would run beside the first, and a verdict of one could
 * replace a fail of the other. The holder touches a file again and again, for neither locks of the system nor numbers
 * of processes reach from one machine or container to the other. A holder that was killed is found at once where
 * its process can be looked for, else by its silence.
 */
export class StateLease {
  readonly #file: string;
  readonly #text: string;
  #beats: NodeJS.Timeout | undefined;

  private constructor(file: string, text: string) {
    this.#file = file;
    this.#text = text;
  }

  /**
   * @param folder That can be written to.
   * @throws InputError when it is another gate's. A system's error when it cannot be written to after all.
   */
  static async take(folder: string): Promise<StateLease> {
    const file = path.join(folder, LEASE_FILE);
    const place = await processPlace();
    const own: Holder = { id: randomUUID(), pid: process.pid, place, host: hostname() };
    const text = `${JSON.stringify(own)}\n`;
    if (!(await isCreated(file, text))) {
      await requireSilence(file, place);
      await writeWhole(file, text);
    }
    const lease = new StateLease(file, text);
    // Of two that take it at one time the later one has it.
    if (await lease.isHeld()) return lease;
    throw anothers(file, null);
  }

  /** Says again and again that the holder is there. @param onLost The folder is another gate's now, or gone. */
  keepUp(onLost: () => void): void {
    this.#beats = setInterval(() => {
      void this.#beat(onLost);
    }, BEAT_MS).unref();
  }

  async #beat(onLost: () => void): Promise<void> {
    if (await this.isHeld()) {
      const now = new Date();
      // A disk that is full or read-only is told where a verdict cannot be kept.
      await utimes(this.#file, now, now).catch(() => undefined);
    } else if (this.#beats !== undefined) {
      this.#end();
      onLost();
    }
  }

  /** Whether the folder is there and nobody else's: a process that was stopped for a while may have lost it. */
  async isHeld(): Promise<boolean> {
    try {
      return (await readFile(this.#file, 'utf8')) === this.#text;
    } catch (error) {
      return !['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '');
    }
  }

  async release(): Promise<void> {
    this.#end();
    if (await this.isHeld()) await rm(this.#file, { force: true }).catch(() => undefined);
  }

  #end(): void {
    clearInterval(this.#beats);
    this.#beats = undefined;
  }
}

async function isCreated(file: string, text: string): Promise<boolean> {
  try {
    await writeFile(file, text, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function requireSilence(file: string, place: string): Promise<void> {
  const first = await look(file);
  if (first === null || isKilled(first.holder, place)) return;
  const deadlineMs = performance.now() + SILENCE_MS;
  while (performance.now() < deadlineMs) {
    await wait(LOOK_MS);
    const now = await look(file);
    if (now === null) return;
    if (now.mtimeMs !== first.mtimeMs || now.text !== first.text) throw anothers(file, now.holder);
  }
}

interface Look {
  text: string;
  mtimeMs: number;
  /** null: it cannot be told. */
  holder: Holder | null;
}

/** @returns null: there is no such file. */
async function look(file: string): Promise<Look | null> {
  try {
    const { mtimeMs } = await stat(file);
    const text = await readFile(file, 'utf8');
    return { text, mtimeMs, holder: holderIn(text) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

function holderIn(text: string): Holder | null {
  try {
    return holderSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

function isKilled(holder: Holder | null, place: string): boolean {
  if (holder?.place !== place) return false;
  try {
    process.kill(holder.pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

/** Linux numbers processes anew with each start, and in each container. */
async function processPlace(): Promise<string> {
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => hostname());
  const namespace = await readlink('/proc/self/ns/pid').catch(() => '');
  return `${boot.trim()} ${namespace}`;
}

function anothers(file: string, holder: Holder | null): InputError {
  const who = holder === null ? '' : ` (process ${holder.pid} of ${JSON.stringify(holder.host)})`;
  return new InputError(
    `another gate${who} keeps its verdicts there: give each a state of its own`,
    {
      file: path.dirname(file),
      path: 'state',
    },
  );
}
