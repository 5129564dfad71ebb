import { binomialUpperQuantile } from '../stats/binomial-quantile.js';
import type { ExpectingCall } from './expectation.js';

/**
 * How many requests have to fail for some call to be failed by its errors, whatever becomes of the rest of
 * the run: no fewer of all calls together are enough for one of them.
 *
 * @param calls Of the run.
 * @param load How many requests it sends, and how they divide over the calls.
 * @param alpha Of the run.
 * @returns null where their number is not known, or none is enough.
 */
export function errorsThatDecide(
  calls: readonly Pick<ExpectingCall, 'maxErrorRate'>[],
  { requests, callParts }: { requests: number | null; callParts: readonly number[] },
  alpha: number,
): number | null {
  if (requests === null) return null;
  const parts = callParts.reduce((sum, part) => sum + part, 0);
  const needed = calls.map(({ maxErrorRate }, call) => {
    const own = Math.ceil((requests * (callParts[call] ?? 0)) / parts);
    const quantile = binomialUpperQuantile(own, maxErrorRate, alpha / calls.length);
    return { own, quantile };
  });
  if (needed.some(({ own, quantile }) => quantile > own)) return null;
  return needed.reduce((sum, { quantile }) => sum + quantile, 0);
}
