import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sampleBinomial } from '../../../../src/stats/binomial-sampler.js';
import { seededRandom } from '../../../../src/stats/random.js';
import { decideSplit } from '../../../../src/expect/split/verdict/split-verdict.js';
import { evidenceOf, RULE } from '../split-runs.js';

/** How often errors let a run of 90/10 at its planned size pass, and how often they fail it. */
interface ErrorVerdicts {
  pass: number;
  fail: number;
}

const REQUESTS = 1287;

/** Codes of reasons that are about failures. */
const OF_ERRORS = /^(error|errors|destination)-/;

/**
 * Simulates runs through the decision.
 *
 * @param rates Of v1 and v2.
 * @param identified Whether failures carry an identity.
 */
function simulated(
  rates: readonly [number, number],
  identified: boolean,
  runs: number,
  seed: number,
): ErrorVerdicts {
  const random = seededRandom(seed);
  const verdicts = { pass: 0, fail: 0 };
  for (let run = 0; run < runs; run += 1) {
    const v2 = sampleBinomial(random, REQUESTS, 0.1);
    const sizes = [REQUESTS - v2, v2];
    const failed = rates.map((rate, i) => sampleBinomial(random, sizes[i] ?? 0, rate));
    const observed = sizes.map((size, i) => (identified ? size : size - (failed[i] ?? 0)));
    const evidence = evidenceOf([90, 10], observed, { sampled: REQUESTS });
    const destinations = evidence.destinations.map((one, i) => {
      return { ...one, failed: identified ? (failed[i] ?? 0) : 0 };
    });
    const { verdict, reasons } = decideSplit({ ...evidence, destinations }, RULE);
    if (verdict === 'fail') verdicts.fail += 1 / runs;
    // Whether the split itself passes is not what is asked here.
    else if (!reasons.some(({ code }) => OF_ERRORS.test(code))) verdicts.pass += 1 / runs;
  }
  return verdicts;
}

/** Four standard errors of a simulated rate, and half of the last digit of the rate that is wanted. */
function margin(rate: number, runs: number): number {
  return 4 * Math.sqrt((rate * (1 - rate)) / runs) + 0.005;
}

describe('errors by destination, simulated over the decision, 90/10', () => {
  const runs = 1500;
  // Error rates of v1 and v2: how often the run passes and fails.
  const table: [rates: [number, number], pass: number, fail: number][] = [
    [[0, 0.09], 0.001, 0.93],
    [[0.003, 0.09], 0.0027, 0.94],
    [[0, 0.05], 0.075, 0.43],
    [[0, 0.2], 0, 1],
    [[0.003, 0.003], 0.9987, 0],
    [[0.001, 0.001], 1, 0],
  ];
  for (const [index, [rates, pass, fail]] of table.entries()) {
    it(`${rates.map((rate) => `${rate * 100} %`).join(' and ')}, with an identity`, () => {
      const found = simulated(rates, true, runs, 140 + index);
      const seen = JSON.stringify(found);
      assert.ok(Math.abs(found.pass - pass) <= margin(pass, runs), seen);
      assert.ok(Math.abs(found.fail - fail) <= margin(fail, runs), seen);
    });
  }

  it('20 % of v2 without an identity never passes', () => {
    assert.equal(simulated([0, 0.2], false, runs, 150).pass, 0);
  });
});
