import { seededRandom } from '../../src/stats/random.js';
import { wilsonInterval } from '../../src/stats/intervals.js';
import { SEQUENTIAL_CAP } from '../../src/expect/sequential-cap.js';
import type { SplitRule } from '../../src/expect/split/split-evidence.js';
import {
  appliedSize,
  CONNECTIONS,
  DEFAULT_RULE,
  sharesOf,
  toleratedShift,
} from './default-rule.js';
import type { Part } from './row.js';
import { gamma } from './sticky-models.js';
import { type SequentialRun, sequentialEnd } from './sequential-runs.js';
import {
  INDEPENDENT_IN_TIME,
  KEYED_MODELS,
  pick,
  staleGateways,
  SWINGING_MODELS,
  takingTurns,
  type TimeModel,
} from './time-models.js';

/** How so many sequential runs ended. */
export interface SequentialRates {
  runs: number;
  passed: number;
  failed: number;
  meanRequests: number;
  medianRequests: number;
}

/** Runs it so many times. @param seed Seeds the simulation. */
export function sequentialRates(
  run: SequentialRun,
  rule: SplitRule,
  { runs, seed }: { runs: number; seed: number },
): SequentialRates {
  const random = seededRandom(seed);
  const ends = Array.from({ length: runs }, () => sequentialEnd(run, rule, random));
  const sizes = ends.map(({ requests }) => requests).sort((a, b) => a - b);
  return {
    runs,
    passed: ends.filter(({ verdict }) => verdict === 'pass').length,
    failed: ends.filter(({ verdict }) => verdict === 'fail').length,
    meanRequests: sizes.reduce((sum, size) => sum + size, 0) / runs,
    medianRequests: sizes[runs >> 1] ?? 0,
  };
}

/** Each request repeats the one before on its connection with this probability. */
function repeatingOnConnection(probability: number): TimeModel {
  return {
    name: `repeats the draw before on its connection with ${probability}`,
    serve: (random, shares, destinations, connections) => {
      const latest: number[] = [];
      for (let at = 0; at < destinations.length; at += 1) {
        const own = latest[connections[at]!];
        const to = own !== undefined && random() < probability ? own : pick(random, shares);
        destinations[at] = to;
        latest[connections[at]!] = to;
      }
    },
  };
}

/** Each connection has shares of its own, Dirichlet around the true ones with this mass. */
function leaningConnections(mass: number): TimeModel {
  return {
    name: `each connection leans, Dirichlet mass ${mass}`,
    serve: (random, shares, destinations, connections) => {
      const own: number[][] = [];
      for (let at = 0; at < destinations.length; at += 1) {
        const parts = (own[connections[at]!] ??= normalised(
          shares.map((share) => gamma(random, mass * share)),
        ));
        destinations[at] = pick(random, parts);
      }
    },
  };
}

function normalised(parts: readonly number[]): number[] {
  const sum = parts.reduce((a, b) => a + b, 0);
  return parts.map((part) => part / sum);
}

/** Requests from one look to the next. */
const EVERY = 128;

/** A simulated kind of run, and what is claimed of it. */
export interface SequentialRow {
  weights: readonly number[];
  name: string;
  claim: string;
  /** What the claim is about. */
  verdict: 'passed' | 'failed';
  run: SequentialRun;
}

