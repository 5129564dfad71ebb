import { falseClaims } from './false-claims.js';
import { binomialPmf } from '../src/stats/binomial-distribution.js';
import { drawMultinomial } from '../src/stats/exact-multinomial.js';
import { seededRandom } from '../src/stats/random.js';
import { decideSplit } from '../src/expect/split/verdict/split-verdict.js';
import type { SplitRule } from '../src/expect/split/split-evidence.js';
import { ALL_SENT } from '../src/expect/unsent.js';
import type { Verdict } from '../src/expect/verdict.js';
import { planRequests } from '../src/expect/split/plan/plan-requests.js';
import { DEFAULT_TOLERANCE, resolveTolerances } from '../src/expect/split/tolerance.js';
import { printFailingCanaries } from './failing-canaries.js';
import { wilsonInterval } from '../src/stats/intervals.js';
import { timedRows } from './time-rates.js';
import { INDEPENDENT, STICKY_MODELS, stickyEvidence, type StickyModel } from './sticky-models.js';

/*
 * How often the real decision code passes and fails splits that are right and that are not, beside
 * two rules in common use. Two destinations are enumerated, more are simulated. Then the same
 * against gateways whose draws are not independent.
 *
 *   npm run error-rates -- [simulated runs, 20000] [sticky runs, 10000] [healthy runs, 240000]
 *     [runs of draws that depend on time, 6000]
 */

/** The rule of the command line's defaults. */
export const DEFAULT_RULE: SplitRule = {
  alpha: 0.001,
  power: 0.99,
  tolerance: DEFAULT_TOLERANCE,
  maxErrorRate: 0.01,
  design: 'fixed',
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

/** A rate and the model it was found under. */
export interface ModelRate {
  rate: number;
  model: string;
}

/** What becomes of runs over connections. */
export interface StickyRates {
  /** Worst over the models: passes although the split is off by the tolerance. */
  wrongPass: ModelRate;
  /** Worst over the models: failures although the split is right. */
  wrongFail: ModelRate;
  /** Passes of a right split whose draws are independent. */
  rightPass: number;
}

/** How many runs find the worst models, and how many of those are measured. */
const SCAN = { runs: 2000, kept: 2 };

/**
 * Worst rates over the sticky models at one number of connections: the models are ordered by a few
 * runs each, and the worst ones are measured with fresh runs. So that a rate is not the largest of
 * many noisy ones.
 *
 * @param weights As configured.
 * @param connections How many the requests are spread over.
 * @param runs Simulated runs of a measured rate.
 * @param seed Seeds the simulation.
 */
export function stickyRates(
  weights: readonly number[],
  connections: number,
  runs: number,
  seed: number,
): StickyRates {
  const { shares } = sharesOf(weights);
  const requests = plannedSize(weights);
  const shift = toleratedShift(weights);
  let used = seed;
  const rate = (
    model: StickyModel,
    served: readonly number[],
    verdict: Verdict,
    some: number,
  ): number => {
    used += 1;
    const random = seededRandom(used);
    let hits = 0;
    for (let run = 0; run < some; run += 1) {
      const evidence = stickyEvidence(model, random, weights, served, requests, connections);
      if (decideSplit(evidence, DEFAULT_RULE).verdict === verdict) hits += 1;
    }
    return hits / some;
  };
  const worst = (splits: readonly (readonly number[])[], verdict: Verdict): ModelRate =>
    STICKY_MODELS.flatMap((model) => splits.map((served) => ({ model, served })))
      .map((one) => ({
        ...one,
        found: rate(one.model, one.served, verdict, Math.min(SCAN.runs, runs)),
      }))
      .sort((a, b) => b.found - a.found)
      .slice(0, SCAN.kept)
      .map(({ model, served }) => ({
        rate: rate(model, served, verdict, runs),
        model: model.name,
      }))
      .reduce((a, b) => (b.rate > a.rate ? b : a));
  return {
    wrongPass: worst([shifted(shares, shift), shifted(shares, -shift)], 'pass'),
    wrongFail: worst([shares], 'fail'),
    rightPass: rate(INDEPENDENT, shares, 'pass', 2 * runs),
  };
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
    '\n| configured | connections | worst wrong pass | under | worst wrong fail | under | right, independent: passes |',
  );
  console.log('| --- | --- | --- | --- | --- | --- | --- |');
  for (const weights of SPLITS) {
    for (const connections of [8, 32, 64]) {
      const { wrongPass, wrongFail, rightPass } = stickyRates(weights, connections, runs, 5);
      const cells = [
        weights.join('/'),
        String(connections),
        ...[wrongPass, wrongFail].flatMap(({ rate, model }) => [
          rate.toFixed(4),
          rate > 0 ? model : '–',
        ]),
        rightPass.toFixed(4),
      ];
      console.log(`| ${cells.join(' | ')} |`);
    }
  }
}

/** Splits of a stable version and a canary. */
const CANARIES: readonly (readonly [number, number])[] = [
  [99, 1],
  [90, 10],
  [60, 40],
];

function printTimed(runs: number): void {
  console.log('\n| configured | requests | gateway | claim | measured | 95 % interval | runs |');
  console.log('| --- | --- | --- | --- | --- | --- | --- |');
  const splits = [
    [60, 40],
    [90, 10],
  ].map((weights) => ({
    weights,
    shares: sharesOf(weights).shares,
    shift: toleratedShift(weights),
  }));
  for (const { weights, requests, model, claim, hits, runs: all } of timedRows(
    splits,
    DEFAULT_RULE,
    runs,
  )) {
    const [low, high] = wilsonInterval(hits, all, 0.05);
    const measured = [(hits / all).toFixed(4), `${low.toFixed(4)} – ${high.toFixed(4)}`];
    const cells = [weights.join('/'), String(requests), model, claim, ...measured, String(all)];
    console.log(`| ${cells.join(' | ')} |`);
  }
}

if (process.argv[1] === import.meta.filename) {
  printTable(Number(process.argv[2] ?? 20_000));
  const canaries = CANARIES.map((weights) => ({ weights, requests: plannedSize(weights) }));
  printFailingCanaries(canaries, DEFAULT_RULE, Number(process.argv[2] ?? 20_000));
  printSticky(Number(process.argv[3] ?? 10_000));
  printTimed(Number(process.argv[5] ?? 6000));
  const { runs, claiming, codes } = falseClaims(SPLITS, Number(process.argv[4] ?? 240_000));
  console.log(`\nOf ${runs} healthy runs ${claiming} showed a finding: ${JSON.stringify(codes)}`);
}
