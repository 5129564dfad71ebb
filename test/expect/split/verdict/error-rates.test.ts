import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  DEFAULT_RULE,
  sharesOf,
  shifted,
  sizeOfSums,
  toleratedShift,
} from '../../../../bench/error-rates/default-rule.js';
import {
  enumeratedRates,
  simulatedRates,
} from '../../../../bench/error-rates/independent-draws.js';
import {
  INDEPENDENT,
  STICKY_MODELS,
  stickyEvidence,
} from '../../../../bench/error-rates/sticky-models.js';
import { seededRandom } from '../../../../src/stats/random.js';
import { jointRangeProbability } from '../../../../src/stats/truncated-multinomial.js';
import { decideSplit } from '../../../../src/expect/split/verdict/split-verdict.js';
import { passingCounts } from '../../../../src/expect/split/plan/pass-probability.js';

const { alpha, power } = DEFAULT_RULE;

describe('error rates of the decision, two destinations, every outcome', () => {
  // The last digits shown: how often a right split fails, how often one off by the tolerance passes.
  const rows: [number[], string, string][] = [
    [[60, 40], '1.4e-8', '0.000997'],
    [[90, 10], '7.6e-9', '0.000999'],
    [[99, 1], '7.6e-9', '0.000997'],
    [[20, 80], '1.3e-8', '0.00098'],
  ];
  for (const [weights, wrongFail, wrongPass] of rows) {
    it(`${weights.join('/')} at its planned size`, () => {
      const { shares } = sharesOf(weights);
      const shift = toleratedShift(weights);
      const served = [0, shift, -shift].map((by) => shifted(shares, by)[0] ?? 0);
      const [right, more, less] = enumeratedRates(weights, sizeOfSums(weights), served);
      assert.ok(right && more && less);
      assert.ok(right.pass >= power);
      assert.equal(right.fail.toExponential(1), wrongFail);
      const worst = Math.max(more.pass, less.pass);
      assert.ok(worst <= alpha);
      assert.equal(worst.toFixed(wrongPass.length - 2), wrongPass);
      assert.ok(more.fail > 0.48 && less.fail > 0.48);
    });
  }

  it('60/40 off by half the tolerance is failed 0.2 %, passed about 40 %', () => {
    const [rate] = enumeratedRates([60, 40], 3089, [0.625]);
    assert.equal(rate?.fail.toFixed(3), '0.002');
    assert.equal(rate.pass.toFixed(2), '0.42');
  });

  it('keep a right split from failing more than alpha at sizes that are in no plan', () => {
    for (const weights of [
      [60, 40],
      [90, 10],
      [99, 1],
      [20, 80],
    ]) {
      const share = sharesOf(weights).shares[0] ?? 0;
      for (const size of [1, 2, 5, 10, 20, 37, 50, 100, 137, 200, 300, 470]) {
        const [rate] = enumeratedRates(weights, size, [share]);
        assert.ok((rate?.fail ?? 1) <= alpha, `${weights.join('/')} at ${size}: ${rate?.fail}`);
      }
    }
  });
});

/** Four standard errors of a simulated rate: a false alarm of this test once in 30,000. */
function margin(rate: number, runs: number): number {
  return 4 * Math.sqrt((rate * (1 - rate)) / runs);
}

describe('error rates of the decision, more destinations', () => {
  const runs = 2000;
  for (const [weights, worstPass] of [
    [[10, 40, 50], 0.00099],
    [[20, 20, 20, 20, 20], 0.00097],
  ] as const) {
    it(`${weights.join('/')}: the right split, simulated`, () => {
      const { shares } = sharesOf(weights);
      const rate = simulatedRates(weights, sizeOfSums(weights), shares, runs, 12);
      assert.ok(rate.pass >= power - margin(power, runs), String(rate.pass));
      assert.ok(rate.pass <= 0.9902 + margin(power, runs), String(rate.pass));
      assert.equal(rate.fail, 0);
    });
    it(`${weights.join('/')}: one off by the tolerance, simulated and exact`, () => {
      const { shares, tolerances } = sharesOf(weights);
      const requests = sizeOfSums(weights);
      const ranges = shares.map((share, i) =>
        passingCounts(requests, 0, share, tolerances[i] ?? 0, alpha),
      );
      // With one destination off by its tolerance all can only pass if that one does.
      const rates = shares.flatMap((share, i) =>
        [1, -1].map((sign) => {
          const served = share + sign * (tolerances[i] ?? 0);
          const own = ranges[i] ?? { lowest: 0, highest: requests };
          const rest = { lowest: 0, highest: requests };
          return jointRangeProbability(requests, [served, 1 - served], [own, rest]);
        }),
      );
      assert.ok(Math.max(...rates) <= alpha);
      assert.ok(Math.abs(Math.max(...rates) - worstPass) < 1.2e-5, String(Math.max(...rates)));
      const off = shifted(shares, toleratedShift(weights));
      const rate = simulatedRates(weights, requests, off, runs, 13);
      assert.ok(rate.pass <= alpha + margin(alpha, runs), String(rate.pass));
      assert.ok(rate.fail > 0.5);
    });
  }
});

describe('sticky gateways', () => {
  const runs = 60;
  for (const [index, model] of STICKY_MODELS.entries()) {
    it(model.name, () => {
      for (const [weights, connections, wrongFail, wrongPass] of [
        [[60, 40], 32, 0.0013, 0.004],
        [[90, 10], 32, 0.0013, 0.004],
        [[99, 1], 8, 0.0025, 0.019],
      ] as const) {
        const { shares } = sharesOf(weights);
        const shift = toleratedShift(weights);
        const requests = sizeOfSums(weights);
        const random = seededRandom(900 + index);
        const count = (served: readonly number[], verdict: string): number => {
          let hits = 0;
          for (let run = 0; run < runs; run += 1) {
            const evidence = stickyEvidence(model, random, weights, served, requests, connections);
            if (decideSplit(evidence, DEFAULT_RULE).verdict === verdict) hits += 1;
          }
          return hits;
        };
        const bound = (rate: number): number => runs * (rate + margin(rate, runs));
        assert.ok(count(shares, 'fail') <= bound(wrongFail), 'a right split fails');
        assert.ok(count(shifted(shares, shift), 'pass') <= bound(wrongPass), 'a wrong one passes');
        assert.ok(count(shifted(shares, -shift), 'pass') <= bound(wrongPass), 'a wrong one passes');
      }
    });
  }

  it('that are not sticky are taken as independent', () => {
    const random = seededRandom(77);
    let independent = 0;
    for (let run = 0; run < 200; run += 1) {
      const evidence = stickyEvidence(INDEPENDENT, random, [60, 40], [0.6, 0.4], 3089, 32);
      if (decideSplit(evidence, DEFAULT_RULE).dependence?.kind === 'independent') independent += 1;
    }
    assert.ok(independent >= 200 * (0.988 - margin(0.012, 200)), String(independent));
  });
});
