import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { leaningRatio } from '../../src/stats/leaning-shares.js';
import { peakValue } from '../../src/stats/maximum.js';
import { partlyPinnedRatio } from '../../src/stats/partly-pinned.js';

/** Groups of equal size with these hits. */
const groups = (hits: readonly number[], trials: number): { hits: number; trials: number }[] =>
  hits.map((some) => ({ hits: some, trials }));

function assertNear(actual: number, expected: number, within: number): void {
  assert.ok(Math.abs(actual - expected) <= within, `${actual} for ${expected}`);
}

describe('the largest value of a function', () => {
  it('is found inside and at the ends', () => {
    assertNear(
      peakValue((x) => 3 - (x - 0.7) ** 2, 0, 1, 25),
      3,
      1e-9,
    );
    assertNear(
      peakValue((x) => x, 0, 1, 30),
      1,
      1e-5,
    );
  });
});

// Both against scipy: likelihoods of scipy.stats.betabinom and binom, maximised by Nelder-Mead and on grids.
describe('groups that lean', () => {
  const free = groups([70, 61, 55, 80, 47, 66, 52, 58], 100);
  it('have the ratio of the beta-binomial', () => {
    assertNear(leaningRatio(free, 0.4), 13.890066, 1e-3);
    assertNear(leaningRatio(free, 0.6), 0.108197, 1e-3);
    assertNear(
      leaningRatio(groups([100, 99, 100, 92, 100, 100, 98, 100], 100), 0.9),
      3.680006,
      1e-3,
    );
  });
  it('are the same seen from the other side, and in any order', () => {
    const others = free.map(({ hits, trials }) => ({ hits: trials - hits, trials })).reverse();
    assertNear(leaningRatio(others, 0.6), leaningRatio(free, 0.4), 1e-4);
  });
  it('say little where almost all of them are of one mind, much where they differ like draws', () => {
    assert.ok(leaningRatio(groups([3, 0, 0, 0, 0, 0, 0, 0], 1800), 0.01) < 4);
    assert.ok(leaningRatio(groups([5, 4, 6, 5, 3, 7, 5, 4], 1800), 0.01) > 15);
  });
  it('take groups of one trial as draws', () => {
    const single = groups(
      [...Array.from({ length: 70 }, () => 1), ...Array.from({ length: 30 }, () => 0)],
      1,
    );
    const binomial = 2 * (70 * Math.log(0.7 / 0.6) + 30 * Math.log(0.3 / 0.4));
    assertNear(leaningRatio(single, 0.6), binomial, 1e-3);
  });
});

describe('groups that may be pinned in part', () => {
  const some = [18, 17, 19, 16, 18];
  const hits = [...Array.from({ length: 9 }, () => 20), ...some, ...some, ...some, ...some];
  hits.push(17, 19, 17, 19, 17, 19);
  it('have the ratio of the mixture', () => {
    assertNear(partlyPinnedRatio(groups(hits, 20), 0.85), 10.088422, 1e-3);
  });
  it('are no question where none is pure, or pure ones are too few', () => {
    assert.equal(partlyPinnedRatio(groups([12, 9, 14], 20), 0.5), Infinity);
    assert.equal(partlyPinnedRatio(groups(hits, 20), 0.95), Infinity);
    assert.equal(partlyPinnedRatio(groups([1, 0, 1, 1], 1), 0.6), Infinity);
  });
  it('explain even what no free draws could', () => {
    const pinned = [...groups([400, 400, 400, 400, 0], 400), ...groups([270, 280, 275], 400)];
    assert.ok(partlyPinnedRatio(pinned, 0.7) < 1);
    assert.ok(partlyPinnedRatio(pinned, 0.4) > 20);
  });
});
