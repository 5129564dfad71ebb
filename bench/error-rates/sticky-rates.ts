import { decideSplit } from '../../src/expect/split/verdict/split-verdict.js';
import { seededRandom } from '../../src/stats/random.js';
import {
  appliedSize,
  DEFAULT_RULE,
  sharesOf,
  shifted,
  SPLITS,
  toleratedShift,
} from './default-rule.js';
import { type Bound, claims, type Measured, type Row } from './row.js';
import { INDEPENDENT, STICKY_MODELS, stickyEvidence, type StickyModel } from './sticky-models.js';

/** What is claimed of the worst model, by connections. */
const CLAIMED: readonly { connections: number; wrongPass: number; wrongFail: number }[] = [
  { connections: 8, wrongPass: 0.019, wrongFail: 0.003 },
  { connections: 32, wrongPass: 0.004, wrongFail: 0.003 },
  { connections: 64, wrongPass: 0.004, wrongFail: 0.003 },
];

/** How many runs find the worst models, and how many of those are measured. */
const SCAN = { runs: 1000, kept: 2 };
const RUNS = 10_000;

/**
 * Gateways whose connections stay with a destination, lean to one or repeat themselves, by the worst of the
 * models. They are ordered by a few runs each, and the worst ones are measured with fresh runs, so that
 * a rate is not the largest of many noisy ones.
 */
export const STICKY_DRAWS = claims('sticky', function* (runs = RUNS): Iterable<Row> {
  let seed = 5;
  for (const weights of SPLITS) {
    const { shares } = sharesOf(weights);
    const shift = toleratedShift(weights);
    const off = [shifted(shares, shift), shifted(shares, -shift)];
    for (const { connections, wrongPass, wrongFail } of CLAIMED) {
      const requests = appliedSize(weights, connections);
      const measure = (one: Case, some: number): Measured => {
        seed += 1;
        return measured({ ...one, weights, requests, connections }, some, seed);
      };
      const row = (one: Case, claim: string, bound: Bound): Row => {
        const gateway = `${one.model.name}, ${connections} connections`;
        return { weights, requests, gateway, claim, bound, measured: measure(one, runs) };
      };
      const worst = (cases: readonly Case[], claim: string, bound: Bound): Row =>
        cases
          .map((one) => ({ one, found: rateOf(measure(one, Math.min(SCAN.runs, runs))) }))
          .sort((a, b) => b.found - a.found)
          .slice(0, SCAN.kept)
          .map(({ one }) => row(one, `${claim}, worst of ${STICKY_MODELS.length} models`, bound))
          .reduce((a, b) => (rateOf(b.measured) > rateOf(a.measured) ? b : a));
      yield worst(
        STICKY_MODELS.flatMap((model) =>
          off.map((served): Case => ({ model, served, verdict: 'pass' })),
        ),
        'off by the tolerance passes',
        { atMost: wrongPass },
      );
      yield worst(
        STICKY_MODELS.map((model): Case => ({ model, served: shares, verdict: 'fail' })),
        'right fails',
        { atMost: wrongFail },
      );
      const free: Case = { model: INDEPENDENT, served: shares, verdict: 'pass' };
      yield row(free, 'right passes', { atLeast: DEFAULT_RULE.power });
    }
  }
});

/** What is served, how, and what is counted. */
interface Case {
  model: StickyModel;
  served: readonly number[];
  verdict: 'pass' | 'fail';
}

function measured(
  one: Case & { weights: readonly number[]; requests: number; connections: number },
  runs: number,
  seed: number,
): Measured {
  const { model, served, verdict, weights, requests, connections } = one;
  const random = seededRandom(seed);
  let hits = 0;
  for (let run = 0; run < runs; run += 1) {
    const evidence = stickyEvidence(model, random, weights, served, requests, connections);
    if (decideSplit(evidence, DEFAULT_RULE).verdict === verdict) hits += 1;
  }
  return { kind: 'simulated', hits, runs };
}

function rateOf(measured: Measured): number {
  return measured.kind === 'enumerated' ? measured.rate : measured.hits / measured.runs;
}
