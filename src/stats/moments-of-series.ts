import { type Interval, knownChange, logLikelihoods } from './known-change.js';
import { logMean, logSum, logSumOfTwo } from './log-sum.js';

/** Series that changed at one moment. Positions lie between windows: k is before window k. */
export interface SeriesOfMoment {
  /** Their numbers, ascending. */
  members: number[];
  /** The likeliest position; that behind the last window: not yet. */
  position: number;
  /** All that are not excluded. */
  interval: Interval;
}

/** More moments than this are not told apart. */
const MOST_MOMENTS = 6;
/** Where the search for two moments begins: at these quantiles of the positions that the series have by themselves. */
const QUANTILES = [0, 0.25, 0.5, 0.75, 1];
const ROUNDS = 4;

/**
 * Tells series apart that go from one known distribution to another, each at once, but not all at one moment.
 *
 * Against a common moment, or a common course in steps, stands a mixture: each series changes at one of m positions,
 * whichever, with 1/m each. For given positions its likelihood over that of the truth has mean 1 where the truth is
 * common; positions are chosen out of C(n + 1, m), so their best ratio exceeds C/alpha with a probability of
 * alpha at most. More than two are said by the same excess over what fewer come to; the choice of those is a search, and
 * their number a description.
 *
 * @param series By series: counts by window and category. All have the same windows.
 * @param before Shares that add up to 1.
 * @param after Likewise.
 * @param alpha How often several moments may be seen where there was one.
 * @returns By position; one only, where no more are shown. Series without answers are in none.
 */
export function momentsOfSeries(
  series: readonly (readonly (readonly number[])[])[],
  before: readonly number[],
  after: readonly number[],
  alpha: number,
): SeriesOfMoment[] {
  const told = series.flatMap((windows, number) => {
    const hasAnswers = windows.some((row) => row.some((count) => count > 0));
    return hasAnswers ? [{ number, profile: profileOf(windows, before, after) }] : [];
  });
  const profiles = told.map(({ profile }) => profile);
  const [any] = profiles;
  if (any === undefined) return [];
  const all = sumOf(profiles);
  const { position, inSteps } = knownChange(pooled(series), before, after, alpha);
  let moments = [position];
  // What a single course comes to, which several moments are held against first.
  let reached = all[position]! + inSteps;
  while (moments.length < MOST_MOMENTS) {
    const more = withOneMore(profiles, moments);
    const chosen = logChoose(any.length, more.length) + Math.log(1 / alpha);
    if (mixtureOf(profiles, more) - reached < chosen) break;
    moments = more;
    reached = profiles.reduce((sum, profile) => sum + best(profile, moments), 0);
  }
  const depth = Math.log((2 * moments.length) / alpha);
  const groups = moments.map((moment) =>
    told.filter(({ profile }) => moments.every((other) => isNearer(profile, moment, other))),
  );
  return groups.flatMap((members) => {
    if (members.length === 0) return [];
    const sum = sumOf(members.map(({ profile }) => profile));
    const most = sum.reduce((a, b) => Math.max(a, b), -Infinity);
    const near = (value: number): boolean => value >= most - depth;
    return [
      {
        members: members.map(({ number }) => number),
        position: sum.indexOf(most),
        interval: [sum.findIndex(near), sum.findLastIndex(near)] as const,
      },
    ];
  });
}

/** By position: log L of a change at once there, over that of none. */
function profileOf(
  windows: readonly (readonly number[])[],
  before: readonly number[],
  after: readonly number[],
): number[] {
  const [first, second] = [0, 1].map((level) => logLikelihoods(windows, before, after, level));
  const profile = new Array<number>(windows.length + 1).fill(0);
  for (let k = windows.length - 1; k >= 0; k--) {
    profile[k] = profile[k + 1]! + second![k]! - first![k]!;
  }
  return profile;
}

function pooled(series: readonly (readonly (readonly number[])[])[]): number[][] {
  const [any = []] = series;
  return any.map((row, k) =>
    row.map((_, i) => series.reduce((sum, windows) => sum + (windows[k]?.[i] ?? 0), 0)),
  );
}

/** The best that a search finds with one moment more, ascending. */
function withOneMore(
  profiles: readonly (readonly number[])[],
  moments: readonly number[],
): number[] {
  const own = profiles.map((profile) => profile.indexOf(best(profile, [...profile.keys()])));
  own.sort((a, b) => a - b);
  const likely = QUANTILES.map((part) => own[Math.round(part * (own.length - 1))]!);
  const starts =
    moments.length === 1
      ? likely.flatMap((a) => likely.filter((b) => b > a).map((b) => [a, b]))
      : likely.filter((one) => !moments.includes(one)).map((one) => [...moments, one]);
  let found = [...moments, moments[0]!];
  let most = -Infinity;
  for (const start of starts) {
    const ascended = ascend(profiles, start);
    const logL = mixtureOf(profiles, ascended);
    if (logL <= most) continue;
    [found, most] = [ascended, logL];
  }
  return [...found].sort((a, b) => a - b);
}

/** Moves one moment after the other to where the mixture is likeliest, until none moves. */
function ascend(profiles: readonly (readonly number[])[], start: readonly number[]): number[] {
  let moments = [...start];
  for (let round = 0; round < ROUNDS; round++) {
    const before = moments.join();
    moments.forEach((_, g) => {
      const others = moments.filter((_, other) => other !== g);
      const rest = profiles.map((profile) => logSum(others.map((k) => profile[k]!)));
      let most = -Infinity;
      let at = moments[g]!;
      for (let k = 0; k < profiles[0]!.length; k++) {
        let logL = 0;
        for (let u = 0; u < profiles.length; u++) logL += logSumOfTwo(rest[u]!, profiles[u]![k]!);
        if (logL > most) [most, at] = [logL, k];
      }
      moments = moments.with(g, at);
    });
    if (moments.join() === before) break;
  }
  return moments;
}

/** log L over that of no change at all. */
function mixtureOf(profiles: readonly (readonly number[])[], moments: readonly number[]): number {
  return profiles.reduce((sum, profile) => sum + logMean(moments.map((k) => profile[k]!)), 0);
}

function best(profile: readonly number[], positions: readonly number[]): number {
  return positions.reduce((most, k) => Math.max(most, profile[k]!), -Infinity);
}

/** Of two that are alike the first is taken. */
function isNearer(profile: readonly number[], moment: number, other: number): boolean {
  const [own, others] = [profile[moment]!, profile[other]!];
  return own > others || (own === others && moment <= other);
}

function sumOf(profiles: readonly (readonly number[])[]): number[] {
  const [any = []] = profiles;
  return any.map((_, k) => profiles.reduce((sum, profile) => sum + profile[k]!, 0));
}

/** log of C(n, m). */
function logChoose(n: number, m: number): number {
  let sum = 0;
  for (let i = 0; i < m; i++) sum += Math.log((n - i) / (i + 1));
  return sum;
}
