import { setTimeout as wait } from 'node:timers/promises';
import { requestNumberIn } from '../../call/user-agent.js';
import type { LogTally } from '../../count/log-tally.js';
import type { LogState } from '../../count/with-log.js';
import { followedChunks } from '../../inputs/followed-chunks.js';
import { MarkedLines } from '../../inputs/marked-lines.js';
import { OF_OWN_REQUESTS } from '../../log/line-needs.js';
import { type LineParser, lineParser } from '../../log/line-parser.js';
import { requestsNamedBy, requestsNamedIn } from '../user-agent.js';
import type { FindUpstream } from './upstream.js';

/** Requests whose lines are waited for. */
export interface LoggedRequests {
  /** What their user agent calls them: `RUNID/2`. */
  name: string;
  tally: LogTally;
  findUpstream: FindUpstream;
}

/** Where an access log is, and how it is written. */
export interface LogSource {
  /** A file, or `-`. */
  from: string;
  /** null: as usual. */
  format: string | null;
  runId: string;
}

/** Envoy writes its log every 10 s, Istio every second; nothing is to be hoped for after this, in ms. */
const SILENCE_MS = 12_000;
/** Lines that are too many come right behind the last that was to come, or with the next flush, in ms. */
export const AFTERMATH_MS = 1100;
const LOOK_MS = 20;
const TELL_MS = 200;

/** Reads an access log while a run goes on, and counts the lines of the run's requests. */
export class LogReader {
  readonly #parse: LineParser;
  readonly #lines: MarkedLines;
  readonly #requests = new Map<string, LoggedRequests>();
  readonly #reading = new AbortController();
  #done: Promise<void> = Promise.resolve();
  #lastLineMs = 0;
  #hasEnded = false;

  private constructor({ format, runId }: LogSource) {
    this.#parse = lineParser(format, OF_OWN_REQUESTS);
    this.#lines = new MarkedLines(runId);
  }

  /**
   * Begins to read.
   *
   * @throws InputError when the log cannot be opened, or its format cannot be gone by.
   */
  static async open(source: LogSource): Promise<LogReader> {
    const reader = new LogReader(source);
    const { signal } = reader.#reading;
    const [what, flag] = ['an access log', '--identity'];
    const chunks = await followedChunks({ from: source.from, what, flag, signal });
    reader.#done = reader.#read(chunks);
    return reader;
  }

  /** From now on counts the lines of these requests. */
  count(requests: LoggedRequests): void {
    this.#requests.set(requests.name, requests);
  }

  /** Counts lines of these requests no more. */
  forget({ name }: LoggedRequests): void {
    this.#requests.delete(name);
  }

  /**
   * Waits until each of some requests has its line; as long as lines come, and then the time of a flush.
   *
   * @param expected How many lines are to come of each.
   * @param aftermathMs For how long no more may have come then, in ms.
   * @param signal Gives up waiting when it aborts.
   * @param onWait Told a few times a second, when it takes longer than a moment.
   */
  async settled(
    expected: readonly { requests: LoggedRequests; sent: number }[],
    aftermathMs: number,
    signal: AbortSignal,
    onWait: (come: number, sent: number) => void,
  ): Promise<void> {
    const startMs = performance.now();
    const isComplete = (): boolean =>
      expected.every(({ requests, sent }) => requests.tally.lines >= sent);
    let toldAtMs = startMs + AFTERMATH_MS - TELL_MS;
    while (!signal.aborted && !this.#hasEnded) {
      const quietMs = performance.now() - Math.max(startMs, this.#lastLineMs);
      if (quietMs >= (isComplete() ? aftermathMs : SILENCE_MS)) return;
      if (performance.now() - toldAtMs > TELL_MS && !isComplete()) {
        toldAtMs = performance.now();
        onWait(
          expected.reduce((sum, { requests }) => sum + requests.tally.lines, 0),
          expected.reduce((sum, { sent }) => sum + sent, 0),
        );
      }
      await wait(LOOK_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  get state(): LogState {
    return { hasEnded: this.#hasEnded, wasSilent: !this.#lines.hasBytes };
  }

  /** Lets go of the log. */
  async close(): Promise<void> {
    this.#reading.abort();
    await this.#done;
  }

  async #read(chunks: AsyncIterable<Uint8Array>): Promise<void> {
    try {
      for await (const chunk of chunks) this.#take(this.#lines.push(chunk));
      this.#take(this.#lines.end());
    } catch {
      // What cannot be read any more has ended: the lines that are missing are told of.
    }
    this.#hasEnded = true;
  }

  #take(lines: readonly string[]): void {
    for (const text of lines) {
      const line = this.#parse(text);
      const userAgent = line?.userAgent ?? null;
      const name = userAgent === null ? requestsNamedIn(text) : requestsNamedBy(userAgent);
      const requests = name === null ? undefined : this.#requests.get(name);
      if (requests === undefined) continue;
      this.#lastLineMs = performance.now();
      const { tally, findUpstream } = requests;
      if (line === null || userAgent === null) {
        tally.addUnreadable(text);
        continue;
      }
      tally.add({
        ...line,
        upstream: findUpstream(line),
        number: requestNumberIn(userAgent),
      });
    }
  }
}
