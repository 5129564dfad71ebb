import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { binomialPmf, binomialUpperTail } from '../../src/stats/binomial-distribution.js';
import { exactBinomialPValue } from '../../src/stats/binomial-test.js';
import { equivalencePValue, equivalentCounts } from '../../src/stats/equivalence.js';
import { exactMultinomialTest } from '../../src/stats/exact-multinomial.js';
import { goodmanIntervals, wilsonInterval } from '../../src/stats/intervals.js';
import { jointRangeProbability } from '../../src/stats/truncated-multinomial.js';
import { assertDigits } from './reference-values.js';

describe('exact multinomial test', () => {
  it('orders outcomes by probability', () => {
    const result = exactMultinomialTest([1, 5, 4], [0.5, 0.3, 0.2], 1);
    assertDigits(result.pValue, '0.0176936625', 'p');
    assert.deepEqual(
      { ...result, pValue: 0 },
      { method: 'exact-multinomial-enumerated', pValue: 0, outcomes: 66 },
    );
  });
  it('of two categories adds both tails', () => {
    for (const [x, n, p] of [
      [3, 20, 0.4],
      [0, 5, 0.5],
      [4, 11, 0.37],
      [19, 20, 0.6],
      [12, 20, 0.6],
    ] as const) {
      let sum = 0;
      for (let y = 0; y <= n; y += 1) {
        if (binomialPmf(y, n, p) <= binomialPmf(x, n, p) * (1 + 1e-7)) sum += binomialPmf(y, n, p);
      }
      const { pValue } = exactMultinomialTest([x, n - x], [p, 1 - p], 1);
      assert.ok(Math.abs(pValue - sum) < 1e-12, `${x} of ${n} at ${p}: ${pValue} is not ${sum}`);
    }
  });
  it('of two categories is exact at a billion', () => {
    const n = 1e9;
    const { pValue } = exactMultinomialTest([9, n - 9], [1e-9, 1 - 1e-9], 1);
    assert.ok(Math.abs(pValue / binomialUpperTail(9, n, 1e-9) - 1) < 1e-9);
  });
  it('is simulated beyond the bound, the same for the same seed, and near the truth', () => {
    const p = [0.004, 0.016, 0.18, 0.8];
    const counts = [8, 5, 140, 647];
    const first = exactMultinomialTest(counts, p, 7);
    assert.equal(first.method, 'exact-multinomial-monte-carlo');
    assert.deepEqual(exactMultinomialTest(counts, p, 7), first);
    const others = [1, 2, 3, 4].map((seed) => exactMultinomialTest(counts, p, seed).pValue);
    const mean = others.reduce((sum, value) => sum + value, 0) / others.length;
    const error = Math.sqrt((mean * (1 - mean)) / 20_000);
    assert.ok(Math.abs(first.pValue - mean) < 5 * error, `${first.pValue} against ${mean}`);
    assert.ok(mean > 0.001 && mean < 0.1, String(mean));
  });
});

describe('exact binomial test', () => {
  it('doubles the smaller tail', () => {
    assert.equal(exactBinomialPValue(10, 10, 0.5), 2 / 1024);
    assert.equal(exactBinomialPValue(5, 10, 0.5), 1);
    assert.equal(exactBinomialPValue(0, 0, 0.5), 1);
  });
});

describe('equivalence', () => {
  const limits = { low: 0.5, high: 0.7 };
  it('has the limits of statsmodels', () => {
    assert.deepEqual(equivalentCounts(500, limits, 0.05), { lowest: 269, highest: 332 });
    assert.ok(equivalencePValue(269, 500, limits) <= 0.05);
    assert.ok(equivalencePValue(268, 500, limits) > 0.05);
    assert.ok(equivalencePValue(332, 500, limits) <= 0.05);
    assert.ok(equivalencePValue(333, 500, limits) > 0.05);
  });
  it('has the power of statsmodels', () => {
    const range = equivalentCounts(500, limits, 0.05);
    for (const [p, power] of [
      [0.6, '0.9965'],
      [0.65, '0.7583'],
      [0.69, '0.1139'],
    ] as const) {
      const all = { lowest: 0, highest: 500 };
      assertDigits(jointRangeProbability(500, [p, 1 - p], [range, all]), power, `at ${p}`);
    }
  });
  it('of too few trials is never shown', () => {
    const { lowest, highest } = equivalentCounts(20, limits, 0.001);
    assert.ok(lowest > highest);
  });
});

describe('joint probability of ranges', () => {
  it('is the sum over all outcomes in them', () => {
    const p = [0.2, 0.3, 0.5];
    const ranges = [
      { lowest: 1, highest: 4 },
      { lowest: 2, highest: 12 },
      { lowest: 3, highest: 7 },
    ];
    const n = 12;
    let sum = 0;
    for (let a = 1; a <= 4; a += 1) {
      for (let b = 2; b <= 12 - a; b += 1) {
        const c = n - a - b;
        if (c < 3 || c > 7) continue;
        sum += binomialPmf(a, n, 0.2) * binomialPmf(b, n - a, 0.3 / 0.8);
      }
    }
    assert.ok(Math.abs(jointRangeProbability(n, p, ranges) - sum) < 1e-13);
  });
  it('of three categories with one free agrees with the binomial of two', () => {
    const free = { lowest: 0, highest: 3000 };
    const range = { lowest: 580, highest: 640 };
    const three = jointRangeProbability(3000, [0.2, 0.3, 0.5], [range, free, free]);
    const two = jointRangeProbability(3000, [0.2, 0.8], [range, free]);
    assert.ok(Math.abs(three - two) < 1e-12, `${three} against ${two}`);
  });
});

describe('intervals', () => {
  it('Goodman has those of statsmodels', () => {
    const intervals = goodmanIntervals([56, 72, 73, 59, 62, 87, 58], 0.05);
    const printed = (i: number): string[] => (intervals[i] ?? []).map((end) => end.toFixed(3));
    assert.deepEqual(printed(0), ['0.085', '0.166']);
    assert.deepEqual(printed(5), ['0.143', '0.239']);
  });
  it('Wilson solves (share − p)² = z²·p(1−p)/n at both ends', () => {
    const [low, high] = wilsonInterval(7, 50, 0.05);
    for (const end of [low, high]) {
      const z = Math.abs(7 / 50 - end) / Math.sqrt((end * (1 - end)) / 50);
      assert.ok(Math.abs(z - 1.959963984540054) < 1e-12);
    }
    assert.equal(wilsonInterval(0, 50, 0.05)[0], 0);
    assert.equal(wilsonInterval(50, 50, 0.05)[1], 1);
  });
});
