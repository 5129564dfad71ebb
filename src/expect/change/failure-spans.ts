import type { TimedFailure } from './expectation.js';

/** Failures of one kind that are no further apart than this were one bout of them, in ms. */
const GAP_MS = 250;

/**
 * Joins failures of one kind that went on from one stretch to the next: an outage of a second is one thing, not
 * sixteen.
 *
 * @param failures By time.
 * @returns By when they began.
 */
export function failureSpans(failures: readonly TimedFailure[]): TimedFailure[] {
  const spans: TimedFailure[] = [];
  const latest = new Map<string, TimedFailure>();
  for (const failure of failures) {
    const { status, cause, destination, fromMs, toMs, count } = failure;
    const kind = JSON.stringify([status, cause, destination]);
    const known = latest.get(kind);
    if (known !== undefined && fromMs - known.toMs <= GAP_MS) {
      known.toMs = toMs;
      known.count += count;
      continue;
    }
    const span = { ...failure };
    latest.set(kind, span);
    spans.push(span);
  }
  return spans;
}
