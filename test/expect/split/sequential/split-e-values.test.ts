import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Cell } from '../../../../src/expect/split/draws/cell.js';
import { splitEValues } from '../../../../src/expect/split/sequential/split-e-values.js';

function cellsOf(shares: readonly number[], counts: readonly number[]): Cell[] {
  return shares.map((share, i) => ({ share, tolerance: 0.05, observed: counts[i] ?? 0 }));
}

describe('evidence of a split with missing answers', () => {
  const shares = [0.2, 0.3, 0.5];
  const counts = [11, 22, 27];
  it('is the least that any allocation gives', () => {
    const missing = 9;
    const least = { within: Infinity, notTheWeights: Infinity };
    for (let a = 0; a <= missing; a += 1) {
      for (let b = 0; a + b <= missing; b += 1) {
        const full = [counts[0]! + a, counts[1]! + b, counts[2]! + missing - a - b];
        const { within, notTheWeights } = splitEValues(cellsOf(shares, full), 0, 1);
        least.within = Math.min(least.within, within);
        least.notTheWeights = Math.min(least.notTheWeights, notTheWeights);
      }
    }
    const worst = splitEValues(cellsOf(shares, counts), missing, 1);
    assert.ok(Math.abs(worst.notTheWeights - least.notTheWeights) < 1e-12);
    assert.ok(Math.abs(worst.within - least.within) < 1e-12);
  });
  it('is never more than that of an allocation, for a share off by half its tolerance', () => {
    const worst = splitEValues(cellsOf([0.6, 0.4], [80, 10]), 12, 1).beyondHalf;
    for (let a = 0; a <= 12; a += 1) {
      const full = splitEValues(cellsOf([0.6, 0.4], [80 + a, 22 - a]), 0, 1).beyondHalf;
      assert.ok(worst <= full + 1e-12, `${a}: ${worst} above ${full}`);
    }
  });
  it('shrinks with what a draw is worth', () => {
    const full = splitEValues(cellsOf(shares, counts), 0, 1);
    const half = splitEValues(cellsOf(shares, counts), 0, 0.5);
    assert.equal(half.within, full.within / 2);
    assert.equal(half.notTheWeights, full.notTheWeights / 2);
  });
});
