import { mergeColumns } from './columns.js';
import type { AttemptCounts, FailedAttempts } from './counted.js';
import { FailureLog } from './failure-log.js';
import { compareTexts } from './key-sums.js';

/** An answer that does not say how often its request was tried. */
export const NOT_SAID = -1;

/** More attempts than these are counted as so many. */
export const MOST_ATTEMPTS = 32;

/** A request that has ended, as far as its attempts go. */
interface AttemptedRequest {
  /** How often the gateway tried it, or {@link NOT_SAID}. */
  attempts: number;
  /** Whether the peer gave a status. */
  isAnswered: boolean;
  /** Whether its status of gRPC came behind an answer, in trailers: no gateway can retry that. */
  isLate: boolean;
  status: number;
  cause: string;
}

/** Counts how often a gateway tried requests, in memory that does not grow with their number. */
export class AttemptTally {
  /** How many destinations there are at most; the row behind them is of requests without one. */
  readonly #room: number;
  readonly #rows: (number[] | undefined)[] = [];
  /** Of answered requests that failed, by whether the status was late, then by attempts. */
  readonly #failures: { attempts: number; isLate: boolean; log: FailureLog }[] = [];

  constructor(room: number) {
    this.#room = room;
  }

  /** @param destination Of its answer; below 0 where it is not known. @param isFailed It was not OK. */
  add(request: AttemptedRequest, destination: number, isFailed: boolean): void {
    const { attempts, isAnswered, isLate, status, cause } = request;
    if (attempts !== NOT_SAID) {
      const row = (this.#rows[destination < 0 ? this.#room : destination] ??= []);
      row[attempts] = (row[attempts] ?? 0) + 1;
    }
    if (isFailed && isAnswered) this.#logOf(attempts, isLate).add(status, cause);
  }

  absorb(other: AttemptTally): void {
    other.#rows.forEach((row = [], at) => {
      this.#rows[at] = mergeColumns(this.#rows[at] ?? [], denseRow(row));
    });
    for (const { attempts, isLate, log } of other.#failures) {
      this.#logOf(attempts, isLate).absorb(log);
    }
  }

  /** @param destinations How many there are. @returns undefined where there is nothing to tell. */
  counts(destinations: number): AttemptCounts | undefined {
    const failures = this.#failures.flatMap(({ attempts, isLate, log }) =>
      log.list().map(({ status, cause, count }): FailedAttempts => {
        return { attempts, isLate, status: status ?? NOT_SAID, cause, count };
      }),
    );
    if (this.#rows.length === 0 && failures.length === 0) return undefined;
    const rows = Array.from({ length: destinations }, (_, at) => denseRow(this.#rows[at] ?? []));
    rows.push(denseRow(this.#rows[this.#room] ?? []));
    return { byDestination: rows, failures: sortedFailures(failures) };
  }

  #logOf(attempts: number, isLate: boolean): FailureLog {
    const known = this.#failures.find((one) => one.attempts === attempts && one.isLate === isLate);
    if (known !== undefined) return known.log;
    const log = new FailureLog();
    this.#failures.push({ attempts, isLate, log });
    return log;
  }
}

/** Adds up two of the same columns. */
export function mergeAttempts(a: AttemptCounts, b: AttemptCounts): AttemptCounts {
  const joined = new Map<string, FailedAttempts>();
  for (const one of [...a.failures, ...b.failures]) {
    const { attempts, isLate, status, cause } = one;
    const key = JSON.stringify([attempts, isLate, status, cause]);
    joined.set(key, { ...one, count: one.count + (joined.get(key)?.count ?? 0) });
  }
  return {
    byDestination: a.byDestination.map((row, at) => mergeColumns(row, b.byDestination[at] ?? [])),
    failures: sortedFailures([...joined.values()]),
  };
}

/** The most frequent first. */
export function sortedFailures(failures: readonly FailedAttempts[]): FailedAttempts[] {
  return failures.toSorted(
    (a, b) =>
      b.count - a.count ||
      a.attempts - b.attempts ||
      a.status - b.status ||
      Number(a.isLate) - Number(b.isLate) ||
      compareTexts(a.cause, b.cause),
  );
}

/** Without holes. */
function denseRow(row: readonly number[]): number[] {
  return Array.from(row, (count: number | undefined) => count ?? 0);
}
