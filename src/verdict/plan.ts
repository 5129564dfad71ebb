import { equivalentCounts, type CountRange } from '../stats/equivalence.js';
import { normalQuantile } from '../stats/normal-distribution.js';
import { binomialLowerTail, binomialUpperTail } from '../stats/binomial-distribution.js';
import { jointRangeProbability } from '../stats/truncated-multinomial.js';
import { Memory } from './memory.js';

/** What a plan is made for. */
export interface PlanInput {
  /** Expected shares of all destinations, zeros included; they add up to 1. */
  expectedShares: readonly number[];
  /** Tolerances as shares, same order, as `resolveTolerances` gives them; all 0 for the chi-square gate. */
  tolerances: readonly number[];
  /** Error level, e.g. 0.001. */
  alpha: number;
  /** Probability with which an exactly right split is to pass, e.g. 0.99. */
  power: number;
  /** Part of the requests expected to go missing, 0..1; 0 by default. */
  missingRate?: number;
  /** The share of leaks to be excluded where a destination has weight 0; 0.01 by default. */
  leakLimit?: number;
}

/** How many requests a verdict needs, or why no number of them is enough. */
export type Plan =
  | { kind: 'planned'; requests: number; power: number }
  | { kind: 'never'; limit: number; reason: 'missing-answers' | 'too-many-requests' };

/** The share of leaks that a pass excludes. */
export const DEFAULT_LEAK_LIMIT = 0.01;

/** A plan beyond this is no plan: an hour at 3,000 requests a second. */
const MAX_REQUESTS = 10_000_000;

/**
 * The joint probability of three or more destinations takes work that grows with requests times
 * destinations. Beyond these products it is bounded from below by 1 − the sum of the single misses
 * (Bonferroni): a plan grows by about 2 % for it, and its time stays small. A search makes hundreds of
 * evaluations, a stated power is one. A search with missing answers is always bounded so: it
 * comes after a run, when the verdict is waited for, and the missing rate is a guess anyway.
 */
const EXACT_WORK = { search: 30_000, single: 60_000 };

/** Beyond this a plan is rounded up to a whole tooth of the saw, which is then below 1 % of it. */
const EXACT_FIRST_REQUESTS = 100_000;

/** k = 1 and chi-square gates need no power; a chi-square gate wants every expected count at 5 or more. */
const LEAST_EXPECTED_COUNT = 5;

/**
 * The first size at which an exactly right split passes with the wanted probability.
 *
 * The probability as a function of n is a saw: it climbs by about one tooth in 2/δ requests
 * (δ the smallest tolerance), because counts are whole. "First" is the smallest n that reaches the
 * power at all, found by bisection and a search of the 4/δ sizes below, twice what the
 * teeth of all destinations together can hide. A single later n may fall short by less than a tooth.
 *
 * @param input See {@link PlanInput}.
 * @throws RangeError when the arrays' lengths differ.
 */
export function planRequests(input: PlanInput): Plan {
  return rememberedPlans.get(keyOf(input), () => searchPlan(input));
}

/** A search takes tens of milliseconds for three destinations and more, and the same few are asked for again and again. */
const rememberedPlans = new Memory<Plan>();
const rememberedPowers = new Memory<number>();

function keyOf(input: PlanInput): string {
  const { expectedShares, tolerances, alpha, power } = input;
  const { missingRate = 0, leakLimit = DEFAULT_LEAK_LIMIT } = input;
  return JSON.stringify([expectedShares, tolerances, alpha, power, missingRate, leakLimit]);
}

function searchPlan(input: PlanInput): Plan {
  const leakFloor = leakRequests(input);
  const split = planSplit(input);
  if (split.kind === 'never' || leakFloor === null) {
    const reason = (input.missingRate ?? 0) > 0 ? 'missing-answers' : 'too-many-requests';
    return { kind: 'never', limit: MAX_REQUESTS, reason };
  }
  if (split.requests >= leakFloor) return split;
  return { kind: 'planned', requests: leakFloor, power: powerAt(leakFloor, input) };
}

/**
 * The exact probability that an exactly right split passes with this many requests.
 *
 * @param requests Requests sent, a whole number > 0, of which ⌈requests · missingRate⌉ go missing.
 * @param input See {@link PlanInput}.
 */
