import { binomialUpperTail } from '../../../stats/binomial-distribution.js';

/** Failures that do not say whose they are, so many that a run cannot pass. */
export interface UnnamedFailures {
  /** The fewest. */
  count: number;
  /** Whose limit they would show it beyond, if all were its own. */
  destination: string;
  /** Part of its calls that may fail. */
  limit: number;
}

/**
 * How few failures without an identity keep a run from passing, where every destination answers as often as
 * its weight says: the fewest f with P(X ≥ f | n·p + f, limit) ≤ alpha for one of them.
 *
 * @param requests Of the sample.
 * @param destinations Those with weight; limits as parts of their calls, 0..1.
 * @param alpha Level of the verdict.
 * @returns null where no number of them does.
 */
export function unnamedFailuresThatBar(
  requests: number,
  destinations: readonly { name: string; expectedShare: number; limit: number }[],
  alpha: number,
): UnnamedFailures | null {
  const bars = destinations.flatMap(({ name, expectedShare, limit }) => {
    const answers = Math.round(requests * expectedShare);
    const count = fewest(requests, (failures) => {
      return binomialUpperTail(failures, answers + failures, limit) <= alpha;
    });
    return count === null ? [] : [{ count, destination: name, limit }];
  });
  return bars.length === 0 ? null : bars.reduce((a, b) => (b.count < a.count ? b : a));
}

/** The first number from 1 to `most` for which something holds that goes on holding. */
function fewest(most: number, holds: (failures: number) => boolean): number | null {
  if (most < 1 || !holds(most)) return null;
  let [low, high] = [0, most];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (holds(middle)) high = middle;
    else low = middle;
  }
  return high;
}
