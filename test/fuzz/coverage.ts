import { Session } from 'node:inspector/promises';

/** What runs of this process's own code reach, by V8's block counts. */
export class Coverage {
  readonly #session = new Session();
  readonly #folder: string;
  /** Places that have been reached, by script and how often, in powers of two. */
  readonly #seen = new Set<string>();

  /** @param folder URL of the folder whose scripts count. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  async start(): Promise<void> {
    this.#session.connect();
    await this.#session.post('Profiler.enable');
    await this.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  }

  get places(): number {
    return this.#seen.size;
  }

  /**
   * What was reached since the last time and never before.
   *
   * @param keeps Whether it counts as seen from now on.
   */
  async newPlaces(keeps: boolean): Promise<number> {
    const { result } = await this.#session.post('Profiler.takePreciseCoverage');
    let found = 0;
    for (const { url, functions } of result) {
      if (!url.startsWith(this.#folder)) continue;
      for (const { ranges } of functions) {
        for (const { startOffset, endOffset, count } of ranges) {
          if (count === 0) continue;
          const place = `${url}:${startOffset}-${endOffset}`;
          if (this.#seen.has(place)) continue;
          found += 1;
          if (keeps) this.#seen.add(place);
        }
      }
    }
    return found;
  }

  end(): void {
    this.#session.disconnect();
  }
}
