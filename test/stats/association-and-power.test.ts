import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  chiSquarePower,
  chiSquareQuantile,
  chiSquareSampleSize,
  cohensW,
  noncentralityForPower,
} from '../../src/stats/chi-square-power.js';
import { chiSquareUpperTail } from '../../src/stats/chi-square-distribution.js';
import { contingencyTest } from '../../src/stats/contingency.js';
import { fUpperTail } from '../../src/stats/f-distribution.js';
import { pearsonChiSquare } from '../../src/stats/goodness-of-fit.js';
import { holmAdjusted } from '../../src/stats/holm.js';
import {
  noncentralChiSquareLowerTail,
  noncentralChiSquareUpperTail,
} from '../../src/stats/noncentral-chi-square.js';
import { equalNeighbourMoments } from '../../src/stats/runs.js';
import { tQuantile } from '../../src/stats/t-distribution.js';
import { assertClose, assertDigits, referenceValues } from './reference-values.js';

describe('homogeneity', () => {
  it('is that of SciPy', () => {
    const result = contingencyTest([
      [10, 10, 20],
      [20, 20, 20],
    ]);
    assert.ok(result);
    assertDigits(result.statistic, '2.7777777778', 'X²');
    assertDigits(result.pValue, '0.2493522088', 'p');
    assertDigits(result.gStatistic, '2.7688587617', 'G');
    assert.equal(result.df, 2);
  });
  it('V is 1 when each row has a column of its own and 0 when all are alike', () => {
    const pinned = contingencyTest([
      [100, 0],
      [0, 50],
      [80, 0],
    ]);
    assert.ok(Math.abs((pinned?.cramersV ?? 0) - 1) < 1e-12);
    const alike = contingencyTest([
      [60, 40],
      [30, 20],
    ]);
    assert.equal(alike?.cramersV, 0);
  });
  it('does not count empty rows and columns, and needs two of each', () => {
    const rows = [
      [10, 0, 20],
      [0, 0, 0],
      [20, 0, 20],
    ];
    assert.equal(contingencyTest(rows)?.df, 1);
    assert.equal(contingencyTest([[1, 2]]), null);
    assert.equal(
      contingencyTest([
        [3, 0],
        [4, 0],
      ]),
      null,
    );
    assert.equal(contingencyTest([]), null);
  });
  it('of pinned connections tested as requests is absurd, as connections it is not', () => {
    const asRequests = pearsonChiSquare([800, 200], [900, 100]);
    assertDigits(asRequests.statistic, '111.111', 'X²');
    assertDigits(asRequests.pValue, '5.6e-26', 'p');
    assertDigits(chiSquareUpperTail(asRequests.statistic / 100, 1), '0.29184', 'p');
  });
});

describe('runs', () => {
  it('have the mean and variance of Wald and Wolfowitz', () => {
    const { mean, variance, pairs } = equalNeighbourMoments([900, 100]);
    assert.equal(pairs, 999);
    assert.ok(Math.abs(1000 - mean - 181) < 1e-9);
    assertDigits(variance, '32.252252', 'variance');
    assertDigits((200 - 181) / Math.sqrt(variance), '3.345597', 'z');
  });
  it('have the moments of all orders', () => {
    // aabc: every order of two a, one b, one c.
    const items = ['a', 'a', 'b', 'c'];
    const equal: number[] = [];
    const permute = (left: string[], done: string[]): void => {
      if (left.length === 0) equal.push(done.filter((x, i) => i > 0 && x === done[i - 1]).length);
      for (const [i, item] of left.entries()) permute(left.toSpliced(i, 1), [...done, item]);
    };
    permute(items, []);
    const mean = equal.reduce((a, b) => a + b) / equal.length;
    const variance = equal.reduce((sum, x) => sum + (x - mean) ** 2, 0) / equal.length;
    const moments = equalNeighbourMoments([2, 1, 1]);
    assert.ok(Math.abs(moments.mean - mean) < 1e-12);
    assert.ok(Math.abs(moments.variance - variance) < 1e-12);
    assert.deepEqual(equalNeighbourMoments([1, 0]), { pairs: 0, mean: 0, variance: 0 });
  });
});

describe('F, t and noncentral chi-square', () => {
  it('are those of SciPy', () => {
    for (const { f, t, noncentral } of referenceValues().continuous) {
      assertClose(fUpperTail(f[0], f[1], f[2]), f[3], `P(F(${f[1]}, ${f[2]}) ≥ ${f[0]})`);
      assertClose(tQuantile(t[0], t[1]), t[2], `t of ${t[0]} at ${t[1]}`);
      const [x, df, lambda, upper, lower] = noncentral;
      const what = `noncentral χ²(${df}, ${lambda}) at ${x}`;
      assertClose(noncentralChiSquareUpperTail(x, df, lambda), upper, what);
      assertClose(noncentralChiSquareLowerTail(x, df, lambda), lower, what);
    }
  });
});

describe('power of the chi-square test', () => {
  it('is that of R pwr', () => {
    assertDigits(chiSquarePower(1000, 0.1, 4, 0.05), '0.715986350467412', 'w .1, N 1000');
    assertDigits(chiSquarePower(100, 0.1, 4, 0.05), '0.1054845044462312', 'w .1, N 100');
    assertDigits(chiSquarePower(30_000, 0.005, 4, 0.05), '0.0904799545200348', 'w .005');
  });
  it('has the effect size of R ES.w1', () => {
    const w = cohensW([1050, 660, 510, 420, 360], [1020, 690, 510, 420, 360]);
    assertDigits(w, '0.02699815282115563', 'w');
  });
  it('needs the known noncentralities', () => {
    const rows: [number, number, number, string][] = [
      [1, 0.05, 0.8, '7.8489'],
      [1, 0.01, 0.9, '14.8794'],
      [1, 0.001, 0.9, '20.9039'],
      [2, 0.05, 0.8, '9.6347'],
      [2, 0.01, 0.9, '17.4267'],
      [2, 0.001, 0.9, '23.8173'],
    ];
    for (const [df, alpha, power, printed] of rows) {
      assertDigits(noncentralityForPower(power, df, alpha), printed, `df ${df}, α ${alpha}`);
    }
  });
  it('is reached by the sample size and not by one less', () => {
    const n = chiSquareSampleSize(0.1, 4, 0.05, 0.8);
    assert.ok(chiSquarePower(n, 0.1, 4, 0.05) >= 0.8);
    assert.ok(chiSquarePower(n - 1, 0.1, 4, 0.05) < 0.8);
  });
  it('uses quantiles that invert the tail', () => {
    for (const alpha of [0.5, 0.05, 1e-3, 1e-9]) {
      const back = chiSquareUpperTail(chiSquareQuantile(alpha, 3), 3);
      assert.ok(Math.abs(back / alpha - 1) < 1e-10, String(alpha));
    }
  });
});

describe('Holm', () => {
  it('steps down and never below the step before', () => {
    const adjusted = holmAdjusted([0.01, 0.04, 0.03, 0.005]);
    const expected = [0.03, 0.06, 0.06, 0.02];
    for (const [i, value] of expected.entries()) {
      assert.ok(Math.abs((adjusted[i] ?? 0) - value) < 1e-15);
    }
    assert.deepEqual(holmAdjusted([0.7, 0.6]), [1, 1]);
    assert.deepEqual(holmAdjusted([]), []);
  });
});
