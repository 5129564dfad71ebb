import { open, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { InputError } from '../input-error.js';
import { inExcess, type StoredVerdict, storedVerdictSchema } from './stored-verdict.js';

/** How many verdicts are kept, and how long passes are answered. */
export interface Keeping {
  most: number;
  passMs: number;
}

const VERDICT_FILE = /^([0-9a-f]{32})\.json$/;

/**
 * Verdicts in a folder: `ID.json`, and the record of the run beside it as `ID.record.json`. The files are all
 * there is, so that a restart forgets nothing, and who removes one has it forgotten. IDs are digests: no name of
 * a file comes from a request.
 */
export class VerdictStore {
  readonly #folder: string;
  readonly #keeping: Keeping;
  /** Read once; the files say what became of them. */
  readonly #known: Set<string>;

  private constructor(folder: string, keeping: Keeping, known: Iterable<string>) {
    this.#folder = folder;
    this.#keeping = keeping;
    this.#known = new Set(known);
  }

  /** @throws InputError when the folder cannot be written to, or holds a verdict that cannot be read. */
  static async open(folder: string, keeping: Keeping): Promise<VerdictStore> {
    const place = { file: folder, path: 'state' };
    try {
      await mkdir(folder, { recursive: true });
      const probe = path.join(folder, `.writable-${process.pid}`);
      await writeWhole(probe, '');
      await rm(probe);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new InputError(`verdicts cannot be kept in it: ${reason}`, place);
    }
    const ids = (await readdir(folder)).flatMap((name) => VERDICT_FILE.exec(name)?.[1] ?? []);
    const store = new VerdictStore(folder, keeping, ids);
    for (const id of ids) await store.find(id);
    return store;
  }

  /**
   * @returns null: there is none.
   * @throws InputError when its file is there, and cannot be read: a fail may stand in it.
   */
  async find(id: string): Promise<StoredVerdict | null> {
    if (!this.#known.has(id)) return null;
    const file = this.#verdictFile(id);
    try {
      return storedVerdictSchema.parse(JSON.parse(await readFile(file, 'utf8')));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
        this.#known.delete(id);
        return null;
      }
      throw new InputError(
        'it is no verdict of a gate, and may have been one: mend it, or remove it to have it forgotten',
        { file },
      );
    }
  }

  /** The record of a verdict, as JSON; null where there is none. */
  async record(id: string): Promise<string | null> {
    if (!this.#known.has(id)) return null;
    return await readFile(this.#recordFile(id), 'utf8').catch(() => null);
  }

  /**
   * Keeps a verdict, unless there is a fail of the same question already.
   *
   * @param record As JSON.
   * @returns The verdict that holds.
   */
  async keep(verdict: StoredVerdict, record: string): Promise<StoredVerdict> {
    const known = await this.find(verdict.id);
    if (known?.verdict === 'fail') return known;
    await this.#makeRoom(verdict.id);
    // The record first: a verdict that is there has its record.
    await writeWhole(this.#recordFile(verdict.id), record);
    await writeWhole(this.#verdictFile(verdict.id), `${JSON.stringify(verdict)}\n`);
    this.#known.add(verdict.id);
    return verdict;
  }

  async #makeRoom(id: string): Promise<void> {
    const { most, passMs } = this.#keeping;
    const others = [...this.#known].filter((one) => one !== id);
    if (others.length < most) return;
    const found = await Promise.all(others.map((one) => this.find(one).catch(() => null)));
    const all = found.filter((one) => one !== null);
    for (const one of inExcess(all, most - 1, passMs, Date.now())) {
      await rm(this.#verdictFile(one.id), { force: true });
      await rm(this.#recordFile(one.id), { force: true });
      this.#known.delete(one.id);
    }
  }

  #verdictFile(id: string): string {
    return path.join(this.#folder, `${id}.json`);
  }

  #recordFile(id: string): string {
    return path.join(this.#folder, `${id}.record.json`);
  }
}

/** Whole or not at all, and on the disk before it is told: a verdict that was answered is not to be lost. */
async function writeWhole(file: string, text: string): Promise<void> {
  const next = `${file}.${process.pid}.new`;
  const handle = await open(next, 'w', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(next, file);
}
