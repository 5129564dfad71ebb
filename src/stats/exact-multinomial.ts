import { binomialLogPmf, binomialLowerTail, binomialUpperTail } from './binomial-distribution.js';
import { sampleBinomial } from './binomial-sampler.js';
import { seededRandom } from './random.js';
import { poissonLogPmf } from './stirling.js';

/** An exact p-value and how it was had. */
export type ExactMultinomialResult =
  | { method: 'exact-multinomial-enumerated'; pValue: number; outcomes: number }
  | { method: 'exact-multinomial-monte-carlo'; pValue: number; draws: number; seed: number };

/** Up to so many outcomes are enumerated; it takes a few milliseconds. */
const ENUMERATION_LIMIT = 200_000;

/** Draws of the simulated p-value: standard error 0.0002 at p = 0.001. */
const DRAWS = 20_000;

/** Outcomes count as equally probable within this relative difference, since their logs are rounded. */
const TIE = 1e-7;

/**
 * Exact multinomial test, ordered by probability: the chance of an outcome at most as probable as
 * the one observed.
 *
 * @param observed Whole counts ≥ 0.
 * @param probabilities Probabilities > 0 that add up to 1, same length and order (≥ 2).
 * @param seed Seeds the simulation, where there are too many outcomes to enumerate.
 * @returns Two categories are exact at any size. More are enumerated up to 200,000 outcomes, else
 *   simulated with (1 + hits)/(1 + draws); the result says which, with the seed.
 */
export function exactMultinomialTest(
  observed: readonly number[],
  probabilities: readonly number[],
  seed: number,
): ExactMultinomialResult {
  const total = observed.reduce((sum, count) => sum + count, 0);
  if (observed.length === 2) {
    const pValue = twoCategories(observed[0]!, total, probabilities[0]!);
    return { method: 'exact-multinomial-enumerated', pValue, outcomes: total + 1 };
  }
  const outcomes = outcomeCount(total, observed.length);
  if (outcomes <= ENUMERATION_LIMIT) {
    const pValue = enumerate(observed, probabilities, total);
    return { method: 'exact-multinomial-enumerated', pValue, outcomes };
  }
  const pValue = simulate(observed, probabilities, total, seed);
  return { method: 'exact-multinomial-monte-carlo', pValue, draws: DRAWS, seed };
}

/** C(n+k−1, k−1), or something above the limit once it is passed. */
function outcomeCount(total: number, categories: number): number {
  let count = 1;
  for (let i = 1; i < categories; i += 1) {
    count = (count * (total + i)) / i;
    if (count > ENUMERATION_LIMIT) return count;
  }
  return Math.round(count);
}

/** One peak, so the outcomes at most as probable as x are two tails, found by bisection. */
function twoCategories(x: number, n: number, p: number): number {
  const bound = binomialLogPmf(x, n, p) + TIE;
  const mode = Math.min(n, Math.floor((n + 1) * p));
  if (binomialLogPmf(mode, n, p) <= bound) return 1;
  const firstAbove = bisect(0, mode, (y) => binomialLogPmf(y, n, p) > bound);
  const firstBelow = bisect(mode, n + 1, (y) => binomialLogPmf(y, n, p) <= bound);
  return Math.min(1, binomialLowerTail(firstAbove - 1, n, p) + binomialUpperTail(firstBelow, n, p));
}

/** The smallest y in low..high for which `holds`, known to hold at high and from its first on. */
function bisect(low: number, high: number, holds: (y: number) => boolean): number {
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return high;
}

/**
 * The log probability of an outcome, up to a constant: multinomial counts are independent Poisson
 * counts given their total, and the Poisson form does not cancel at large totals.
 */
function logProbability(counts: readonly number[], expected: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < counts.length; i += 1) sum += poissonLogPmf(counts[i]!, expected[i]!);
  return sum;
}

function enumerate(
  observed: readonly number[],
  probabilities: readonly number[],
  total: number,
): number {
  const tables = probabilities.map((p) =>
    Float64Array.from({ length: total + 1 }, (_, count) => poissonLogPmf(count, total * p)),
  );
  const logTotal = poissonLogPmf(total, total);
  const bound = observed.reduce((sum, count, i) => sum + tables[i]![count]!, TIE);
  const last = observed.length - 1;
  let sum = 0;
  const place = (category: number, left: number, soFar: number): void => {
    if (category === last) {
      const value = soFar + tables[last]![left]!;
      if (value <= bound) sum += Math.exp(value - logTotal);
      return;
    }
    for (let count = 0; count <= left; count += 1) {
      place(category + 1, left - count, soFar + tables[category]![count]!);
    }
  };
  place(0, total, 0);
  return Math.min(1, sum);
}

function simulate(
  observed: readonly number[],
  probabilities: readonly number[],
  total: number,
  seed: number,
): number {
  const random = seededRandom(seed);
  const expected = probabilities.map((p) => total * p);
  const bound = logProbability(observed, expected) + TIE;
  const draw = observed.map(() => 0);
  let hits = 0;
  for (let i = 0; i < DRAWS; i += 1) {
    drawMultinomial(random, total, probabilities, draw);
    if (logProbability(draw, expected) <= bound) hits += 1;
  }
  return (1 + hits) / (1 + DRAWS);
}

/**
 * One multinomial draw by conditional binomials.
 *
 * @param random The source of uniform numbers.
 * @param total Trials, a whole number ≥ 0.
 * @param probabilities Probabilities that add up to 1.
 * @param into Receives the counts.
 */
export function drawMultinomial(
  random: () => number,
  total: number,
  probabilities: readonly number[],
  into: number[],
): void {
  let left = total;
  let probabilityLeft = 1;
  const last = probabilities.length - 1;
  for (let i = 0; i < last; i += 1) {
    const count = sampleBinomial(random, left, Math.min(1, probabilities[i]! / probabilityLeft));
    into[i] = count;
    left -= count;
    probabilityLeft -= probabilities[i]!;
  }
  into[last] = left;
}
