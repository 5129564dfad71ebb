import { logLikelihoods } from './known-change.js';
import { logMean } from './log-sum.js';

/** Levels that a change may pass, in sixteenths of the way. */
const SIXTEENTHS = 16;
/** A rise is followed in so many parts of equal length. */
const PARTS = 8;
/** Levels in sixteenths at which a change in two steps may stop. */
const STOPS = [4, 8, 12];

/**
 * How much evidence there is that a series did not go from one known distribution to another at once.
 *
 * Against each position k of a change at once stands a mixture that is fixed in advance for that k: half of it is
 * changes at once at any position, half is changes that begin some windows before k and end some after it, rising evenly or
 * in two steps. Its likelihood over that of the change at k has mean 1 where k is true, so it exceeds 1/p with a
 * probability of p at most (Markov's inequality). The least of these ratios exceeds it no more often, whichever k is
 * true: the series need not be independent of how long it is watched.
 *
 * @param windows Counts by category, in order, all of the same length as the distributions.
 * @param before Shares that add up to 1.
 * @param after Likewise.
 * @param enough As a log: where all ratios are above it, nothing more is told of them.
 * @returns The log of the least ratio, `enough` at most; of no use where it is below 0, and not exact there.
 */
export function gradualEvidence(
  windows: readonly (readonly number[])[],
  before: readonly number[],
  after: readonly number[],
  enough: number,
): number {
  const sums = Array.from({ length: SIXTEENTHS + 1 }, (_, level) =>
    runningSums(logLikelihoods(windows, before, after, level / SIXTEENTHS)),
  );
  const [first, last] = [sums[0]!, sums[SIXTEENTHS]!];
  const atOnce = first.map((sum, k) => sum + last[windows.length]! - last[k]!);
  const anywhere = logMean(atOnce);
  let least = enough;
  for (const k of [...atOnce.keys()].sort((a, b) => atOnce[b]! - atOnce[a]!)) {
    const own = atOnce[k]!;
    // Changes at once elsewhere rule it out, and all that are less likely.
    if (anywhere - Math.LN2 - own >= least) break;
    least = Math.min(least, logMean([anywhere, courses(sums, k)]) - own);
    if (least <= 0) break;
  }
  return least;
}

/**
 * The log of the mean likelihood of changes around a position that take their time: those that rise evenly, as many
 * windows before it as after it, or twice as many, weigh as much as those in two steps.
 */
function courses(sums: readonly (readonly number[])[], k: number): number {
  const [first, last] = [sums[0]!, sums[SIXTEENTHS]!];
  const windows = first.length - 1;
  const even: number[] = [];
  const stopping: number[] = [];
  for (const [before, after] of distancesWithin(windows)) {
    const [begin, end] = [Math.max(0, k - before), Math.min(windows, k + after)];
    const outside = first[begin]! + last[windows]! - last[end]!;
    if (before > 0 && after > 0) even.push(outside + evenly(sums, begin, end));
    for (const stop of STOPS) stopping.push(outside + sums[stop]![end]! - sums[stop]![begin]!);
  }
  return logMean([logMean(even), logMean(stopping)]);
}

/** Windows before a position and after it: none on one side, or as many on both, or twice as many. */
function distancesWithin(windows: number): [before: number, after: number][] {
  const pairs: [number, number][] = [];
  for (let distance = 1; distance === 1 || distance <= windows; distance *= 2) {
    const double = 2 * distance;
    pairs.push([0, double], [double, 0], [distance, distance]);
    pairs.push([distance, double], [double, distance]);
  }
  return pairs;
}

function evenly(sums: readonly (readonly number[])[], begin: number, end: number): number {
  let logL = 0;
  let from = begin;
  for (let part = 0; part < PARTS; part++) {
    const to = begin + Math.round(((part + 1) * (end - begin)) / PARTS);
    const level = sums[2 * part + 1]!;
    logL += level[to]! - level[from]!;
    from = to;
  }
  return logL;
}

function runningSums(values: readonly number[]): number[] {
  const sums = [0];
  values.forEach((value, k) => sums.push(sums[k]! + value));
  return sums;
}
