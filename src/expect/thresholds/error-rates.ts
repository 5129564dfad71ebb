import type { CallCounts } from '../../count/counted.js';
import { binomialLowerTail, binomialUpperTail } from '../../stats/binomial-distribution.js';
import { unsentRequests } from '../unsent.js';

/** Failures, and what they are part of. */
export interface ErrorCounts {
  failed: number;
  /** What came to an end; of a destination its answers. */
  ended: number;
  /** With every failure that may be its own: those that do not say whose they are. */
  worst: { failed: number; ended: number };
}

/** The failures that thresholds are held against. */
export interface ErrorRates {
  overall: ErrorCounts;
  /** By name. */
  byDestination: ReadonlyMap<string, ErrorCounts>;
}

/** A rate beyond its limit with so small a chance otherwise is not said to be within it. */
const SUSPICION = 0.05;

/**
 * Holds an error rate against a limit by exact tests: `false` where it is beyond the limit at alpha, `null` where
 * it looks as if it were, or failures without an identity could show it, `true` else.
 *
 * @param isUpper Whether the limit is the most that is allowed; else it is the least.
 * @param limit A share, 0 to 1.
 * @param alpha Level.
 */
export function keepsErrorRate(
  { failed, ended, worst }: ErrorCounts,
  isUpper: boolean,
  limit: number,
  alpha: number,
): boolean | null {
  if (ended === 0) return null;
  const tail = isUpper ? binomialUpperTail : binomialLowerTail;
  const pValue = tail(failed, ended, limit);
  if (pValue <= alpha) return false;
  if (pValue < SUSPICION) return null;
  return isUpper && tail(worst.failed, worst.ended, limit) <= alpha ? null : true;
}

/** The failures of all calls together; destinations of one name are one. */
export function errorRatesOf(calls: readonly CallCounts[]): ErrorRates {
  const overall = { failed: 0, ended: 0 };
  const byDestination = new Map<string, ErrorCounts>();
  for (const { ends, unsent, destinations, observed, failed, log } of calls) {
    const failures = ends.failed + ends.timedOut;
    overall.failed += failures + unsentRequests(unsent).byPeer;
    overall.ended += failures + unsentRequests(unsent).byPeer + ends.ok;
    const unidentified = failures - failed.reduce((sum, count) => sum + count, 0);
    destinations.forEach((name, index) => {
      const [own, answers] = [failed[index] ?? 0, observed[index] ?? 0];
      // A log has failures among the answers, and does not say which.
      const most = log === null ? own + unidentified : Math.min(answers, own + unidentified);
      const known = byDestination.get(name);
      byDestination.set(name, {
        failed: (known?.failed ?? 0) + own,
        ended: (known?.ended ?? 0) + answers,
        worst: {
          failed: (known?.worst.failed ?? 0) + most,
          ended: (known?.worst.ended ?? 0) + answers + (log === null ? unidentified : 0),
        },
      });
    });
  }
  return { overall: { ...overall, worst: overall }, byDestination };
}
