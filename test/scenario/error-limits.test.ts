import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { InputError } from '../../src/input-error.js';
import { parseErrorLimits, parseErrorRateShown } from '../../src/scenario/error-limits.js';

describe('error limits', () => {
  const table: [text: string, all: number, byDestination: Record<string, number>][] = [
    ['0.05', 0.05, {}],
    ['5%', 0.05, {}],
    ['0', 0, {}],
    ['1e-3', 0.001, {}],
    ['v2=0.5%', 0.01, { v2: 0.005 }],
    ['2%, v2 = 0.5%,v3=0.03', 0.02, { v2: 0.005, v3: 0.03 }],
    ['a/b=100%', 0.01, { 'a/b': 1 }],
  ];
  for (const [text, maxErrorRate, byDestination] of table) {
    it(text, () => {
      assert.deepEqual(parseErrorLimits(text, 0.01), { maxErrorRate, byDestination });
    });
  }

  for (const wrong of [
    '',
    '5',
    '101%',
    '-1%',
    'v2',
    'v2=',
    'v2=5',
    '1%,2%',
    'v2=1%,v2=2%',
    '1,%',
  ]) {
    it(`refuses "${wrong}"`, () => {
      assert.throws(() => parseErrorLimits(wrong, 0.01), InputError);
    });
  }

  it('say how a number above 1 is written', () => {
    const meant = 'a number without a unit is a share from 0 to 1; for 5 per cent write';
    assert.throws(() => parseErrorLimits('5', 0.01), {
      message: `--max-error-rate: '5' is not an error rate: ${meant} '5%' or '0.05'`,
    });
    assert.throws(() => parseErrorLimits('v2=5', 0.01), {
      message: `--max-error-rate: 'v2=5' is not an error rate: ${meant} 'v2=5%' or 'v2=0.05'`,
    });
    assert.throws(() => parseErrorRateShown('5'), {
      message: `--error-rate-shown: '5' is not an error rate that can be excluded: ${meant} '5%' or '0.05'`,
    });
  });

  it('are excluded between nothing and everything', () => {
    assert.equal(parseErrorRateShown('2%'), 0.02);
    assert.equal(parseErrorRateShown('0.02'), 0.02);
    for (const wrong of ['', '0', '0%', '100%', '1', '2', 'v2=2%']) {
      assert.throws(() => parseErrorRateShown(wrong), InputError, wrong);
    }
  });
});