/** Every kind of run of a split of two. */
export function sequentialRows(weights: readonly number[]): SequentialRow[] {
  const { shares } = sharesOf(weights);
  const shift = toleratedShift(weights);
  const planned = appliedSize(weights);
  const cap = SEQUENTIAL_CAP * planned;
  const sizes = { planned, cap, every: EVERY, connections: CONNECTIONS };
  const moved = (by: number): number[] => shares.map((share, i) => share + (i === 0 ? by : -by));
  const row = (
    name: string,
    claim: string,
    verdict: SequentialRow['verdict'],
    run: Partial<SequentialRun> = {},
  ): SequentialRow => {
    const usual = { model: INDEPENDENT_IN_TIME, weights, served: shares, ...sizes };
    return { weights, name, claim, verdict, run: { ...usual, ...run } };
  };
  const ofModel = (model: TimeModel): SequentialRow[] => [
    row(model.name, 'right fails ≤ 0.003', 'failed', { model }),
    row(`${model.name}, off by the tolerance`, 'passes ≤ 0.004', 'passed', {
      ...{ model, served: moved(-shift) },
    }),
  ];
  const swings = shares.every((share) => share >= 0.2) ? SWINGING_MODELS : [];
  const last = shares.length - 1;
  const stale = 1 - DEFAULT_RULE.alpha ** (1 / CONNECTIONS);
  return [
    row('independent, sums alone, looked at each 8', 'passes ≥ 0.99', 'passed', {
      ...{ connections: 0, every: 8 },
    }),
    row('independent', 'passes ≥ 0.99', 'passed'),
    row('independent, right', 'fails ≤ 0.001', 'failed'),
    row('independent, off by half the tolerance', 'fails ≤ 0.004', 'failed', {
      served: moved(-shift / 2),
    }),
    row('independent, off by the tolerance', 'passes ≤ 0.001', 'passed', {
      served: moved(-shift),
    }),
    row('independent, 50/50', 'fails', 'failed', { served: [0.5, 0.5], every: 16 }),
    row('independent, 90/10 or 60/40', 'fails', 'failed', {
      ...{ served: weights[0] === 90 ? [0.6, 0.4] : [0.9, 0.1], every: 16 },
    }),
    row('everything to v1', 'fails, or is inconclusive until connections are probed', 'failed', {
      served: [1, 0],
    }),
    ...KEYED_MODELS.flatMap(ofModel),
    ...swings.map((model) => row(model.name, 'never passes', 'passed', { model })),
    ...[1, 8].map((counters) => {
      const model = takingTurns(counters);
      return row(model.name, 'passes', 'passed', { model });
    }),
    row(staleGateways(stale, last).name, 'passes ≤ 0.004', 'passed', {
      model: staleGateways(stale, last),
    }),
    ...[0.5, 0.9].map(repeatingOnConnection).flatMap(ofModel),
    ...[10, 50, 200].map(leaningConnections).flatMap(ofModel),
    row('0.5 % missing at random', 'passes', 'passed', { unknown: [0.005, 0.005] }),
    row('0.5 % missing, off by the tolerance', 'passes ≤ 0.001', 'passed', {
      ...{ served: moved(-shift), unknown: [0.005, 0.005] },
    }),
    row('all missing are v2’s, 1 % of its answers', 'fails ≤ 0.001', 'failed', {
      unknown: [0, 0.01],
    }),
    row('10 % aborted by the route', 'passes ≥ 0.99', 'passed', { aborts: 0.1 }),
    row('10 % aborted, off by the tolerance', 'passes ≤ 0.001', 'passed', {
      ...{ aborts: 0.1, served: moved(-shift) },
    }),
    row('v2 fails 9 % of its calls', 'passes ≤ 0.003', 'passed', { errors: [0, 0.09] }),
    row('v2 fails 20 % of its calls', 'passes ≤ 0.001', 'passed', { errors: [0, 0.2] }),
    row('v2 fails 20 % of its calls, nobody named', 'passes ≤ 0.001', 'passed', {
      ...{ errors: [0, 0.2], named: false },
    }),
    row('both fail 0.3 % of their calls', 'fails ≤ 0.001', 'failed', { errors: [0.003, 0.003] }),
    row('a third of weight 0, no answer of it', 'passes ≥ 0.99', 'passed', {
      ...{ weights: [...weights, 0], served: [...shares, 0] },
    }),
    row('a third of weight 0 that gets 1 %', 'passes ≤ 0.001', 'passed', {
      ...{ weights: [...weights, 0], served: [...shares.map((share) => 0.99 * share), 0.01] },
    }),
    row('two calls, both right', 'passes ≥ 0.98', 'passed', { calls: 2 }),
    row('five calls, all right', 'fails ≤ 0.001', 'failed', { calls: 5 }),
  ];
}

const SPLITS_OF_TWO = [
  [60, 40],
  [90, 10],
];
const RUNS = 1000;

/** Runs that end with the look that settles them. */
export const SEQUENTIAL_RUNS: Part = {
  name: 'sequential',
  header: [
    ...['configured', 'gateway', 'claim', 'measured', '95 % interval'],
    ...['passes', 'fails', 'requests, mean', 'median', 'runs'],
  ],
  *lines(runs = RUNS) {
    let seed = 400;
    for (const { weights, name, claim, verdict, run } of SPLITS_OF_TWO.flatMap(sequentialRows)) {
      seed += 1;
      const rule = { ...DEFAULT_RULE, design: 'sequential' } as const;
      const rates = sequentialRates(run, rule, { runs, seed });
      const [low, high] = wilsonInterval(rates[verdict], runs, 0.05);
      const rate = (hits: number): string => (hits / runs).toFixed(4);
      yield [
        ...[weights.join('/'), name, claim, rate(rates[verdict])],
        ...[`${low.toFixed(4)} – ${high.toFixed(4)}`, rate(rates.passed), rate(rates.failed)],
        ...[rates.meanRequests.toFixed(0), String(rates.medianRequests), String(runs)],
      ];
    }
  },
};
