import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { failingCanaryRates } from '../../../../bench/error-rates/failing-canaries.js';
import { RULE } from '../split-runs.js';

/** Four standard errors of a simulated rate, and half of the last digit of the rate that is wanted. */
function margin(rate: number, runs: number): number {
  return 4 * Math.sqrt((rate * (1 - rate)) / runs) + 0.005;
}

describe('errors by destination, simulated over the decision, 90/10', () => {
  const runs = 1500;
  const canary = (rates: [number, number], identified: boolean) =>
    ({ weights: [90, 10], rates, requests: 1287, identified }) as const;
  // Error rates of v1 and v2: how often nothing is held against them, and how often they fail the run.
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
      const found = failingCanaryRates(canary(rates, true), RULE, runs, 140 + index);
      const seen = JSON.stringify(found);
      assert.ok(Math.abs(found.errorsPass - pass) <= margin(pass, runs), seen);
      assert.ok(Math.abs(found.fail - fail) <= margin(fail, runs), seen);
      assert.ok(found.pass <= found.errorsPass, seen);
    });
  }

  it('20 % of v2 without an identity never passes', () => {
    assert.equal(failingCanaryRates(canary([0, 0.2], false), RULE, runs, 150).pass, 0);
  });
});
