/** A split of a series of counts into before and after. */
export interface ChangePoint {
  /** Index of the first window after the change. */
  index: number;
  /** 2ΔlogL of two multinomials over one. */
  statistic: number;
  before: number[];
  after: number[];
}

/**
 * The best point to split a series of count vectors in two, by 2·ΔlogL = 2·[L(before) + L(after) − L(all)].
 *
 * @param windows Counts by category, in order, all of the same length.
 * @param leastAnswers Answers there must be on either side.
 * @returns Null where no split leaves that many on both sides.
 */
export function bestChangePoint(
  windows: readonly (readonly number[])[],
  leastAnswers: number,
): ChangePoint | null {
  const all = windows.reduce<number[]>((sum, row) => row.map((x, i) => x + (sum[i] ?? 0)), []);
  const whole = maximisedLogLikelihood(all);
  const before = all.map(() => 0);
  let best: ChangePoint | null = null;
  for (let index = 1; index < windows.length; index += 1) {
    for (const [i, count] of windows[index - 1]!.entries()) before[i]! += count;
    const after = all.map((count, i) => count - before[i]!);
    if (Math.min(total(before), total(after)) < leastAnswers) continue;
    const statistic = 2 * (maximisedLogLikelihood(before) + maximisedLogLikelihood(after) - whole);
    if (best === null || statistic > best.statistic) {
      best = { index, statistic, before: [...before], after };
    }
  }
  return best;
}

/**
 * The threshold that the largest 2ΔlogL over all split points of an unchanging series exceeds with
 * probability alpha: the b² that solves
 * b^d·e^{−b²/2}/(2^{d/2}Γ(d/2))·[(1 − d/b²)·ln((1−ε)²/ε²) + 4/b²] = α.
 *
 * @param df d = categories − 1.
 * @param edge ε, the part of the series left out at either end, 0 < ε < ½.
 * @param alpha False-claim rate. Source: James, James and Siegmund (1987); Csörgő and Horváth (1997).
 */
export function changePointThreshold(df: number, edge: number, alpha: number): number {
  const width = Math.log((1 - edge) ** 2 / edge ** 2);
  const rate = (square: number): number =>
    (Math.exp((df / 2) * Math.log(square) - square / 2) / (2 ** (df / 2) * gammaOfHalf(df))) *
    ((1 - df / square) * width + 4 / square);
  // The rate falls from its peak on, which lies below df + 4.
  let low = df + 4;
  let high = 2 * low;
  while (rate(high) > alpha) high *= 2;
  while (high - low > 1e-9 * high) {
    const middle = (low + high) / 2;
    if (rate(middle) > alpha) low = middle;
    else high = middle;
  }
  return high;
}

/** Γ(d/2) for a whole d > 0. */
function gammaOfHalf(d: number): number {
  if (d === 1) return Math.sqrt(Math.PI);
  if (d === 2) return 1;
  return (d / 2 - 1) * gammaOfHalf(d - 2);
}

function maximisedLogLikelihood(counts: readonly number[]): number {
  const n = total(counts);
  return counts.reduce((sum, x) => (x === 0 ? sum : sum + x * Math.log(x / n)), 0);
}

function total(counts: readonly number[]): number {
  return counts.reduce((sum, x) => sum + x, 0);
}
