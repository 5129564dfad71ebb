import { binomialPmf } from '../../src/stats/binomial-distribution.js';
import { drawMultinomial } from '../../src/stats/exact-multinomial.js';
import { sampleBinomial } from '../../src/stats/binomial-sampler.js';
import { type RandomSource, seededRandom } from '../../src/stats/random.js';
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

/** Which answers go missing: takes them out of the counts. @param rate Part of the requests, 0..1. */
interface MissingModel {
  name: string;
  /** Whether the counts alone say which. */
  isCertain: boolean;
  lose: (random: RandomSource, counts: number[], requests: number, rate: number) => void;
}

const AT_RANDOM: MissingModel = {
  name: 'at random',
  isCertain: false,
  lose: (random, counts, _requests, rate) => {
    for (const [i, count] of counts.entries())
      counts[i] = count - sampleBinomial(random, count, rate);
  },
};

/** All of one destination: of the first, or of the last. */
function allOf(destination: 'first' | 'last'): MissingModel {
  return {
    name: `all of the ${destination} destination`,
    isCertain: true,
    lose: (_random, counts, requests, rate) => {
      const index = destination === 'first' ? 0 : counts.length - 1;
      const count = counts[index] ?? 0;
      counts[index] = Math.max(0, count - Math.round(requests * rate));
    },
  };
}

const MODELS = [AT_RANDOM, allOf('first'), allOf('last')];
/** Below the limit on errors, so that the split is what is judged. */
const RATES = [0.0025, 0.005];
const RUNS = 10_000;

/** Answers that go missing at random, and in the way that hides a wrong split or slanders a right one. */
export const MISSING_ANSWERS = claims('missing', function* (runs = RUNS): Iterable<Row> {
  let seed = 500;
  for (const weights of SPLITS) {
    const { shares } = sharesOf(weights);
    const requests = appliedSize(weights);
    const shift = toleratedShift(weights);
    for (const rate of RATES) {
      for (const model of MODELS) {
        const gateway = `${rate * 100} % missing, ${model.name}`;
        const row = { weights, requests, gateway };
        const measure = (served: readonly number[], verdict: 'pass' | 'fail'): Measured => {
          seed += 1;
          return measured({ weights, served, requests, model, rate }, verdict, runs, seed);
        };
        const atMost = DEFAULT_RULE.alpha;
        yield {
          ...row,
          claim: 'right fails',
          bound: { atMost },
          measured: measure(shares, 'fail'),
        };
        const moved = model.name.endsWith('last destination') ? -shift : shift;
        yield {
          ...row,
          claim: 'off by the tolerance passes',
          bound: { atMost },
          measured: measure(shifted(shares, moved), 'pass'),
        };
      }
    }
  }
});

interface MissingRun {
  weights: readonly number[];
  served: readonly number[];
  requests: number;
  model: MissingModel;
  rate: number;
}

function measured(one: MissingRun, verdict: 'pass' | 'fail', runs: number, seed: number): Measured {
  const { weights, served, requests, model } = one;
  const random = seededRandom(seed);
  if (model.isCertain && weights.length === 2) {
    let rate = 0;
    for (let x = 0; x <= requests; x += 1) {
      const mass = binomialPmf(x, requests, served[0] ?? 0);
      if (mass < 1e-12) continue;
      if (verdictAfterLoss(one, random, [x, requests - x]) === verdict) rate += mass;
    }
    return { kind: 'enumerated', rate };
  }
  const counts = weights.map(() => 0);
  let hits = 0;
  for (let run = 0; run < runs; run += 1) {
    drawMultinomial(random, requests, served, counts);
    if (verdictAfterLoss(one, random, counts) === verdict) hits += 1;
  }
  return { kind: 'simulated', hits, runs };
}

function verdictAfterLoss(
  { weights, requests, model, rate }: MissingRun,
  random: RandomSource,
  counts: number[],
): Verdict {
  model.lose(random, counts, requests, rate);
  const destinations = weights.map((weight, i) => {
    return { name: `v${i + 1}`, weight, observed: counts[i] ?? 0 };
  });
  const known = counts.reduce((sum, count) => sum + count, 0);
  const evidence = { destinations, leaked: 0, sampled: requests, unsent: ALL_SENT };
  return decideSplit({ ...evidence, unattributed: requests - known }, DEFAULT_RULE).verdict;
}
