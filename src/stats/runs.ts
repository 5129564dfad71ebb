/** How far a number of equal neighbours is from what a random order of the same counts gives. */
export interface NeighbourMoments {
  /** Neighbouring pairs. */
  pairs: number;
  /** Expected number of equal ones among them. */
  mean: number;
  variance: number;
}

/**
 * Mean and variance of the number of equal neighbours when the given counts stand in random order.
 * With runs = n − equal neighbours it is the runs test, for any number of categories.
 *
 * @param counts Counts ≥ 0 of each category in one sequence.
 * @returns Zero pairs for fewer than two items. Source: Wald and Wolfowitz (1940); Mood (1940).
 */
export function equalNeighbourMoments(counts: readonly number[]): NeighbourMoments {
  let n = 0;
  let squares = 0;
  let cubes = 0;
  for (const count of counts) {
    n += count;
    squares += count * count;
    cubes += count * count * count;
  }
  if (n < 2) return { pairs: 0, mean: 0, variance: 0 };
  const variance =
    (squares * (squares + n * (n + 1)) - 2 * n * cubes - n * n * n) / (n * n * (n - 1));
  return { pairs: n - 1, mean: (squares - n) / n, variance: Math.max(0, variance) };
}
