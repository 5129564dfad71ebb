import { equivalentCounts } from '../../../stats/equivalence.js';
import { normalQuantile } from '../../../stats/normal-distribution.js';
import { tooFewToShow } from './error-proof.js';
import { Memory } from './memory.js';
import { EXACT_WORK, passProbability, powerSearch, type SplitCells } from './pass-probability.js';
import { usualTolerance } from '../tolerance.js';
import { type PlannedViews, viewsCost } from './views-cost.js';

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
  /** What is looked at besides sums; without it the size is that of independent draws alone. */
  views?: PlannedViews;
  /** The share of leaks to be excluded where a destination has weight 0; 0.01 by default. */
  leakLimit?: number;
  /** The error rate of each destination to be excluded where nothing fails, 0..1; none by default. */
  errorRateShown?: number | null;
}

/** How many requests a verdict needs, or why no number of them is enough. */
export type Plan =
  | { kind: 'planned'; requests: number; power: number }
  | { kind: 'never'; limit: number; reason: 'missing-answers' | 'too-many-requests' };

/** The share of leaks that a pass excludes. */
export const DEFAULT_LEAK_LIMIT = 0.01;

/** A larger plan helps nowhere: an hour at 3,000 requests a second. */
const MAX_REQUESTS = 10_000_000;

/** Beyond this a plan is rounded up to a whole tooth of the saw, which is then below 1 % of it. */
const EXACT_FIRST_REQUESTS = 100_000;

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
  const { missingRate = 0, leakLimit = DEFAULT_LEAK_LIMIT, errorRateShown = null } = input;
  const views = input.views === undefined ? 'sums' : input.views.connections;
  const wanted = [missingRate, leakLimit, errorRateShown, views];
  return JSON.stringify([expectedShares, tolerances, alpha, power, ...wanted]);
}

function searchPlan(input: PlanInput): Plan {
  const leakFloor = leakRequests(input);
  const split = planSplit(input);
  if (split.kind === 'never' || leakFloor === null) {
    const reason = (input.missingRate ?? 0) > 0 ? 'missing-answers' : 'too-many-requests';
    return { kind: 'never', limit: MAX_REQUESTS, reason };
  }
  const asksMore = (input.errorRateShown ?? null) !== null;
  if (split.requests >= leakFloor && !asksMore) return split;
  const floor = Math.max(split.requests, leakFloor);
  if (!asksMore) return { kind: 'planned', requests: floor, power: powerAt(floor, input) };
  const requests = firstWhere((n) => powerAt(n, input) >= input.power, floor, 0);
  if (requests === null) return { kind: 'never', limit: MAX_REQUESTS, reason: 'too-many-requests' };
  return { kind: 'planned', requests, power: powerAt(requests, input) };
}

/**
 * The probability that an exactly right split passes with this many requests: exact, as far as sums
 * are looked at alone.
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
  const { expectedShares, errorRateShown = null, alpha } = input;
  if (errorRateShown === null) return splitPower(requests, missing, input);
  const lacking = tooFewToShow(requests - missing, expectedShares, errorRateShown, alpha);
  return Math.max(0, splitPower(requests, missing, input) - lacking);
}

function splitPower(requests: number, missing: number, input: PlanInput): number {
  const cells = splitCells(input);
  if (cells.shares.length < 2) return 1;
  if (cells.tolerances.every((tolerance) => tolerance === 0)) return 1 - input.alpha;
  const ofSums = passProbability(requests, missing, cells, input.alpha, EXACT_WORK.single);
  return Math.max(0, ofSums - costAt(requests, missing, cells, input));
}

function costAt(
  requests: number,
  missing: number,
  cells: SplitCells,
  { alpha, views }: PlanInput,
): number {
  return views === undefined ? 0 : viewsCost(requests, missing, cells, alpha, views);
}

/**
 * The smallest number of answers after which not one leak excludes a leak rate of `limit`:
 * 1 − α^(1/n) ≤ limit.
 */
export function answersToBoundLeaks(alpha: number, limit: number): number {
  return Math.ceil(Math.log(alpha) / Math.log1p(-limit));
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
    // A gate that looks at little finds no difference. It looks as closely as the usual rule.
    const usual = planSplit({ ...input, tolerances: input.expectedShares.map(usualTolerance) });
    return usual.kind === 'never' ? usual : { ...usual, power: 1 - input.alpha };
  }
  const rate = input.missingRate ?? 0;
  const exactWork = rate > 0 ? 0 : EXACT_WORK.search;
  const cost = interpolated((n) => costAt(n, Math.ceil(n * rate), cells, input));
  const reaches = powerSearch(cells, rate, input, exactWork, (n) => input.power + cost(n));
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

/** Sizes at which a cost is computed lie so close that between them it is a line, to what the search of a size can tell. */
const POINTS_PER_OCTAVE = 512;

/** What costs so much time at each size that it is computed at a few of them; it changes slowly and smoothly. */
function interpolated(cost: (requests: number) => number): (requests: number) => number {
  const known = new Map<number, number>();
  const at = (requests: number): number => {
    const value = known.get(requests) ?? cost(requests);
    known.set(requests, value);
    return value;
  };
  return (requests) => {
    const step = 2 ** Math.floor(Math.log2(requests)) / POINTS_PER_OCTAVE;
    if (step <= 1) return at(requests);
    const below = Math.floor(requests / step) * step;
    const part = (requests - below) / step;
    return part === 0 ? at(below) : at(below) * (1 - part) + at(below + step) * part;
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
