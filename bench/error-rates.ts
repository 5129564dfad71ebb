import { binomialPmf } from '../src/stats/binomial-distribution.js';
import { drawMultinomial } from '../src/stats/exact-multinomial.js';
import { seededRandom } from '../src/stats/random.js';
import { decideSplit } from '../src/verdict/decide.js';
import type { SplitRule } from '../src/verdict/decide-evidence.js';
import type { Verdict } from '../src/verdict/decide-pass.js';
import { planRequests } from '../src/verdict/plan.js';
import { DEFAULT_TOLERANCE, resolveTolerances } from '../src/verdict/tolerance.js';
import { STICKY_MODELS, stickyEvidence } from './sticky-models.js';

/*
 * How often the real decision code passes and fails splits that are right and that are not, beside
 * two rules in common use. Two destinations are enumerated, more are simulated.
 *
 *   node dist/bench/error-rates.js [simulated runs, 20000] [sticky runs, 2000]
 */

/** The rule of the command line's defaults. */
export const DEFAULT_RULE: SplitRule = {
  alpha: 0.001,
  power: 0.99,
  tolerance: DEFAULT_TOLERANCE,
  maxErrorRate: 0.01,
  seed: 1,
};

/** How often each verdict falls, parts of 1. */
export interface VerdictRates {
  pass: number;
  fail: number;
}

/** The splits of the table. */
export const SPLITS: readonly (readonly number[])[] = [
  [60, 40],
  [90, 10],
  [99, 1],
  [20, 80],
  [10, 40, 50],
  [20, 20, 20, 20, 20],
];

/** Expected shares and tolerances of a split under the default rule. */
export function sharesOf(weights: readonly number[]): { shares: number[]; tolerances: number[] } {
  const sum = weights.reduce((a, b) => a + b, 0);
  const shares = weights.map((weight) => weight / sum);
  const named = shares.map((expectedShare, i) => ({ name: `v${i + 1}`, expectedShare }));
  return { shares, tolerances: resolveTolerances(DEFAULT_TOLERANCE, named) };
}

/** The planned size of a split under the default rule. */
export function plannedSize(weights: readonly number[]): number {
  const { shares: expectedShares, tolerances } = sharesOf(weights);
  const plan = planRequests({ expectedShares, tolerances, alpha: 0.001, power: 0.99 });
  if (plan.kind !== 'planned') throw new Error(`no plan for ${weights.join('/')}`);
  return plan.requests;
}

