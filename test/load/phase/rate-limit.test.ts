import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RateLimit } from '../../../src/load/phase/rate-limit.js';

/** How many go at a moment. */
function goAt(limit: RateLimit, nowMs: number): number {
  let count = 0;
  for (; limit.waitMs(nowMs) === 0; count++) limit.take(nowMs);
  return count;
}

describe('RateLimit', () => {
  it('lets the first go at once, and each next one an interval later', () => {
    const limit = new RateLimit(500, 1000);
    assert.equal(goAt(limit, 1000), 1);
    assert.equal(limit.waitMs(1000), 2);
    assert.deepEqual([goAt(limit, 1001), goAt(limit, 1002), goAt(limit, 1003)], [0, 1, 0]);
  });

  it('makes up for late timers', () => {
    const limit = new RateLimit(500, 0);
    let gone = 0;
    for (let nowMs = 0; nowMs < 1000; nowMs += 7) gone += goAt(limit, nowMs);
    // The last look is at 994 ms.
    assert.equal(gone, 994 / 2 + 1);
  });

  it('does not make up for a peer that stood still', () => {
    const limit = new RateLimit(500, 0);
    goAt(limit, 0);
    // 50 ms are made up for, and the moment itself has one.
    assert.equal(goAt(limit, 5000), 26);
    assert.equal(goAt(limit, 5002), 1);
  });
});
