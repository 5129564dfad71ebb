/** Draws in their order, as far as it shows how often one repeats the one before. */
export interface OrderedDraws {
  /** By destination. */
  counts: readonly number[];
  /** Draws whose neighbour before is known. */
  pairs: number;
  /** Those of them that are the same as it. */
  equal: number;
}

/**
 * How much better draws are explained if each repeats the one before with some probability ρ, and has these
 * shares otherwise, than if all are independent draws of these shares: the largest logarithm of the
 * likelihood ratio over ρ from 0 to `most`.
 *
 * Only how many pairs are equal is known, not which: they are taken to be those of the smallest shares,
 * which no ratio exceeds. With two destinations they are known up to one, for changes take turns.
 *
 * @param shares Shares > 0 that add up to 1, in the order of the counts.
 * @param most Below 1; draws of one destination then last for 1/(1 − most) on average before all is open again.
 * @returns At least 0.
 */
export function logRepeatGain(
  { counts, pairs, equal }: OrderedDraws,
  shares: readonly number[],
  most: number,
): number {
  const changes = pairs - equal;
  const total = counts.reduce((sum, count) => sum + count, 0);
  const repeated = repeatedDraws(counts, shares, changes, total - pairs);
  const slope = (rho: number): number =>
    shares.reduce(
      (sum, p, i) => sum + ((repeated[i] ?? 0) * (1 - p)) / (rho + (1 - rho) * p),
      -changes / (1 - rho),
    );
  const rho = rootOf(slope, most);
  return shares.reduce(
    (sum, p, i) => sum + (repeated[i] ?? 0) * Math.log1p((rho * (1 - p)) / p),
    changes * Math.log1p(-rho),
  );
}

/** The others came after another destination, or after nothing that is known. @param firsts Draws without a neighbour. */
function repeatedDraws(
  counts: readonly number[],
  shares: readonly number[],
  changes: number,
  firsts: number,
): number[] {
  const repeated = [...counts];
  const largestFirst = [...shares.keys()].sort((a, b) => (shares[b] ?? 0) - (shares[a] ?? 0));
  let left = changes + firsts;
  for (const i of largestFirst) {
    // None is changed to more often than every other time.
    const others = Math.min(left, counts[i] ?? 0, Math.ceil(changes / 2) + firsts);
    repeated[i] = (counts[i] ?? 0) - others;
    left -= others;
  }
  return repeated;
}

/** Where a falling slope is 0, within 0 to `most`. */
function rootOf(slope: (at: number) => number, most: number): number {
  if (slope(0) <= 0) return 0;
  if (slope(most) >= 0) return most;
  let low = 0;
  let high = most;
  while (high - low > 1e-7) {
    const middle = (low + high) / 2;
    if (slope(middle) > 0) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
