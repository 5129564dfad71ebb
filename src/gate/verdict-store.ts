import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { InputError } from '../input-error.js';
import type { Log } from './log.js';
import { StateLease } from './state-lease.js';
import { inExcess, isReplaced, type StoredVerdict, storedVerdictSchema } from './stored-verdict.js';
import { UNFINISHED, writeWhole } from './whole-file.js';

/** How many verdicts are kept, and how long passes are answered. */
export interface Keeping {
  most: number;
  passMs: number;
}

/** A verdict and the record of its run, as JSON. */
interface Kept {
  verdict: StoredVerdict;
  record: string;
}

/** What is known of a verdict without reading it. */
type Indexed = Pick<StoredVerdict, 'id' | 'verdict' | 'endedAt'>;

const VERDICT_FILE = /^([0-9a-f]{32})\.json$/;
const RECORD_FILE = /^([0-9a-f]{32})\.record\.json$/;
const PROBE = '.writable';

/**
 * Verdicts in a folder: `ID.json`, and the record of the run beside it as `ID.record.json`. The files are all
 * there is, so that a restart forgets nothing, and who removes one has it forgotten. IDs are digests: no name of
 * a file comes from a request.
 *
 * A verdict that cannot be written is held until it can be; see {@link VerdictStore.save}.
 */
export class VerdictStore {
  readonly #folder: string;
  readonly #keeping: Keeping;
  readonly #log: Log;
  readonly #lease: StateLease;
  /** Read once; the files say what became of them. null: it cannot be read. */
  readonly #known = new Map<string, Indexed | null>();
  #unsaved: Kept | null = null;
  /** Comes when the folder has become another gate's, or is gone. */
  readonly lost: Promise<void>;

  private constructor(folder: string, keeping: Keeping, log: Log, lease: StateLease) {
    this.#folder = folder;
    this.#keeping = keeping;
    this.#log = log;
    this.#lease = lease;
    this.lost = new Promise((resolve) => {
      lease.keepUp(resolve);
    });
  }

  /**
   * @param log Told what becomes of verdicts by themselves.
   * @throws InputError when the folder cannot be written to, or is another gate's.
   */
  static async open(folder: string, keeping: Keeping, log: Log): Promise<VerdictStore> {
    const lease = await leaseOf(folder);
    const store = new VerdictStore(folder, keeping, log, lease);
    await store.#readAll();
    return store;
  }

