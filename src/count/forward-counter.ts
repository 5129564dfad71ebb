import type { RawAnswer } from '../call/answer.js';
import type { ReadEntries } from '../call/forward-echo/entries.js';
import { forwardFailure, type ForwardFailure } from '../call/forward-echo/failure.js';
import { NOBODY } from './attribution.js';
import type { CallRow, ForwardCounts, ForwardFailureCounts } from './counted.js';
import { mergeForwardFailures, sortedRows } from './forward-counts.js';
import type { Outcome } from './outcome.js';
import type { PodDirectory } from './pod-directory.js';

/** Reasons and statuses beyond this many are counted under one heading: servers choose them. */
const MAX_KINDS = 64;
const OTHERS = 'other reasons';

/** A call that has ended, with the answers that came. */
interface EndedForwarding {
  slot: number;
  outcome: Outcome;
  /** Why it failed. */
  cause: string;
  /** By their numbers in the directory. */
  pods: Int32Array;
  answers: number;
}

/**
 * Counts calls whose requests an application makes, several a call: each is an answer of its own, and the calls
 * are the clusters that they hang together in. Memory does not grow with the number of calls, but with that of
 * the ways in which the answers of a call can fall on destinations.
 */
export class ForwardCounter {
  readonly #read: ReadEntries;
  readonly #pods: PodDirectory;
  /** Requests that one call makes. */
  readonly #expected: number;
  /** By slot: what is wrong with the answer that has come; and by entry whether its request failed. */
  readonly #lack: (keyof ForwardCounts['lacking'] | null)[];
  readonly #failed: Uint8Array[];
  readonly #lacking: ForwardCounts['lacking'] = { empty: 0, fewer: 0, more: 0, unreadable: 0 };
  readonly #statuses = new Map<string, number>();
  readonly #failures = new Map<string, ForwardFailureCounts>();
  readonly #rows = new Map<string, CallRow>();
  /** What failures say, read once: most say the same. */
  readonly #latest: { cause: string; failure: ForwardFailure } = {
    cause: '',
    failure: forwardFailure(''),
  };
  #hidden = 0;

  /**
   * @param read Reads the entries of an answer.
   * @param pods Numbers the pods.
   * @param slots Calls in flight at most.
   * @param expected Requests that one call makes.
   */
  constructor(read: ReadEntries, pods: PodDirectory, slots: number, expected: number) {
    this.#read = read;
    this.#pods = pods;
    this.#expected = expected;
    this.#lack = new Array<null>(slots).fill(null);
    this.#failed = Array.from({ length: slots }, () => new Uint8Array(expected));
  }

  /**
   * Takes the answer to the call in a slot.
   *
   * @param pods Is given the number of the pod of each entry, or NOBODY; has room for what is expected.
   * @returns How many entries count.
   */
  answer(slot: number, answer: RawAnswer, pods: Int32Array): number {
    const entries = this.#read(answer);
    const count = entries?.length ?? 0;
    this.#lack[slot] =
      entries === null
        ? 'unreadable'
        : count === 0
          ? 'empty'
          : count < this.#expected
            ? 'fewer'
            : count > this.#expected
              ? 'more'
              : null;
    const counting = Math.min(count, this.#expected);
    const failed = this.#failed[slot]!;
    for (let at = 0; at < counting; at++) {
      const { identity, isOk, status } = entries![at]!;
      pods[at] = identity === undefined ? NOBODY : this.#pods.numberOf(identity);
      failed[at] = isOk ? 0 : 1;
      if (!isOk) this.#addStatus(status);
    }
    return counting;
  }

  /** Whether requests failed, by entry of the answer to the call in a slot. */
  failedIn(slot: number): Uint8Array {
    return this.#failed[slot]!;
  }

  /** Forgets the answer to the call in a slot: it will be sent again. */
  forget(slot: number): void {
    this.#lack[slot] = null;
  }

  /**
   * Counts a call that has ended.
   *
   * @returns Why it failed, without what varies from call to call.
   */
  ended({ slot, outcome, cause, pods, answers }: EndedForwarding): string {
    const lack = this.#lack[slot] ?? null;
    this.#lack[slot] = null;
    this.#addRow(pods, answers);
    // What this side gave up is told by itself.
    if (outcome === 'cancelled') return cause;
    if (outcome === 'ok') {
      if (lack !== null) this.#lacking[lack] += 1;
      else if (answers === 0) this.#lacking.empty += 1;
      this.#hidden += this.#expected - answers;
      return cause;
    }
    const failure = this.#failureIn(cause);
    // A call that does not say how many failed has answered none.
    const errors = Math.min(this.#expected, failure.errors ?? this.#expected);
    this.#hidden += Math.max(0, this.#expected - answers - errors);
    this.#addFailure(failure, errors);
    return failure.cause;
  }

  /** What was counted: a copy. */
  counts(): ForwardCounts {
    return {
      hidden: this.#hidden,
      statuses: new Map([...this.#statuses].sort()),
      lacking: { ...this.#lacking },
      failures: mergeForwardFailures([...this.#failures.values()], []),
      rows: sortedRows([...this.#rows.values()]),
      singles: null,
    };
  }

  #failureIn(cause: string): ForwardFailure {
    const known = this.#latest;
    if (known.cause !== cause) {
      known.cause = cause;
      known.failure = forwardFailure(cause);
    }
    return known.failure;
  }

  #addRow(pods: Int32Array, answers: number): void {
    const observed = this.#pods.destinationNames.map(() => 0);
    for (let at = 0; at < answers; at++) {
      const pod = pods[at]!;
      const destination = pod === NOBODY ? NOBODY : this.#pods.destinations[pod]!;
      if (destination !== NOBODY) observed[destination]! += 1;
    }
    const key = observed.join(' ');
    const known = this.#rows.get(key);
    if (known === undefined) this.#rows.set(key, { observed, calls: 1 });
    else known.calls += 1;
  }

  #addStatus(status: string): void {
    const key = this.#statuses.has(status) || this.#statuses.size < MAX_KINDS ? status : OTHERS;
    this.#statuses.set(key, (this.#statuses.get(key) ?? 0) + 1);
  }

  #addFailure({ code, reason }: ForwardFailure, errors: number): void {
    const own = `${code ?? ''}\n${reason}`;
    const isKept = this.#failures.has(own) || this.#failures.size < MAX_KINDS;
    const key = isKept ? own : `\n${OTHERS}`;
    const known = this.#failures.get(key) ?? {
      ...(isKept ? { code, reason } : { code: null, reason: OTHERS }),
      calls: 0,
      errors: 0,
    };
    this.#failures.set(key, {
      ...known,
      calls: known.calls + 1,
      errors: known.errors + errors,
    });
  }
}
