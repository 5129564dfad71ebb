import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { rateOf, saysDifference, simulatedComparisons } from '../../../bench/comparison-rates.js';

const AT_30_000 = { requests: 30_000, seconds: 30, v2Share: 0.4 };

// At 1 %, 60 runs show more than 3 differences once in 300 such tests; order statistics, which take
// answers for independent, show 16 to 43 in a hundred. The seeds are fixed.
describe('how often versions are said to differ', () => {
  for (const pauses of [null, 'shared', 'own'] as const) {
    it(`is 1 % where they do not, with ${pauses ?? 'no'} pauses`, () => {
      const rate = rateOf(simulatedComparisons(60, { ...AT_30_000, pauses }), saysDifference);
      assert.ok(rate <= 0.05, String(rate));
    });
  }

  it('is most of the time where p99 is 1.5 times as long', () => {
    const rate = rateOf(simulatedComparisons(30, { ...AT_30_000, v2Factor: 1.5 }), saysDifference);
    assert.ok(rate >= 0.7, String(rate));
  });

  it('a version at its limit is neither passed nor failed more than 1 % of the time each', () => {
    const rate = rateOf(
      simulatedComparisons(40, { ...AT_30_000, v2Factor: 1.2 }),
      ({ verdict }) => verdict !== 'inconclusive',
    );
    assert.ok(rate <= 0.075, String(rate));
  });
});
