import type { FailureCounts } from './counted.js';
import { compareTexts } from './key-sums.js';

/** Causes beyond this many are counted under one heading, so that a server cannot fill memory. */
const MAX_CAUSES = 64;
const MAX_CAUSE_LENGTH = 300;
const OTHER_CAUSES = 'other causes';

/** Counts failures by status and cause, in bounded memory. */
export class FailureLog {
  readonly #counts = new Map<string, FailureCounts>();

  /**
   * @param status As the protocol numbers it; null for what was never sent.
   * @param count Failures of this kind.
   */
  add(status: number | null, cause: string, count = 1): void {
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

  /** Adds the failures of another log, within the same bounds. */
  absorb(other: FailureLog): void {
    for (const { status, cause, count } of other.#counts.values()) this.add(status, cause, count);
  }

  /** All kinds of failure, the most frequent first: a copy. */
  list(): FailureCounts[] {
    return sortFailures([...this.#counts.values()].map((failure) => ({ ...failure })));
  }
}

/** Adds up failures. Has no bound of its own, so that the order of joining makes no difference. */
export function mergeFailures(
  a: readonly FailureCounts[],
  b: readonly FailureCounts[],
): FailureCounts[] {
  const joined = new Map<string, FailureCounts>();
  for (const { status, cause, count } of [...a, ...b]) {
    const key = keyOf(status, cause);
    joined.set(key, { status, cause, count: count + (joined.get(key)?.count ?? 0) });
  }
  return sortFailures([...joined.values()]);
}

function sortFailures(failures: FailureCounts[]): FailureCounts[] {
  return failures.sort(
    (a, b) =>
      b.count - a.count || (a.status ?? -1) - (b.status ?? -1) || compareTexts(a.cause, b.cause),
  );
}

function keyOf(status: number | null, cause: string): string {
  return `${status ?? ''}\n${cause}`;
}
