import type { AttemptCounts } from '../../count/counted.js';
import { type Coverage, coverageOf, type FailedEnd } from './coverage.js';
import type { RetryPolicy } from './route-limits.js';

/** Failures that remain when the gateway has answered, alike in status, words, attempts and coverage. */
export interface RemainingFailure extends FailedEnd {
  /** How often the gateway tried; null where it does not say. */
  attempts: number | null;
  count: number;
  coverage: Coverage;
}

/**
 * The failures that remain, and what a policy makes of each.
 *
 * @param nameOf What the protocol calls a status.
 */
export function remainingFailures(
  { failures }: Pick<AttemptCounts, 'failures'>,
  policy: RetryPolicy,
  kind: FailedEnd['kind'],
  nameOf: (status: number) => string,
): RemainingFailure[] {
  return failures.map(({ attempts, isLate, status, cause, count }) => {
    const end = { kind, status: nameOf(status), cause, isLate };
    return {
      ...end,
      attempts: attempts < 0 ? null : attempts,
      count,
      coverage: coverageOf(policy, end),
    };
  });
}

/** Requests by how often they were tried, of all destinations and of none. @returns By attempts, from 0 on. */
export function attemptSums({ byDestination }: Pick<AttemptCounts, 'byDestination'>): number[] {
  const sums: number[] = [];
  for (const row of byDestination) {
    row.forEach((count, attempts) => {
      sums[attempts] = (sums[attempts] ?? 0) + count;
    });
  }
  return Array.from(sums, (count: number | undefined) => count ?? 0);
}
