/** How far a task has come. */
export type TaskState = 'queued' | 'running';

/** One of the queue. */
export interface QueuedTask<T> {
  readonly state: TaskState;
  readonly result: Promise<T>;
}

interface Entry<T> {
  state: TaskState;
  result: Promise<T>;
  start: () => void;
  refuse: () => void;
}

/**
 * Runs one task at a time, in order, and holds a bounded number of others. What has the same key as one that
 * waits or runs joins it.
 */
export class RunQueue<T> {
  readonly #most: number;
  readonly #onRefused: () => T;
  /** In order; the first runs. */
  readonly #entries = new Map<string, Entry<T>>();
  #isClosed = false;

  /**
   * @param most Tasks that wait.
   * @param onRefused The result of those that wait when the queue is closed.
   */
  constructor(most: number, onRefused: () => T) {
    this.#most = most;
    this.#onRefused = onRefused;
  }

  /** Tasks that wait. */
  get waiting(): number {
    return Math.max(0, this.#entries.size - 1);
  }

  /** Tasks that run: 0 or 1. */
  get running(): number {
    return Math.min(1, this.#entries.size);
  }

  find(key: string): QueuedTask<T> | null {
    return this.#entries.get(key) ?? null;
  }

  /** @returns The task of this key, with whoever began it; null: there is no room, or the queue is closed. */
  join(key: string, run: () => Promise<T>): QueuedTask<T> | null {
    const known = this.#entries.get(key);
    if (known !== undefined) return known;
    if (this.#isClosed || this.#entries.size > this.#most) return null;
    let settle: (start: boolean) => void = () => undefined;
    const turn = new Promise<boolean>((resolve) => (settle = resolve));
    const entry: Entry<T> = {
      state: 'queued',
      start: () => {
        entry.state = 'running';
        settle(true);
      },
      refuse: () => {
        settle(false);
      },
      result: turn
        .then((isStarted) => (isStarted ? run() : this.#onRefused()))
        .finally(() => {
          this.#entries.delete(key);
          this.#startFirst();
        }),
    };
    // Nobody may be waiting for it.
    entry.result.catch(() => undefined);
    this.#entries.set(key, entry);
    this.#startFirst();
    return entry;
  }

  /** Takes no more, and refuses those that wait. @returns When the one that runs has ended. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const all = [...this.#entries.values()];
    for (const entry of all) if (entry.state === 'queued') entry.refuse();
    await Promise.allSettled(all.map(({ result }) => result));
  }

  #startFirst(): void {
    const [first] = this.#entries.values();
    if (first?.state === 'queued' && !this.#isClosed) first.start();
  }
}
