import { getHeapStatistics } from 'node:v8';
import { InputError } from '../../input-error.js';
import { count as formatCount } from '../../number-text.js';

/** How much is read of a cluster, at most. */
export interface ReadLimits {
  objects: number;
  bytes: number;
  /** From the first question to the last answer. */
  ms: number;
}

const MIB = 1024 * 1024;
/** Of the memory that this process may take: objects take several times the room of their texts. */
const SHARE_OF_MEMORY = 1 / 8;

/** Far above what a run needs, and what this process has room for. */
export function readLimits(): ReadLimits {
  const room = Math.floor(getHeapStatistics().heap_size_limit * SHARE_OF_MEMORY);
  return { objects: 100_000, bytes: Math.min(256 * MIB, room), ms: 120_000 };
}

/** What may still be read of a cluster. */
export class ReadBudget {
  /** Aborts when the time is over. */
  readonly signal: AbortSignal;
  readonly #limits: ReadLimits;
  readonly #advice: string;
  #objects = 0;
  #bytes = 0;

  /** @param advice How to read less. */
  constructor(limits: ReadLimits, advice: string) {
    this.#limits = limits;
    this.#advice = advice;
    this.signal = AbortSignal.timeout(limits.ms);
  }

  /** @throws InputError when it is more than may be read. */
  addObjects(count: number): void {
    this.#objects += count;
    const { objects } = this.#limits;
    if (this.#objects > objects) throw this.#more(`more than ${formatCount(objects)} objects`);
  }

  /** @throws InputError likewise. */
  addBytes(count: number): void {
    this.#bytes += count;
    const { bytes } = this.#limits;
    if (this.#bytes > bytes) {
      throw this.#more(
        `more than ${bytes < MIB ? `${bytes} bytes` : `${Math.floor(bytes / MIB)} MiB`}`,
      );
    }
  }

  /** Why the time is over. */
  late(): InputError {
    const seconds = this.#limits.ms / 1000;
    return new InputError(
      `the cluster could not be read within ${seconds} s (${formatCount(this.#objects)} objects came): ${this.#advice}`,
      { path: '--kube' },
    );
  }

  #more(what: string): InputError {
    return new InputError(
      `${what} would have to be read of the cluster, which is too much: ${this.#advice}`,
      { path: '--kube' },
    );
  }
}