export function powerAt(requests: number, input: PlanInput): number {
  return rememberedPowers.get(`${requests} ${keyOf(input)}`, () => computePower(requests, input));
}

function computePower(requests: number, input: PlanInput): number {
  const missing = Math.ceil(requests * (input.missingRate ?? 0));
  if (!leakIsBounded(requests, missing, input)) return 0;
  const cells = splitCells(input);
  if (cells.shares.length < 2) return 1;
  if (cells.tolerances.every((tolerance) => tolerance === 0)) return 1 - input.alpha;
  return passProbability(requests, missing, cells, input.alpha, EXACT_WORK.single);
}

/**
 * The counts with which a destination passes.
 *
 * @param requests Requests sent, N.
 * @param missing Requests whose destination is unknown, f; they are counted for and against it.
 * @param share The expected share p.
 * @param tolerance δ as a share.
 * @param alpha Error level.
 */
export function passingCounts(
  requests: number,
  missing: number,
  share: number,
  tolerance: number,
  alpha: number,
): CountRange {
  const limits = { low: share - tolerance, high: share + tolerance };
  const { lowest, highest } = equivalentCounts(requests, limits, alpha);
  return { lowest, highest: highest - missing };
}

/**
 * The smallest number of answers after which not one leak excludes a leak rate of `limit`:
 * 1 − α^(1/n) ≤ limit.
 */
export function answersToBoundLeaks(alpha: number, limit: number): number {
  return Math.ceil(Math.log(alpha) / Math.log1p(-limit));
}

interface SplitCells {
  shares: number[];
  tolerances: number[];
}

function splitCells({ expectedShares, tolerances }: PlanInput): SplitCells {
  if (expectedShares.length !== tolerances.length) {
    throw new RangeError('there must be one tolerance per destination');
  }
  const indices = expectedShares.flatMap((share, i) => (share > 0 ? [i] : []));
  return {
    shares: indices.map((i) => expectedShares[i] ?? 0),
    tolerances: indices.map((i) => tolerances[i] ?? 0),
  };
}

function needsLeakBound({ expectedShares }: PlanInput): boolean {
  return expectedShares.length === 1 || expectedShares.includes(0);
}

function leakIsBounded(requests: number, missing: number, input: PlanInput): boolean {
  if (!needsLeakBound(input)) return true;
  return leakRateIsExcluded(requests, missing, input.alpha, input.leakLimit ?? DEFAULT_LEAK_LIMIT);
}

/**
 * Whether a leak rate of `limit` is excluded although any of the missing may be a leak: at most
 * `missing` leaks in `requests` have a probability ≤ alpha. With none missing it is
 * (1 − limit)^n ≤ α.
 */
export function leakRateIsExcluded(
  requests: number,
  missing: number,
  alpha: number,
  limit: number,
): boolean {
  return equivalentCounts(requests, { low: 0, high: limit }, alpha).highest >= missing;
}

function leakRequests(input: PlanInput): number | null {
  if (!needsLeakBound(input)) return 0;
  const rate = input.missingRate ?? 0;
  const bounded = (n: number): boolean => leakIsBounded(n, Math.ceil(n * rate), input);
  const least = answersToBoundLeaks(input.alpha, input.leakLimit ?? DEFAULT_LEAK_LIMIT);
  return firstWhere(bounded, least, 200);
}

function planSplit(input: PlanInput): Plan {
  const cells = splitCells(input);
  if (cells.shares.length < 2) return { kind: 'planned', requests: 1, power: 1 };
  if (cells.tolerances.every((tolerance) => tolerance === 0)) {
    const requests = Math.ceil(LEAST_EXPECTED_COUNT / Math.min(...cells.shares));
    return { kind: 'planned', requests, power: 1 - input.alpha };
  }
  const rate = input.missingRate ?? 0;
  const exactWork = rate > 0 ? 0 : EXACT_WORK.search;
  const reaches = powerSearch(cells, rate, input, exactWork);
  const z = normalQuantile(input.alpha);
  const least = Math.max(
    ...cells.shares.map((p, i) => p * (1 - p) * (z / (cells.tolerances[i] ?? 1)) ** 2),
  );
  const teeth = 4 / Math.min(...cells.tolerances);
  const requests = firstWhere(reaches, Math.floor(least / 2) + 1, teeth);
  if (requests === null) {
    return { kind: 'never', limit: MAX_REQUESTS, reason: 'too-many-requests' };
  }
  return { kind: 'planned', requests, power: powerAt(requests, input) };
}

