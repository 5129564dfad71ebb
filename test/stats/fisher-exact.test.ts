import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fisherUpperPValue } from '../../src/stats/fisher-exact.js';
import { highestRate } from '../../src/stats/rate-bounds.js';

/** SciPy 1.17.1, stats.fisher_exact(table, alternative='greater'); the first two are its and R's examples. */
const FISHER: readonly [table: readonly [number, number, number, number], pValue: number][] = [
  [[8, 2, 1, 5], 0.024475524475524483],
  [[3, 1, 1, 3], 0.24285714285714283],
  [[10, 2, 3, 15], 0.000465180943362905],
  [[3, 126, 0, 1158], 0.0009860087245398075],
  [[2, 127, 0, 1158], 0.00997654496876892],
  [[12, 117, 4, 1154], 8.15897251002206e-10],
  [[40, 99960, 10, 899990], 3.6567971235311707e-31],
  [[0, 5, 3, 9], 1],
  // One minus that of the other side, plus the point: alternative='less' of the same table is 0.99912587….
  [[1, 5, 8, 2], 0.9991258741258742],
];

describe('Fisher’s exact test', () => {
  for (const [[a, b, c, d], pValue] of FISHER) {
    it(`of ${a} of ${a + b} against ${c} of ${c + d}`, () => {
      const found = fisherUpperPValue(a, a + b, c, c + d);
      assert.ok(Math.abs(found - pValue) <= 1e-9 * pValue, `${found} for ${pValue}`);
    });
  }

  it('has nothing to say where a group is empty, or nothing or everything failed', () => {
    assert.equal(fisherUpperPValue(0, 0, 3, 9), 1);
    assert.equal(fisherUpperPValue(3, 9, 0, 0), 1);
    assert.equal(fisherUpperPValue(0, 10, 0, 90), 1);
    assert.equal(fisherUpperPValue(10, 10, 90, 90), 1);
  });
});

/** SciPy 1.17.1, stats.beta.ppf(0.999, x + 1, n − x). */
const BOUNDS: readonly [x: number, n: number, rate: number][] = [
  [0, 129, 0.052140022347761564],
  [0, 145, 0.04652272891647608],
  [0, 342, 0.019995499372304916],
  [0, 688, 0.009990106011106082],
  [3, 129, 0.09738861522328676],
  [12, 1287, 0.020876826827862086],
  [1, 2, 0.999499874937461],
];

describe('the highest rate that is not excluded', () => {
  for (const [x, n, rate] of BOUNDS) {
    it(`of ${x} of ${n}`, () => {
      const found = highestRate(x, n, 0.001);
      assert.ok(Math.abs(found - rate) <= 1e-9 * rate, `${found} for ${rate}`);
    });
  }

  it('is everything where all failed, or nothing came', () => {
    assert.equal(highestRate(129, 129, 0.001), 1);
    assert.equal(highestRate(0, 0, 0.001), 1);
  });
});
