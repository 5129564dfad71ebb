import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { flatness, medianOf } from '../../bench/flatness.js';

/** Numbers from 0 to 1 that look random and are not. */
const noise = Array.from({ length: 24 }, (_, at) => (Math.sin(at * 12.9898) * 43_758.5453) % 1);
const ALLOWANCE = { growth: 2, share: 0.05 };

describe('a figure of a soak', () => {
  it('is flat while it goes up and down', () => {
    const trend = flatness(
      noise.map((value) => 100 + 10 * value),
      ALLOWANCE,
    );
    assert.equal(trend.isFlat, true);
    assert.ok(trend.pValue > 0.01);
  });

  it('is not when it rises by more than is allowed', () => {
    const trend = flatness(
      noise.map((value, at) => 100 + value + at),
      ALLOWANCE,
    );
    assert.equal(trend.isFlat, false);
    assert.ok(Math.abs(trend.growth - 23) < 2, String(trend.growth));
    assert.ok(trend.pValue < 1e-6);
  });

  it('is flat when it rises by less, or falls', () => {
    const slow = noise.map((_, at) => 100 + at / 10);
    assert.equal(flatness(slow, ALLOWANCE).isFlat, true);
    assert.equal(flatness(slow, { growth: 2, share: 0.01 }).isFlat, false);
    const falling = flatness(slow.toReversed(), { growth: 0, share: 0 });
    assert.deepEqual([falling.isFlat, falling.pValue], [true, 1]);
  });

  it('is not led astray by one window', () => {
    const disturbed = noise.map((value, at) => 100 + value + (at === 23 ? 500 : 0));
    assert.equal(flatness(disturbed, ALLOWANCE).isFlat, true);
  });

  it('has the p-value of the normal distribution', () => {
    // Four that rise: S = 6, Var = 4·3·13/18, z = 5/√8.667 = 1.6984, p = 0.0447.
    const { pValue } = flatness([1, 2, 3, 4], ALLOWANCE);
    assert.ok(Math.abs(pValue - 0.044718) < 1e-4, String(pValue));
    assert.throws(() => flatness([1, 2, 3], ALLOWANCE), RangeError);
  });

  it('has a middle', () => {
    assert.deepEqual([medianOf([3, 1, 2]), medianOf([4, 1, 2, 3])], [2, 2.5]);
  });
});