/** How much larger than the largest gap seen a gap may be; neighbouring sizes differ by some per cent. */
const GAP_MARGIN = 1.5;

/**
 * Whether a size reaches the power, for a search that asks for hundreds of sizes near each other.
 * The joint probability of many destinations takes milliseconds, so bounds come first: one minus
 * the sum of the single misses from below, one minus the largest from above. What lies between
 * the first and the joint probability, some multiple of the square of that sum, hardly changes from a
 * size to the next; a size that would need half as much again as was ever seen is not computed.
 */
function powerSearch(
  cells: SplitCells,
  rate: number,
  { alpha, power }: PlanInput,
  exactWork: number,
): (n: number) => boolean {
  let largestGap = Infinity;
  return (n) => {
    const missing = Math.ceil(n * rate);
    const answers = n - missing;
    const exact = cells.shares.length === 2 || n * cells.shares.length <= exactWork;
    const ranges = rangesOf(n, missing, cells, alpha);
    if (answers <= 0 || ranges.some(({ lowest, highest }) => lowest > highest)) return false;
    const misses = singleMisses(answers, cells.shares, ranges);
    const missed = sum(misses);
    const least = 1 - missed;
    if (least >= power) return true;
    if (!exact || 1 - Math.max(...misses) < power) return false;
    if (least + GAP_MARGIN * largestGap * missed ** 2 < power) return false;
    const joint = jointRangeProbability(answers, cells.shares, ranges);
    const gap = (joint - least) / missed ** 2;
    largestGap = largestGap === Infinity ? gap : Math.max(largestGap, gap);
    return joint >= power;
  };
}

/** The first n ≥ `from` for which `holds`, allowing that it fails again within `window` sizes. */
function firstWhere(holds: (n: number) => boolean, from: number, window: number): number | null {
  let low = Math.max(1, from) - 1;
  let high = Math.max(1, from);
  while (!holds(high)) {
    low = high;
    high = Math.min(MAX_REQUESTS, Math.ceil(high * 1.25) + 1);
    if (high === MAX_REQUESTS && !holds(high)) return null;
  }
  const coarse = Math.max(1, high > EXACT_FIRST_REQUESTS ? window / 8 : 1);
  while (high - low > coarse) {
    const middle = Math.floor((low + high) / 2);
    if (holds(middle)) high = middle;
    else low = middle;
  }
  if (high > EXACT_FIRST_REQUESTS) return high;
  for (let n = Math.max(1, from, Math.floor(high - window)); n < high; n += 1) {
    if (holds(n)) return n;
  }
  return high;
}

function passProbability(
  requests: number,
  missing: number,
  cells: SplitCells,
  alpha: number,
  exactWork: number,
): number {
  const { shares } = cells;
  const answers = requests - missing;
  if (answers <= 0) return 0;
  const ranges = rangesOf(requests, missing, cells, alpha);
  if (ranges.some((range) => range.lowest > range.highest)) return 0;
  if (shares.length === 2 || requests * shares.length <= exactWork) {
    return jointRangeProbability(answers, shares, ranges);
  }
  return Math.max(0, 1 - sum(singleMisses(answers, shares, ranges)));
}

function rangesOf(
  requests: number,
  missing: number,
  { shares, tolerances }: SplitCells,
  alpha: number,
): CountRange[] {
  return shares.map((share, i) =>
    passingCounts(requests, missing, share, tolerances[i] ?? 0, alpha),
  );
}

/** How often each destination misses its range, whatever the others do. */
function singleMisses(
  answers: number,
  shares: readonly number[],
  ranges: readonly CountRange[],
): number[] {
  return shares.map((share, i) => {
    const { lowest, highest } = ranges[i] ?? { lowest: 0, highest: answers };
    return (
      binomialLowerTail(lowest - 1, answers, share) + binomialUpperTail(highest + 1, answers, share)
    );
  });
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
