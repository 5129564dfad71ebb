import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { durationAt, exceedances } from '../../../src/expect/comparison/exceedances.js';

describe('exceedances', () => {
  // Place 2048 + 5 holds 2058 and 2059 µs; below 2048 each has its own.
  const counts = [100, 3, 200, 4, 2053, 6];

  it('are counted above a duration, and of its own place the part above it', () => {
    for (const [micros, expected] of [
      [0, 13],
      [100, 13],
      [100.5, 11.5],
      [101, 10],
      [2058, 6],
      [2059, 3],
      [2060, 0],
    ] as const) {
      assert.equal(exceedances(counts, micros), expected, String(micros));
    }
  });

  it('come down to a level at a duration', () => {
    const at = durationAt(3, (micros) => exceedances(counts, micros));
    assert.ok(Math.abs(at - 2059) < 0.01, String(at));
  });
});
