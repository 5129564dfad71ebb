import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { blockStandardError, pairedComparison } from '../../src/stats/paired-blocks.js';

function near(actual: number, expected: number): void {
  assert.ok(Math.abs(actual / expected - 1) < 1e-9, `${actual} is not ${expected}`);
}

describe('paired blocks', () => {
  const [as, bs] = [
    [3, 9, 4, 12, 7, 2, 15, 6],
    [5, 4, 6, 7, 3, 4, 9, 2],
  ];
  const blocks = as.map((x, at) => ({ a: { x, n: 200 }, b: { x: bs[at]!, n: 300 } }));

  // scipy.stats.ttest_rel of the blocks' rates, greater and less; sem of their differences.
  it('of one size are compared by the paired t', () => {
    const comparison = pairedComparison(blocks);
    near(comparison.difference, 0.019583333333333338);
    near(comparison.standardError, 0.0066648062880434004);
    assert.equal(comparison.df, 7);
    near(comparison.pHigher, 0.010882591718239602);
    near(comparison.pLower, 0.9891174082817604);
    near(blockStandardError(blocks.map(({ a }) => a)), 0.00800390529679106);
  });

  it('say the same of the other side', () => {
    const { pHigher, pLower } = pairedComparison(blocks.map(({ a, b }) => ({ a: b, b: a })));
    near(pLower, 0.010882591718239602);
    near(pHigher, 0.9891174082817604);
  });

  // NumPy: residuals of both ratios by their mean sizes; scipy.stats.t.sf of their mean by their sem.
  it('of different sizes each stand for their part', () => {
    const [aSizes, bSizes] = [
      [200, 150, 250, 180, 220],
      [300, 310, 90, 280, 200],
    ];
    const comparison = pairedComparison(
      aSizes.map((n, at) => ({ a: { x: as[at]!, n }, b: { x: bs[at]!, n: bSizes[at]! } })),
    );
    near(comparison.difference, 0.013813559322033903);
    near(comparison.standardError, 0.012937824275150252);
    near(comparison.pHigher, 0.17290742826689728);
  });

  it('that are all alike say nothing', () => {
    const one = { x: 1, n: 100 };
    const { pHigher, pLower } = pairedComparison([one, one, one].map((x) => ({ a: x, b: x })));
    assert.deepEqual([pHigher, pLower], [0.5, 0.5]);
  });
});
