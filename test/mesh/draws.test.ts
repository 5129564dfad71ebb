import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { changingWeights } from '../../src/mesh/changing-weights.js';
import { splitBy } from '../../src/mesh/draws.js';
import { randomDraws } from '../../src/mesh/random.js';
import { type WeightedSplit, weightedSplit } from '../../src/mesh/weighted-split.js';

const WEIGHTS = { v1: 60, v2: 40 };

function picks(split: WeightedSplit, count: number): string[] {
  return Array.from({ length: count }, () => split.pick());
}

function part(of: readonly string[], version: string): number {
  return of.filter((one) => one === version).length / of.length;
}

/** Parts of neighbours that are the same. */
function alike(of: readonly string[]): number {
  return of.filter((one, i) => i > 0 && one === of[i - 1]).length / (of.length - 1);
}

describe('draws that hang together', () => {
  it('in runs: the weights on average, and as many neighbours alike as runs of that length give', () => {
    for (const meanRequests of [8, 32]) {
      const drawn = picks(
        splitBy({ kind: 'runs', meanRequests }, WEIGHTS, randomDraws(5)),
        200_000,
      );
      const runs = 200_000 / meanRequests;
      // Five standard deviations of the mean of so many draws; lengths of runs double the variance.
      const reach = 5 * Math.sqrt((2 * 0.24) / runs);
      assert.ok(Math.abs(part(drawn, 'v1') - 0.6) < reach, String(part(drawn, 'v1')));
      // A new draw is the same again with .6² + .4² = .52.
      const expected = 1 - 0.48 / meanRequests;
      assert.ok(Math.abs(alike(drawn) - expected) < 0.003, String(alike(drawn)));
    }
  });

  it('by the clock: one version a slot, and a new draw for the next', () => {
    let nowMs = 3;
    const split = splitBy({ kind: 'slots', slotMs: 10 }, WEIGHTS, randomDraws(5), () => nowMs);
    const slots: string[] = [];
    for (; nowMs < 40_000; nowMs += 10) {
      const drawn = new Set(picks(split, 4));
      assert.equal(drawn.size, 1);
      slots.push(...drawn);
    }
    // Standard deviation .0077.
    assert.ok(Math.abs(part(slots, 'v1') - 0.6) < 0.04, String(part(slots, 'v1')));
    assert.ok(Math.abs(alike(slots) - 0.52) < 0.05, String(alike(slots)));
  });

  it('in turn: as smooth weighted round robin does, from any place of the cycle', () => {
    // nginx, server weights 5, 1, 1: a a b a c a a.
    const cycle = 'aabacaa';
    for (const start of [0, 0.031, 0.066, 0.5]) {
      const split = splitBy({ kind: 'in-turn' }, { a: 5, b: 1, c: 1 }, () => start);
      const drawn = picks(split, 7).join('');
      assert.ok((cycle + cycle).includes(drawn), drawn);
      assert.equal(picks(split, 7).join(''), drawn);
    }
    const fresh = splitBy({ kind: 'in-turn' }, { a: 5, b: 1, c: 1 }, () => 0);
    assert.equal(picks(fresh, 7).join(''), cycle);
    fresh.setWeights({ b: 1, c: 0 });
    assert.equal(picks(fresh, 3).join(''), 'bbb');
  });

  it('follow other weights at once', () => {
    for (const draws of [
      { kind: 'runs', meanRequests: 1e6 },
      { kind: 'slots', slotMs: 1e9 },
      { kind: 'in-turn' },
    ] as const) {
      const split = splitBy(draws, { v1: 1 }, randomDraws(1));
      assert.equal(split.pick(), 'v1');
      split.setWeights({ v2: 1 });
      assert.equal(split.pick(), 'v2');
      assert.throws(() => {
        split.setWeights({ v1: -1 });
      }, RangeError);
    }
  });
});

describe('weights that change by themselves', () => {
  const from = { v1: 80, v2: 20 };
  const changing = (change: Parameters<typeof changingWeights>[2]): WeightedSplit =>
    changingWeights(weightedSplit(from, randomDraws(9)), from, change);

  it('drift from the ones to the others, and stay there', () => {
    const split = changing({ kind: 'drift', to: { v1: 2, v2: 3 }, overRequests: 100_000 });
    const drawn = picks(split, 150_000);
    for (const [begin, expected] of [
      [0, 0.78],
      [45_000, 0.6],
      [90_000, 0.42],
      [140_000, 0.4],
    ] as const) {
      // Standard deviation .005.
      const share = part(drawn.slice(begin, begin + 10_000), 'v1');
      assert.ok(Math.abs(share - expected) < 0.025, `${begin}: ${share}`);
    }
  });

  it('swing to the others and back', () => {
    const split = changing({ kind: 'periodic', to: { v2: 1 }, periodRequests: 100 });
    const halves = [0, 0];
    for (let i = 0; i < 10_000; i += 1) {
      if (split.pick() === 'v1') halves[i % 100 < 50 ? 0 : 1]! += 1;
    }
    // Standard deviation 28.
    assert.ok(Math.abs(halves[0]! - 4000) < 160, String(halves[0]));
    assert.equal(halves[1], 0);
  });

  it('do so no longer once others are set', () => {
    const split = changing({ kind: 'periodic', to: { v2: 1 }, periodRequests: 2 });
    split.setWeights({ v1: 1 });
    assert.deepEqual(new Set(picks(split, 100)), new Set(['v1']));
  });

  it('are refused where they lead to none', () => {
    assert.throws(() => changing({ kind: 'drift', to: { v1: 0 }, overRequests: 10 }), RangeError);
  });
});
