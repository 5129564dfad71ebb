import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { probesNeeded } from '../../../src/expect/split/connection-probe.js';
import { decide } from './split-runs.js';

/** 32 connections that all got the first destination only. */
function onlyFirst(weights: number[], each = 40): ReturnType<typeof decide> {
  const row = weights.map((_, i) => (i === 0 ? each : 0));
  const counts = Array.from({ length: 32 }, () => row);
  const totals = row.map((count) => count * 32);
  return decide(weights, totals, { connections: { counts, neighbours: null } });
}

describe('connections of one request each', () => {
  it('are needed where one destination answered and the connections of the sample cannot tell', () => {
    assert.equal(probesNeeded(onlyFirst([90, 10]), 0.001), 73);
    assert.equal(probesNeeded(onlyFirst([99, 1]), 0.001), 757);
    // 32 connections are more than 15: that one has failed.
    assert.equal(onlyFirst([60, 40]).verdict, 'fail');
    assert.equal(probesNeeded(onlyFirst([60, 40]), 0.001), 0);
    assert.equal(probesNeeded(decide([90, 10], [1160, 127]), 0.001), 0);
  });
});
