import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gTest, pearsonChiSquare } from '../../src/stats/goodness-of-fit.js';
import { assertClose, assertDigits, referenceValues } from './reference-values.js';

const equal = (counts: number[]): number[] => {
  const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  return counts.map(() => mean);
};

const dice = [16, 18, 16, 14, 12, 12];
const market = [1048, 660, 510, 420, 362];
const mendel = [315, 108, 101, 32];

describe('Pearson and G against published results', () => {
  const rows: [string, number[], number[], string, string | null, string | null, string | null][] =
    [
      [
        'scipy, equal',
        dice,
        equal(dice),
        '2.0',
        '0.8491450360846096',
        '2.006573162632538',
        '0.8482347677946',
      ],
      [
        'scipy, expected given',
        dice,
        [16, 16, 16, 16, 16, 8],
        '3.5',
        '0.623387627749582',
        '3.3281031458963746',
        null,
      ],
      [
        'scipy tests, equal',
        [4, 8, 12, 8],
        [8, 8, 8, 8],
        '4',
        '0.26146412994911',
        '4.185985150116383',
        null,
      ],
      ['scipy tests', [4, 8, 12, 8], [2, 16, 12, 2], '24', null, '16.635532333438686', null],
      [
        'R, first',
        market,
        [1020, 690, 510, 420, 360],
        '2.084086388178453',
        '0.72029651761105',
        null,
        null,
      ],
      [
        'R, second',
        market,
        [1050, 660, 510, 420, 360],
        '0.01492063492063492',
        '0.999972309849908',
        null,
        null,
      ],
      [
        'R XNomial',
        mendel,
        [9, 3, 3, 1].map((w) => (w * 556) / 16),
        '0.4700239808',
        '0.925425895',
        null,
        null,
      ],
    ];
  for (const [name, observed, expected, x2, p, g, gp] of rows) {
    it(name, () => {
      const pearson = pearsonChiSquare(observed, expected);
      assertDigits(pearson.statistic, x2, 'X²');
      if (p !== null) assertDigits(pearson.pValue, p, 'p');
      const likelihood = gTest(observed, expected);
      if (g !== null) assertDigits(likelihood.statistic, g, 'G');
      if (gp !== null) assertDigits(likelihood.pValue, gp, 'p of G');
      assert.equal(pearson.df, observed.length - 1);
    });
  }
});

describe('1,000 random tables, expected counts from 1e-3, totals up to 1e9', () => {
  const rows = referenceValues().goodnessOfFit;
  it('span the range they claim', () => {
    assert.equal(rows.length, 1000);
    assert.ok(Math.min(...rows.flatMap((row) => row.expected)) <= 2e-3);
    assert.ok(Math.max(...rows.flatMap((row) => row.observed)) > 4e8);
  });
  it('have the statistics and p-values of SciPy', () => {
    for (const [i, row] of rows.entries()) {
      const pearson = pearsonChiSquare(row.observed, row.expected);
      assert.ok(Math.abs(pearson.statistic / row.statistic - 1) < 1e-9, `X² of table ${i}`);
      assertClose(pearson.pValue, row.pValue, `p of table ${i}`);
      const g = gTest(row.observed, row.expected);
      assert.ok(Math.abs(g.statistic - row.g) < 1e-9 * Math.max(1, row.g), `G of table ${i}`);
      assertClose(g.pValue, row.gPValue, `p of G of table ${i}`);
    }
  });
});

describe('wrong tables', () => {
  it('are refused', () => {
    assert.throws(() => pearsonChiSquare([1, 2], [1, 1, 1]), RangeError);
    assert.throws(() => pearsonChiSquare([1], [1]), RangeError);
    assert.throws(() => gTest([1, 2], [3, 0]), RangeError);
  });
});
