import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  chance,
  count,
  counted,
  percent,
  points,
  seconds,
  splitText,
  times,
  timesLikelier,
} from '../src/number-text.js';

describe('numbers in sentences', () => {
  it('are grouped by thousands', () => {
    assert.deepEqual([0, 999, 1000, 1_234_567].map(count), ['0', '999', '1,000', '1,234,567']);
    assert.equal(counted(1, 'answer'), '1 answer');
    assert.equal(counted(0, 'answer'), '0 answers');
    assert.equal(counted(1200, 'answer'), '1,200 answers');
    assert.equal(counted(1, 'proxy', 'proxies'), '1 proxy');
    assert.equal(counted(1000, 'proxy', 'proxies'), '1,000 proxies');
  });
  it('have the digits that tell something', () => {
    assert.deepEqual([0.6, 0.69987, 0.00125, 1, 0].map(percent), [
      '60 %',
      '69.99 %',
      '0.13 %',
      '100 %',
      '0 %',
    ]);
    assert.equal(points(0.05), '5 points');
    assert.equal(splitText([{ name: 'v1' }, { name: 'v2' }], [0.6, 0.4]), 'v1 60 %, v2 40 %');
    assert.deepEqual([0.944, 4.8, 12.34, 60].map(seconds), ['0.94 s', '4.8 s', '12.3 s', '60 s']);
  });
  it('are bounded where they are tiny or huge', () => {
    assert.equal(chance(0.0312), 'p = 0.031');
    assert.equal(chance(0), 'p < 1e-16');
    assert.equal(timesLikelier(Math.log(1500.5)), '1,500 times likelier');
    assert.equal(timesLikelier(Math.log(1.9)), '1.0 times likelier');
    assert.deepEqual(['1', '1.2', '12'].map(times), ['1.0 times', '1.2 times', '12 times']);
    assert.equal(timesLikelier(40), 'over 10^17 times likelier');
  });
});