/** The verdict of the decision code on complete counts. */
export function verdictOf(weights: readonly number[], counts: readonly number[]): Verdict {
  const destinations = weights.map((weight, i) => {
    return { name: `v${i + 1}`, weight, observed: counts[i] ?? 0 };
  });
  const sampled = counts.reduce((a, b) => a + b, 0);
  return decideSplit({ destinations, leaked: 0, sampled, unattributed: 0 }, DEFAULT_RULE).verdict;
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

/** The split with `amount` moved from the last destination to the first (or back, if negative). */
export function shifted(shares: readonly number[], amount: number): number[] {
  const last = shares.length - 1;
  return shares.map((share, i) => share + (i === 0 ? amount : i === last ? -amount : 0));
}

/** The largest amount by which {@link shifted} stays at the tolerance of its smaller end. */
export function toleratedShift(weights: readonly number[]): number {
  const { tolerances } = sharesOf(weights);
  return Math.min(tolerances[0] ?? 0, tolerances.at(-1) ?? 0);
}

/** P(some of `tries` samples lies within ±margin everywhere): the fixed-tolerance rules. */
function acceptedByMargin(
  weights: readonly number[],
  served: readonly number[],
  rule: { requests: number; margin: number; tries: number },
  runs: number,
): number {
  const { shares } = sharesOf(weights);
  const { requests, margin, tries } = rule;
  const within = (counts: readonly number[]): boolean =>
    counts.every((count, i) => Math.abs(count / requests - (shares[i] ?? 0)) <= margin + 1e-9);
  let once = 0;
  if (weights.length === 2) {
    for (let x = 0; x <= requests; x += 1) {
      if (within([x, requests - x])) once += binomialPmf(x, requests, served[0] ?? 0);
    }
  } else {
    const random = seededRandom(3);
    const counts = weights.map(() => 0);
    for (let run = 0; run < runs; run += 1) {
      drawMultinomial(random, requests, served, counts);
      if (within(counts)) once += 1 / runs;
    }
  }
  return 1 - (1 - once) ** tries;
}

/** Worst rates over the sticky models at one number of connections. */
export function stickyRates(
  weights: readonly number[],
  connections: number,
  runs: number,
  seed: number,
): { wrongPass: number; wrongFail: number; worstPass: string; worstFail: string } {
  const { shares } = sharesOf(weights);
  const requests = plannedSize(weights);
  const shift = toleratedShift(weights);
  const worst = { wrongPass: 0, wrongFail: 0, worstPass: 'none', worstFail: 'none' };
  for (const [index, model] of STICKY_MODELS.entries()) {
    const random = seededRandom(seed + index);
    const rate = (served: readonly number[], verdict: Verdict): number => {
      let hits = 0;
      for (let run = 0; run < runs; run += 1) {
        const evidence = stickyEvidence(model, random, weights, served, requests, connections);
        if (decideSplit(evidence, DEFAULT_RULE).verdict === verdict) hits += 1;
      }
      return hits / runs;
    };
    const pass = Math.max(
      rate(shifted(shares, shift), 'pass'),
      rate(shifted(shares, -shift), 'pass'),
    );
    const fail = rate(shares, 'fail');
    if (pass > worst.wrongPass) Object.assign(worst, { wrongPass: pass, worstPass: model.name });
    if (fail > worst.wrongFail) Object.assign(worst, { wrongFail: fail, worstFail: model.name });
  }
  return worst;
}

function figure(rate: number): string {
  if (rate === 0) return '0';
  return rate < 0.001 ? rate.toExponential(1) : rate.toFixed(rate > 0.9995 ? 4 : 3);
}

function printTable(runs: number): void {
  console.log(
    '| configured | served | requests | passes | fails | Gateway API accepts | Istio accepts |',
  );
  console.log('| --- | --- | --- | --- | --- | --- | --- |');
  for (const weights of SPLITS) {
    const { shares } = sharesOf(weights);
    const requests = plannedSize(weights);
    const shift = toleratedShift(weights);
    for (const part of [0, 0.5, -0.5, 1, -1, 2, -2]) {
      const served = shifted(shares, part * shift);
      if (Math.min(...served) < 0) continue;
      const rates =
        weights.length === 2
          ? enumeratedRates(weights, requests, [served[0] ?? 0])[0]
          : simulatedRates(weights, requests, served, runs, 11);
      const conformance = { requests: 500, margin: 0.05, tries: 10 };
      const integration = { requests: 100, margin: 0.1, tries: 1 };
      const cells = [
        weights.join('/'),
        served.map((share) => Number((share * 100).toFixed(2))).join('/'),
        String(requests),
        figure(rates?.pass ?? 0),
        figure(rates?.fail ?? 0),
        figure(acceptedByMargin(weights, served, conformance, runs)),
        figure(acceptedByMargin(weights, served, integration, runs)),
      ];
      console.log(`| ${cells.join(' | ')} |`);
    }
  }
}

function printSticky(runs: number): void {
  console.log(
    '\n| configured | connections | worst wrong pass | model | worst wrong fail | model |',
  );
  console.log('| --- | --- | --- | --- | --- | --- |');
  for (const weights of [
    [60, 40],
    [90, 10],
    [10, 40, 50],
  ]) {
    for (const connections of [8, 32, 64]) {
      const { wrongPass, wrongFail, worstPass, worstFail } = stickyRates(
        weights,
        connections,
        runs,
        5,
      );
      console.log(
        `| ${weights.join('/')} | ${connections} | ${figure(wrongPass)} | ${worstPass} | ${figure(wrongFail)} | ${worstFail} |`,
      );
    }
  }
}

if (process.argv[1] === import.meta.filename) {
  printTable(Number(process.argv[2] ?? 20_000));
  printSticky(Number(process.argv[3] ?? 2_000));
}
