import type { VersionWeights, WeightedSplit } from './weighted-split.js';

/**
 * Weights that change by themselves, from those that a split begins with:
 *
 * - `drift`: in equal steps with every request, until they are the others after so many
 * - `periodic`: to the others and back, half a period of requests each
 */
export type WeightChange =
  | { kind: 'drift'; to: VersionWeights; overRequests: number }
  | { kind: 'periodic'; to: VersionWeights; periodRequests: number };

/**
 * A split whose weights change by themselves until it is told other weights: those stay.
 *
 * @param split The split; its weights are `from`.
 * @throws RangeError when the change leads to weights that make no split.
 */
export function changingWeights(
  split: WeightedSplit,
  from: VersionWeights,
  change: WeightChange,
): WeightedSplit {
  // Wrong ones are said now, and not in the middle of a run.
  split.setWeights(change.to);
  split.setWeights(from);
  let picks = 0;
  let isTold = false;
  /** How far it has come on the way to the others when the last pick was made, 0 to 1. */
  let last = 0;
  return {
    pick() {
      const way = wayAt(change, picks);
      picks += 1;
      if (!isTold && way !== last) {
        split.setWeights(between(from, change.to, way));
        last = way;
      }
      return split.pick();
    },
    setWeights(weights) {
      split.setWeights(weights);
      isTold = true;
    },
  };
}

function wayAt(change: WeightChange, picks: number): number {
  if (change.kind === 'drift') return Math.min(1, picks / change.overRequests);
  return picks % change.periodRequests < change.periodRequests / 2 ? 0 : 1;
}

/** Shares, so that weights of different scales do not pull. */
function between(from: VersionWeights, to: VersionWeights, way: number): VersionWeights {
  const [start, end] = [sharesOf(from), sharesOf(to)];
  return Object.fromEntries(
    [...new Set([...Object.keys(start), ...Object.keys(end)])].map((version) => {
      return [version, (start[version] ?? 0) * (1 - way) + (end[version] ?? 0) * way];
    }),
  );
}

function sharesOf(weights: VersionWeights): VersionWeights {
  const sum = Object.values(weights).reduce((total, weight) => total + weight, 0);
  return Object.fromEntries(
    Object.entries(weights).map(([version, weight]) => [version, weight / sum]),
  );
}
