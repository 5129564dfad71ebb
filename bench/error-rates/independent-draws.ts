import { binomialPmf } from '../../src/stats/binomial-distribution.js';
import { drawMultinomial } from '../../src/stats/exact-multinomial.js';
import { seededRandom } from '../../src/stats/random.js';
import { decideSplit } from '../../src/expect/split/verdict/split-verdict.js';
import { ALL_SENT } from '../../src/expect/unsent.js';
import type { Verdict } from '../../src/expect/verdict.js';
import {
  appliedSize,
  DEFAULT_RULE,
  sharesOf,
  shifted,
  SPLITS,
  toleratedShift,
} from './default-rule.js';
import { claims, type Measured, type Row } from './row.js';

/** How often each verdict falls, parts of 1. */
export interface VerdictRates {
  pass: number;
  fail: number;
}

/** The verdict of the decision code on complete counts. */
function verdictOf(weights: readonly number[], counts: readonly number[]): Verdict {
  const destinations = weights.map((weight, i) => {
    return { name: `v${i + 1}`, weight, observed: counts[i] ?? 0 };
  });
  const sampled = counts.reduce((a, b) => a + b, 0);
  const evidence = { destinations, leaked: 0, sampled, unsent: ALL_SENT, unattributed: 0 };
  return decideSplit(evidence, DEFAULT_RULE).verdict;
}

/**
 * Exact rates for two destinations: every count that has a probability worth adding goes through
 * the decision code.
 *
 * @param weights Two weights.
 * @param requests Sample size.
 * @param served True shares of the first destination; one result each.
 */
export function enumeratedRates(
  weights: readonly number[],
  requests: number,
  served: readonly number[],
): VerdictRates[] {
  const rates = served.map(() => ({ pass: 0, fail: 0 }));
  for (let x = 0; x <= requests; x += 1) {
    const masses = served.map((share) => binomialPmf(x, requests, share));
    if (Math.max(...masses) < 1e-16) continue;
    const verdict = verdictOf(weights, [x, requests - x]);
    if (verdict === 'inconclusive') continue;
    for (const [i, rate] of rates.entries()) rate[verdict] += masses[i] ?? 0;
  }
  return rates;
}

/**
 * Simulated rates for any number of destinations.
 *
 * @param weights As configured.
 * @param requests Sample size.
 * @param served True shares.
 * @param runs Simulated runs.
 * @param seed Seeds the simulation.
 */
export function simulatedRates(
  weights: readonly number[],
  requests: number,
  served: readonly number[],
  runs: number,
  seed: number,
): VerdictRates {
  const random = seededRandom(seed);
  const counts = weights.map(() => 0);
  const rates = { pass: 0, fail: 0 };
  for (let run = 0; run < runs; run += 1) {
    drawMultinomial(random, requests, served, counts);
    const verdict = verdictOf(weights, counts);
    if (verdict !== 'inconclusive') rates[verdict] += 1 / runs;
  }
  return rates;
}

/** Shifts that are measured, in parts of the tolerance. */
const PARTS = [0, 0.5, -0.5, 1, -1, 2, -2];
const RUNS = 20_000;

/** Draws that are made one by one, whose sums are all there is to see. */
export const INDEPENDENT_DRAWS = claims('independent', function* (runs = RUNS): Iterable<Row> {
  for (const weights of SPLITS) {
    const { shares } = sharesOf(weights);
    const requests = appliedSize(weights);
    for (const part of PARTS) {
      const served = shifted(shares, part * toleratedShift(weights));
      if (Math.min(...served) < 0) continue;
      const [rates] =
        weights.length === 2
          ? enumeratedRates(weights, requests, [served[0] ?? 0])
          : [simulatedRates(weights, requests, served, runs, 11)];
      const measured = (verdict: 'pass' | 'fail'): Measured => {
        const rate = rates?.[verdict] ?? 0;
        return weights.length === 2
          ? { kind: 'enumerated', rate }
          : { kind: 'simulated', hits: Math.round(rate * runs), runs };
      };
      const gateway = `serves ${served.map((share) => Number((share * 100).toFixed(2))).join('/')}`;
      const row = { weights, requests, gateway };
      const { alpha, power } = DEFAULT_RULE;
      const isRight = part === 0;
      const isBeyond = Math.abs(part) >= 1;
      yield {
        ...row,
        claim: 'passes',
        bound: isRight ? { atLeast: power } : isBeyond ? { atMost: alpha } : null,
        measured: measured('pass'),
      };
      yield {
        ...row,
        claim: 'fails',
        bound: isRight ? { atMost: alpha } : null,
        measured: measured('fail'),
      };
    }
  }
});
