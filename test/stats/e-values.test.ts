import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { binomialPmf } from '../../src/stats/binomial-distribution.js';
import { logDirichletEvidence, logSequenceProbability } from '../../src/stats/dirichlet.js';
import {
  logAbove,
  logBayesFactor,
  logBayesFactorAt,
  logBelow,
  logBeyond,
} from '../../src/stats/e-values.js';
import { assertDigits } from './reference-values.js';

/** ln of the number of orders in which such counts come. */
function logOrders(counts: readonly number[]): number {
  const logFactorial = (n: number): number =>
    Array.from({ length: n }, (_, i) => Math.log(i + 1)).reduce((sum, log) => sum + log, 0);
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.reduce((sum, count) => sum - logFactorial(count), logFactorial(total));
}

describe('Dirichlet evidence', () => {
  it('has the marginal likelihoods of optimizely/ssrm', () => {
    const batches = [
      [20, 17, 9],
      [18, 21, 8],
      [4, 6, 4],
      [18, 19, 11],
    ];
    const counts = [60, 63, 32];
    const orders = batches.reduce((sum, batch) => sum + logOrders(batch), 0);
    const m1 = logDirichletEvidence(counts, [1, 1, 1]) + orders;
    const m0 = logSequenceProbability(counts, [0.4, 0.4, 0.2]) + orders;
    assert.ok(Math.abs(m1 - -19.96484521090386) < 1e-9, String(m1));
    assert.ok(Math.abs(m0 - -15.781031228536165) < 1e-9, String(m0));
    assertDigits(Math.exp(m1 - m0), '0.01524', 'Bayes factor');
  });
  it('is the same for counts one after the other', () => {
    const steps = logDirichletEvidence([3, 4], [2, 5]) + logDirichletEvidence([7, 1], [5, 9]);
    assert.ok(Math.abs(steps - logDirichletEvidence([10, 5], [2, 5])) < 1e-10);
  });
});

describe('Bayes factor', () => {
  it('of 860 and 140 against 90/10 has the published values', () => {
    for (const [mass, log] of [
      [2, '4.414'],
      [100, '6.001'],
      [1000, '3.778'],
      [10000, '0.736'],
    ] as const) {
      assertDigits(logBayesFactorAt(mass, [860, 140], [0.9, 0.1]), log, `mass ${mass}`);
    }
  });
  it('is the mean over the three masses', () => {
    const mean = (Math.exp(4.41419) + Math.exp(6.001169) + Math.exp(3.77796)) / 3;
    assert.ok(Math.abs(logBayesFactor([860, 140], [0.9, 0.1]) - Math.log(mean)) < 1e-5);
  });
});

describe('e-values', () => {
  const n = 40;
  /** The mean of an e-value over all outcomes of n draws. */
  const mean = (share: number, log: (x: number) => number): number =>
    Array.from({ length: n + 1 }, (_, x) => binomialPmf(x, n, share) * Math.exp(log(x))).reduce(
      (sum, part) => sum + part,
      0,
    );
  it('are 1 on average at the edge of what they speak against, and less beyond it', () => {
    const [p, delta] = [0.6, 0.05];
    for (const [name, edge, beyond, log] of [
      ['below', 0.65, 0.7, (x: number) => logBelow(x, n, p, delta)],
      ['above', 0.55, 0.5, (x: number) => logAbove(x, n, p, delta)],
      ['beyond half', 0.625, 0.6, (x: number) => logBeyond(x, n, p, delta)],
      ['the weights', 0.6, null, (x: number) => logBayesFactor([x, n - x], [p, 1 - p])],
    ] as const) {
      assert.ok(Math.abs(mean(edge, log) - 1) < 1e-9, name);
      if (beyond !== null) assert.ok(mean(beyond, log) < 1, name);
    }
  });
  it('leave out alternatives that are no shares', () => {
    assert.ok(Math.abs(mean(0.925, (x) => logBeyond(x, n, 0.9, 0.05)) - 1) < 1e-9);
  });
});
