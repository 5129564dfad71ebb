import type { Random } from './random.js';

/** Weight of each version by its name; at least one is above zero. */
export type VersionWeights = Readonly<Record<string, number>>;

/** Picks a version for one request or connection, each time anew. */
export interface WeightedSplit {
  /** A version with a weight above zero, with probability weight / sum of the weights. */
  pick(): string;
  /**
   * Takes effect with the next pick.
   *
   * @throws RangeError when a weight is negative or not finite, or when none is above zero.
   */
  setWeights(weights: VersionWeights): void;
}

/**
 * Independent weighted picks, the way a proxy chooses among weighted clusters.
 *
 * @param weights Non-negative finite numbers of any scale.
 * @param random Source of the draws, one for each pick.
 * @throws RangeError as {@link WeightedSplit.setWeights} does.
 */
export function weightedSplit(weights: VersionWeights, random: Random): WeightedSplit {
  let cumulative = cumulate(weights);
  return {
    pick() {
      const last = cumulative[cumulative.length - 1];
      if (last === undefined) throw new RangeError('a split needs a weight above zero');
      const point = random() * last.upTo;
      return (cumulative.find((share) => point < share.upTo) ?? last).version;
    },
    setWeights(next) {
      cumulative = cumulate(next);
    },
  };
}

interface Share {
  version: string;
  /** Sum of the weights up to and including this version's. */
  upTo: number;
}

function cumulate(weights: VersionWeights): Share[] {
  const shares: Share[] = [];
  let sum = 0;
  for (const [version, weight] of Object.entries(weights)) {
    if (!Number.isFinite(weight) || weight < 0) {
      throw new RangeError(`the weight of ${version} is ${weight}: it must be 0 or more`);
    }
    if (weight === 0) continue;
    sum += weight;
    shares.push({ version, upTo: sum });
  }
  if (shares.length === 0) throw new RangeError('a split needs a weight above zero');
  return shares;
}
