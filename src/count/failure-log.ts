/** Failures of one kind. */
export interface FailureCount {
  status: string;
  /** The cause in the words of whoever refused, without what varies from call to call. */
  cause: string;
  count: number;
}

/** Causes beyond this many are counted under one heading, so that a server cannot fill memory. */
const MAX_CAUSES = 64;
const MAX_CAUSE_LENGTH = 300;
const OTHER_CAUSES = 'other causes';

/** Counts failures by status and cause. */
export class FailureLog {
  readonly #counts = new Map<string, FailureCount>();

  /** Counts a failure; `count` of them at once when a log is joined to this one. */
  add(status: string, cause: string, count = 1): void {
    const short = cause.length > MAX_CAUSE_LENGTH ? `${cause.slice(0, MAX_CAUSE_LENGTH)}…` : cause;
    const known = this.#counts.get(keyOf(status, short));
    if (known !== undefined) {
      known.count += count;
    } else if (this.#counts.size < MAX_CAUSES || short === OTHER_CAUSES) {
      this.#counts.set(keyOf(status, short), { status, cause: short, count });
    } else {
      this.add(status, OTHER_CAUSES, count);
    }
  }

  merge(other: FailureLog): void {
    for (const failure of other.#counts.values()) {
      this.add(failure.status, failure.cause, failure.count);
    }
  }

  /** All kinds of failure, the most frequent first. */
  list(): FailureCount[] {
    return [...this.#counts.values()].sort(
      (a, b) =>
        b.count - a.count || keyOf(a.status, a.cause).localeCompare(keyOf(b.status, b.cause)),
    );
  }
}

function keyOf(status: string, cause: string): string {
  return `${status}\n${cause}`;
}