  async #readAll(): Promise<void> {
    const names = await readdir(this.#folder);
    const ids = new Set(names.flatMap((name) => VERDICT_FILE.exec(name)?.[1] ?? []));
    for (const name of names) {
      // Of a process that was killed while it wrote, or of a verdict that was removed by hand.
      const [, recordOf] = RECORD_FILE.exec(name) ?? [];
      const isLeft = recordOf === undefined ? UNFINISHED.test(name) : !ids.has(recordOf);
      if (isLeft) await rm(path.join(this.#folder, name), { force: true });
    }
    for (const id of ids) {
      this.#known.set(id, null);
      try {
        await this.find(id);
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        this.#log('verdict-unreadable', { problem: error.message });
      }
    }
  }

  /** Whether there is a verdict that could not be written yet. */
  get isUnsaved(): boolean {
    return this.#unsaved !== null;
  }

  /**
   * @returns null: there is none.
   * @throws InputError when its file is there, and cannot be read: a fail may stand in it.
   */
  async find(id: string): Promise<StoredVerdict | null> {
    if (this.#unsaved?.verdict.id === id) return this.#unsaved.verdict;
    if (!this.#known.has(id)) return null;
    const file = this.#verdictFile(id);
    try {
      const found = storedVerdictSchema.parse(JSON.parse(await readFile(file, 'utf8')));
      if (found.id !== id) throw new Error('it is of another question');
      this.#known.set(id, indexOf(found));
      return found;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // Where the whole folder is gone, nobody has removed this one to have it forgotten.
      if (code === 'ENOENT' && (await this.#lease.isHeld())) {
        this.#known.delete(id);
        return null;
      }
      const problem =
        code === undefined
          ? 'it is no verdict of a gate, and may have been one: mend it, or remove it to have it forgotten'
          : `it cannot be read (${code}), and a fail may stand in it: see to it that it can be`;
      throw new InputError(problem, { file });
    }
  }

  /** The record of a verdict, as JSON; null where there is none. */
  async record(id: string): Promise<string | null> {
    if (this.#unsaved?.verdict.id === id) return this.#unsaved.record;
    if (!this.#known.has(id)) return null;
    return await readFile(this.#recordFile(id), 'utf8').catch(() => null);
  }

  /**
   * Keeps a verdict, unless one of the same question stays (see {@link isReplaced}). Where it cannot be written it is
   * held, and nothing else may be kept before it has been: ask {@link save} first.
   *
   * @param record As JSON.
   * @returns The verdict that holds.
   * @throws InputError when the folder is no longer this gate's.
   */
  async keep(verdict: StoredVerdict, record: string): Promise<StoredVerdict> {
    await this.#requireLease();
    const known = await this.find(verdict.id);
    if (known !== null && !isReplaced(known, verdict)) return known;
    this.#unsaved = { verdict, record };
    await this.save();
    return verdict;
  }

  /** Writes what could not be written before. @returns Whether nothing is left to be written. */
  async save(): Promise<boolean> {
    if (this.#unsaved === null) return true;
    const { verdict, record } = this.#unsaved;
    const { id } = verdict;
    try {
      // A verdict that is held is not to replace what another gate has found since.
      await this.#requireLease();
      await this.#makeRoom(id);
      // The record first: a verdict that is there has its record.
      await writeWhole(this.#recordFile(id), record);
      await writeWhole(this.#verdictFile(id), `${JSON.stringify(verdict)}\n`);
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      this.#log('verdict-unsaved', { ...keyOf(verdict), problem });
      return false;
    }
    this.#known.set(id, indexOf(verdict));
    this.#unsaved = null;
    return true;
  }

  async #requireLease(): Promise<void> {
    if (await this.#lease.isHeld()) return;
    throw new InputError('it is gone, or another gate has taken it: nothing was kept', {
      path: 'state',
    });
  }

  /** Lets the folder go. What cannot be written now either is told. */
  async close(): Promise<void> {
    if (!(await this.save()) && this.#unsaved !== null) {
      const { verdict } = this.#unsaved;
      this.#log('verdict-lost', { ...keyOf(verdict), result: verdict.verdict });
    }
    await this.#lease.release();
  }

  async #makeRoom(id: string): Promise<void> {
    const { most, passMs } = this.#keeping;
    const others = [...this.#known.values()].filter((one) => one !== null);
    const all = others.filter((one) => one.id !== id);
    for (const one of inExcess(all, most - 1, passMs, Date.now())) {
      await rm(this.#verdictFile(one.id), { force: true });
      await rm(this.#recordFile(one.id), { force: true });
      this.#known.delete(one.id);
      // A pass would have been measured again in any case.
      if (one.verdict !== 'pass') {
        this.#log('verdict-forgotten', { id: one.id, result: one.verdict, endedAt: one.endedAt });
      }
    }
  }

  #verdictFile(id: string): string {
    return path.join(this.#folder, `${id}.json`);
  }

  #recordFile(id: string): string {
    return path.join(this.#folder, `${id}.record.json`);
  }
}

async function leaseOf(folder: string): Promise<StateLease> {
  try {
    await mkdir(folder, { recursive: true });
    const probe = path.join(folder, PROBE);
    await writeWhole(probe, '');
    await rm(probe, { force: true });
    return await StateLease.take(folder);
  } catch (error) {
    if (error instanceof InputError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new InputError(`verdicts cannot be kept in it: ${reason}`, {
      file: folder,
      path: 'state',
    });
  }
}

function indexOf({ id, verdict, endedAt }: StoredVerdict): Indexed {
  return { id, verdict, endedAt };
}

function keyOf({ id, scenario, revision, step }: StoredVerdict) {
  return { id, scenario, revision, step };
}
