import type { SplitRule } from '../../src/expect/split/split-evidence.js';
import { decideSplit } from '../../src/expect/split/verdict/split-verdict.js';
import { seededRandom } from '../../src/stats/random.js';
import {
  appliedSize,
  CONNECTIONS,
  DEFAULT_RULE,
  sharesOf,
  shifted,
  toleratedShift,
} from './default-rule.js';
import { type Bound, claims, type Row } from './row.js';
import {
  INDEPENDENT_IN_TIME,
  KEYED_MODELS,
  type RunLayout,
  staleGateways,
  SWINGING_MODELS,
  takingTurns,
  type TimeModel,
  timedEvidence,
} from './time-models.js';

/** How often each verdict came of so many simulated runs. */
export interface CountedVerdicts {
  runs: number;
  pass: number;
  fail: number;
}

/**
 * Judges simulated runs against a gateway whose draws depend on time, or on the connection.
 *
 * @param split What is configured, and the true shares.
 * @param seed Seeds the simulation.
 */
export function timedVerdicts(
  model: TimeModel,
  split: { weights: readonly number[]; served: readonly number[] },
  layout: RunLayout,
  rule: SplitRule,
  { runs, seed }: { runs: number; seed: number },
): CountedVerdicts {
  const random = seededRandom(seed);
  const verdicts = { pass: 0, fail: 0, inconclusive: 0 };
  for (let run = 0; run < runs; run += 1) {
    const evidence = timedEvidence(model, random, split.weights, split.served, layout);
    verdicts[decideSplit(evidence, rule).verdict] += 1;
  }
  return { runs, pass: verdicts.pass, fail: verdicts.fail };
}

/** Weights that none of the twenty points to either side makes negative. */
const SWINGING_FROM = 0.2;
const RUNS = 6000;

/** Draws that hang together in time, splits that change meanwhile, and gateways that differ. */
export const TIMED_DRAWS = claims('time', function* (runs = RUNS): Iterable<Row> {
  let seed = 100;
  for (const weights of [
    [60, 40],
    [90, 10],
  ]) {
    const { shares } = sharesOf(weights);
    const requests = appliedSize(weights);
    const shift = toleratedShift(weights);
    const row = (
      model: TimeModel,
      served: readonly number[],
      verdict: 'pass' | 'fail',
      claim: string,
      bound: Bound | null,
    ): Row => {
      seed += 1;
      const layout = { requests, connections: CONNECTIONS };
      const split = { weights, served };
      const counted = timedVerdicts(model, split, layout, DEFAULT_RULE, { runs, seed });
      const measured = { kind: 'simulated', hits: counted[verdict], runs } as const;
      return { weights, requests, gateway: model.name, claim, bound, measured };
    };
    const { alpha, power } = DEFAULT_RULE;
    const off = 'off by the tolerance passes';
    yield row(INDEPENDENT_IN_TIME, shares, 'pass', 'right passes', { atLeast: power });
    yield row(INDEPENDENT_IN_TIME, shares, 'fail', 'right fails', { atMost: alpha });
    yield row(INDEPENDENT_IN_TIME, shifted(shares, shift), 'pass', off, { atMost: alpha });
    for (const counters of [1, 8]) {
      yield row(takingTurns(counters), shares, 'pass', 'right passes', null);
    }
    for (const model of KEYED_MODELS) {
      yield row(model, shares, 'fail', 'right fails', { atMost: 0.003 });
      yield row(model, shares, 'pass', 'passes', { atMost: 0 });
      yield row(model, shifted(shares, -shift), 'pass', off, { atMost: 0.004 });
    }
    for (const model of shares.every((share) => share >= SWINGING_FROM) ? SWINGING_MODELS : []) {
      yield row(model, shares, 'pass', 'passes', { atMost: 0 });
    }
    // Where everything goes to the largest destination, a small one is off by little.
    const stale = staleGateways(1 - alpha ** (1 / CONNECTIONS), shares.length - 1);
    yield row(stale, shares, 'pass', 'passes', { atMost: 0.004 });
  }
});
