import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { logMean, logSum, logSumOfTwo } from '../../src/stats/log-sum.js';

const isNear = (actual: number, expected: number): void => {
  assert.ok(Math.abs(actual - expected) < 1e-12, `${actual} in place of ${expected}`);
};

describe('sums of numbers that are given as their logarithms', () => {
  it('are those of the numbers', () => {
    const numbers = [0.5, 3, 0.25, 8];
    const logs = numbers.map(Math.log);
    isNear(logSum(logs), Math.log(11.75));
    isNear(logMean(logs), Math.log(11.75 / 4));
    isNear(logSumOfTwo(Math.log(3), Math.log(8)), Math.log(11));
    isNear(logSumOfTwo(Math.log(8), Math.log(3)), Math.log(11));
  });

  it('hold where the numbers themselves are beyond what can be written down', () => {
    isNear(logSum([-5000, -5000]), Math.LN2 - 5000);
    isNear(logSum([5000, 4000]), 5000);
    isNear(logSumOfTwo(-5000, -5000), Math.LN2 - 5000);
  });

  it('take zeros, and are zero of nothing else', () => {
    isNear(logSum([-Infinity, 1]), 1);
    isNear(logSumOfTwo(1, -Infinity), 1);
    assert.equal(logSum([-Infinity, -Infinity]), -Infinity);
    assert.equal(logSumOfTwo(-Infinity, -Infinity), -Infinity);
    assert.equal(logSum([]), -Infinity);
  });
});
