import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sequentialOutlook } from '../../../../src/expect/split/plan/sequential-outlook.js';

function outlook(weights: readonly number[], most: number) {
  const sum = weights.reduce((all, weight) => all + weight, 0);
  const expectedShares = weights.map((weight) => weight / sum);
  const tolerances = expectedShares.map((p) => Math.min(0.05, p / 2, (1 - p) / 2));
  return sequentialOutlook({ expectedShares, tolerances, alpha: 0.001, power: 0.99 }, most);
}

describe('what a sequential run takes', () => {
  /** By exact dynamic programming elsewhere, or where there are more than two destinations simulated. */
  for (const [weights, most, requests, passes] of [
    [[60, 40], 4633, 1893, 0.995],
    [[60, 40], 9267, 1897, 0.9999],
    [[90, 10], 1930, 725, 0.995],
    [[99, 1], 3 * 14487, 8107, null],
    [[10, 40, 50], 3 * 3354, 2198, null],
    [[20, 20, 20, 20, 20], 3 * 2516, 1798, null],
  ] as const) {
    it(`${weights.join('/')}, at most ${most}: ${requests}`, () => {
      const found = outlook(weights, most)!;
      assert.ok(Math.abs(found.requests / requests - 1) < 0.05, String(found.requests));
      if (passes !== null) assert.ok(Math.abs(found.passes - passes) < 0.001, String(found.passes));
    });
  }
  it('waits until leaks are excluded, where a weight is 0', () => {
    assert.deepEqual(outlook([100, 0], 2064), { requests: 688, most: 2064, passes: 1 });
    assert.ok(outlook([60, 40, 0], 9267)!.requests >= outlook([60, 40], 9267)!.requests);
    assert.equal(outlook([100, 0], 600)!.passes, 0);
  });
  it('is none where nothing is tolerated', () => {
    const shares = { expectedShares: [0.6, 0.4], tolerances: [0, 0] };
    assert.equal(sequentialOutlook({ ...shares, alpha: 0.001, power: 0.99 }, 1000), null);
  });
});
