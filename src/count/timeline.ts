import { mergeColumns } from './columns.js';
import type { TimelineBin, TimelineCounts, TimelineFailure } from './counted.js';
import { compareTexts } from './key-sums.js';
import type { Outcome } from './outcome.js';

/** The finest width: 16 bins make a second. Widths only ever double from here. */
const BASE_WIDTH_MS = 62.5;
/** Eight minutes in bins of the finest width; where there are more than this, the width doubles. */
const MAX_BINS = 8192;
/** Kinds of failures by bin that keep their cause; further ones are counted by status alone. */
const MAX_FAILURES = 4096;
const OTHER_CAUSES = 'other causes';
const MAX_CAUSE_LENGTH = 300;

/** One request that has ended, as a timeline counts it. */
export interface TimelineEnd {
  /** In ms since 1970. */
  sentAtMs: number;
  outcome: Outcome;
  status: number;
  cause: string;
  /** Below zero: none that is known. */
  destination: number;
}

/**
 * Every request by when it was sent, finer than any other series and longer: what a change of weights is
 * found in. Bins lie on one grid for all members and runs: number i begins i widths after 1970.
 */
export class Timeline {
  readonly #columns: number;
  #widthMs = BASE_WIDTH_MS;
  #bins = new Map<number, TimelineBin>();
  #failures = new Map<string, TimelineFailure>();

  /** @param columns How many destinations there can be. */
  constructor(columns: number) {
    this.#columns = columns;
  }

  /** Counts a request that has ended. */
  add({ sentAtMs, outcome, status, cause, destination }: TimelineEnd): void {
    const bin = this.#binAt(sentAtMs);
    bin[outcome] += 1;
    if (destination >= 0) bin.observed[destination]! += 1;
    if (outcome === 'ok') return;
    if (destination >= 0 && outcome !== 'cancelled') bin.failedOf[destination]! += 1;
    const short = cause.length > MAX_CAUSE_LENGTH ? `${cause.slice(0, MAX_CAUSE_LENGTH)}…` : cause;
    this.#fail({ number: bin.number, status, cause: short, destination, count: 1 });
  }

  /** Counts requests that were due and never sent. @param atMs When that was known, in ms since 1970. */
  addUnsent(atMs: number, count: number): void {
    this.#binAt(atMs).unsent += count;
  }

  /** Adds everything that another series counts. */
  absorb(other: Timeline): void {
    const { widthMs, bins, failures } = mergeTimelines(this.counts(), other.counts());
    this.#widthMs = widthMs;
    this.#bins = new Map(bins.map((bin) => [bin.number, bin]));
    this.#failures = new Map(failures.map((failure) => [keyOf(failure), failure]));
  }

  /** What was counted: a copy. */
  counts(): TimelineCounts {
    return {
      widthMs: this.#widthMs,
      bins: [...this.#bins.values()]
        .map((bin) => ({ ...bin, observed: [...bin.observed], failedOf: [...bin.failedOf] }))
        .sort(byNumber),
      failures: sorted([...this.#failures.values()].map((failure) => ({ ...failure }))),
    };
  }

  #binAt(atMs: number): TimelineBin {
    const number = Math.floor(atMs / this.#widthMs);
    const known = this.#bins.get(number);
    if (known !== undefined) return known;
    if (this.#bins.size >= MAX_BINS) {
      this.#coarsen();
      return this.#binAt(atMs);
    }
    const bin = emptyBin(number, this.#columns);
    this.#bins.set(number, bin);
    return bin;
  }

  #fail(failure: TimelineFailure): void {
    const known = this.#failures.get(keyOf(failure));
    if (known !== undefined) known.count += failure.count;
    else if (this.#failures.size < MAX_FAILURES || failure.cause === OTHER_CAUSES) {
      this.#failures.set(keyOf(failure), failure);
    } else this.#fail({ ...failure, cause: OTHER_CAUSES, destination: -1 });
  }

  #coarsen(): void {
    const { widthMs, bins, failures } = atWidth(this.counts(), this.#widthMs * 2);
    this.#widthMs = widthMs;
    this.#bins = new Map(bins.map((bin) => [bin.number, bin]));
    this.#failures = new Map(failures.map((failure) => [keyOf(failure), failure]));
  }
}

/** Adds up two series, at the finest width that bounds them both. Columns are the same in both. */
export function mergeTimelines(a: TimelineCounts, b: TimelineCounts): TimelineCounts {
  let widthMs = Math.max(a.widthMs, b.widthMs);
  let sum = joined(atWidth(a, widthMs), atWidth(b, widthMs));
  while (sum.bins.length > MAX_BINS) {
    widthMs *= 2;
    sum = atWidth(sum, widthMs);
  }
  return sum;
}

function atWidth(
  { widthMs: own, bins, failures }: TimelineCounts,
  widthMs: number,
): TimelineCounts {
  const factor = widthMs / own;
  const placed = <T extends { number: number }>(one: T): T => {
    return { ...one, number: Math.floor(one.number / factor) };
  };
  return summed(widthMs, bins.map(placed), failures.map(placed));
}

function joined(a: TimelineCounts, b: TimelineCounts): TimelineCounts {
  return summed(a.widthMs, [...a.bins, ...b.bins], [...a.failures, ...b.failures]);
}

function summed(
  widthMs: number,
  bins: readonly TimelineBin[],
  failures: readonly TimelineFailure[],
): TimelineCounts {
  const sums = new Map<number, TimelineBin>();
  for (const bin of bins) {
    const known = sums.get(bin.number);
    sums.set(bin.number, known === undefined ? bin : sumOf(known, bin));
  }
  const failed = new Map<string, TimelineFailure>();
  for (const failure of failures) {
    const key = keyOf(failure);
    const count = (failed.get(key)?.count ?? 0) + failure.count;
    failed.set(key, { ...failure, count });
  }
  return {
    widthMs,
    bins: [...sums.values()].sort(byNumber),
    failures: sorted([...failed.values()]),
  };
}

function sumOf(a: TimelineBin, b: TimelineBin): TimelineBin {
  return {
    number: a.number,
    ok: a.ok + b.ok,
    failed: a.failed + b.failed,
    timedOut: a.timedOut + b.timedOut,
    cancelled: a.cancelled + b.cancelled,
    unsent: a.unsent + b.unsent,
    observed: mergeColumns(a.observed, b.observed),
    failedOf: mergeColumns(a.failedOf, b.failedOf),
  };
}

function emptyBin(number: number, columns: number): TimelineBin {
  const zeros = (): number[] => new Array<number>(columns).fill(0);
  return {
    ...{ number, ok: 0, failed: 0, timedOut: 0, cancelled: 0, unsent: 0 },
    ...{ observed: zeros(), failedOf: zeros() },
  };
}

function byNumber(a: { number: number }, b: { number: number }): number {
  return a.number - b.number;
}

function sorted(failures: TimelineFailure[]): TimelineFailure[] {
  return failures.sort(
    (a, b) =>
      byNumber(a, b) ||
      a.status - b.status ||
      compareTexts(a.cause, b.cause) ||
      a.destination - b.destination,
  );
}

function keyOf({ number, status, destination, cause }: TimelineFailure): string {
  return `${number}\n${status}\n${destination}\n${cause}`;
}
