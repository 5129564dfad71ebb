/** Where a series of counts goes from one known distribution to another. Positions lie between windows: k is before window k. */
export interface KnownChange {
  /** Of one change at once: the likeliest position, and all that are not excluded. */
  position: number;
  interval: Interval;
  /** Where the first distribution ends, and where the second begins, whatever lies between. */
  begin: Interval;
  end: Interval;
  /** log L of the best change at once over that of the first distribution all the time, and of the second. */
  overBefore: number;
  overAfter: number;
  /** log L of the best change in steps over that of the best one at once; at least 0. */
  inSteps: number;
}

/** Both ends included. */
export type Interval = readonly [low: number, high: number];

/** Parts of the way from the first distribution to the second that a change in steps may stop at. */
const LEVELS = [0, 0.25, 0.5, 0.75, 1];
/** A share that a distribution rules out is still given this much: one stray answer must not decide. */
const STRAY = 1e-3;

/**
 * Locates a change by maximum likelihood.
 *
 * Of a change at once, the log-likelihood of position k less that of the true one is, on either side of it, the
 * log of a likelihood ratio, a martingale of mean 1; it exceeds ln(2/alpha) with a probability of alpha/2 at most (Ville
 * 1939). So the positions within ln(2/alpha) of the best one have the true one among them with 1 − alpha at least.
 * Of a change in steps, levels only rise: the best ones are found by dynamic programming over windows and
 * levels, and begin and end have the profile likelihood's intervals of the same depth.
 *
 * @param windows Counts by category, in order, all of the same length as the distributions.
 * @param before Shares that add up to 1.
 * @param after Likewise.
 * @param alpha 1 − confidence of the intervals, 0 to 1.
 */
export function knownChange(
  windows: readonly (readonly number[])[],
  before: readonly number[],
  after: readonly number[],
  alpha: number,
): KnownChange {
  const byLevel = LEVELS.map((level) => logLikelihoods(windows, before, after, level));
  const last = LEVELS.length - 1;
  const rising = bestUpTo(byLevel);
  const falling = bestFrom(byLevel);
  const [first, whole] = [rising[0] ?? [], falling[last] ?? []];
  const add = (a: readonly number[] = [], b: readonly number[] = []): number[] =>
    a.map((value, k) => value + (b[k] ?? 0));
  const atOnce = add(first, whole);
  const depth = Math.log(2 / alpha);
  const best = top(atOnce);
  return {
    position: atOnce.indexOf(best),
    interval: within(atOnce, depth),
    begin: within(add(first, falling[1]), depth),
    end: within(add(rising[last - 1], whole), depth),
    overBefore: best - (first.at(-1) ?? 0),
    overAfter: best - (whole[0] ?? 0),
    inSteps: Math.max(0, (falling[0]?.[0] ?? 0) - best),
  };
}

/**
 * The log-likelihood of each window where a part of the way is gone.
 *
 * @param windows Counts by category, all of the same length as the distributions.
 * @param before Shares that add up to 1.
 * @param after Likewise.
 * @param level 0 (as before) to 1 (as after).
 */
export function logLikelihoods(
  windows: readonly (readonly number[])[],
  before: readonly number[],
  after: readonly number[],
  level: number,
): number[] {
  const logs = before.map((share, i) => {
    const mixed = (1 - level) * share + level * (after[i] ?? 0);
    return Math.log((1 - STRAY) * mixed + STRAY / before.length);
  });
  return windows.map((row) => row.reduce((sum, count, i) => sum + count * (logs[i] ?? 0), 0));
}

/** By level and position: the best log L of all windows before it, at levels up to this one that only rise. */
function bestUpTo(byLevel: readonly (readonly number[])[]): number[][] {
  const rows: number[][] = [];
  for (const own of byLevel) {
    const lower = rows.at(-1);
    const row = [0];
    own.forEach((logL, k) => row.push(Math.max(row[k]! + logL, lower?.[k + 1] ?? -Infinity)));
    rows.push(row);
  }
  return rows;
}

/** By level and position: the best log L of all windows from it on, at levels from this one on that only rise. */
function bestFrom(byLevel: readonly (readonly number[])[]): number[][] {
  const mirrored = byLevel.map((row) => [...row].reverse()).reverse();
  return bestUpTo(mirrored)
    .map((row) => row.reverse())
    .reverse();
}

function within(logL: readonly number[], depth: number): Interval {
  const best = top(logL);
  const near = (value: number): boolean => value >= best - depth;
  return [logL.findIndex(near), logL.findLastIndex(near)];
}

/** Not by spreading them: there may be more than a call takes arguments. */
function top(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), -Infinity);
}

/** A change from a known distribution to one that is estimated from what comes after it. */
export interface UnknownAfter {
  /** log L of it over that of the known distribution all the time. */
  gain: number;
  /** Shares after it. */
  shares: number[];
}

/**
 * The likeliest change from a known distribution to any other. Arguments as {@link knownChange}.
 *
 * @returns null without any counts.
 */
export function changeToUnknown(
  windows: readonly (readonly number[])[],
  before: readonly number[],
): UnknownAfter | null {
  const counts = before.map(() => 0);
  let best: UnknownAfter | null = null;
  for (let k = windows.length - 1; k >= 0; k -= 1) {
    windows[k]!.forEach((count, i) => (counts[i]! += count));
    const sum = counts.reduce((all, count) => all + count, 0);
    if (sum === 0) continue;
    const gain = counts.reduce((all, count, i) => {
      const expected = (1 - STRAY) * before[i]! + STRAY / before.length;
      return count === 0 ? all : all + count * Math.log(count / sum / expected);
    }, 0);
    if (best !== null && best.gain >= gain) continue;
    best = { gain, shares: counts.map((count) => count / sum) };
  }
  return best;
}

/** A change from one distribution to another, both estimated. */
export interface UnknownChange {
  /** It lies before this window. */
  position: number;
  /** log L of it over that of one distribution all the time. */
  gain: number;
  /** Shares after it. */
  shares: number[];
}

/**
 * The likeliest change between any two distributions.
 *
 * @param windows Counts by category, in order, all of the same length.
 * @returns null where there are no answers on two sides of any position.
 */
export function unknownChange(windows: readonly (readonly number[])[]): UnknownChange | null {
  const all = windows.reduce<number[]>(
    (sums, row) => row.map((count, i) => count + (sums[i] ?? 0)),
    [],
  );
  const whole = entropyOf(all);
  let left = all.map(() => 0);
  let best: UnknownChange | null = null;
  windows.slice(0, -1).forEach((row, k) => {
    left = left.map((count, i) => count + (row[i] ?? 0));
    const right = all.map((count, i) => count - (left[i] ?? 0));
    const gain = whole - entropyOf(left) - entropyOf(right);
    if (gain <= (best?.gain ?? 0)) return;
    const sum = right.reduce((a, b) => a + b, 0);
    best = { position: k + 1, gain, shares: right.map((count) => count / Math.max(1, sum)) };
  });
  return best;
}

/** −log L of counts by their own shares. */
function entropyOf(counts: readonly number[]): number {
  const sum = counts.reduce((a, b) => a + b, 0);
  return counts.reduce(
    (all, count) => (count === 0 ? all : all - count * Math.log(count / sum)),
    0,
  );
}
