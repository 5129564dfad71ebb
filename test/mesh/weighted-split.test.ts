import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { randomDraws } from '../../src/mesh/random.js';
import { weightedSplit, type VersionWeights } from '../../src/mesh/weighted-split.js';

describe('the draws of the mesh', () => {
  it('are the same for the same seed and differ for another', () => {
    const first = randomDraws(7);
    const again = randomDraws(7);
    const other = randomDraws(8);
    const draws = Array.from({ length: 5000 }, () => [first(), again(), other()] as const);
    assert.ok(draws.every(([a, b]) => a === b));
    assert.ok(draws.some(([a, , c]) => a !== c));
  });

  it('differ from run to run without a seed', () => {
    const [one, two] = [randomDraws(), randomDraws()];
    assert.notDeepEqual(
      Array.from({ length: 8 }, () => one()),
      Array.from({ length: 8 }, () => two()),
    );
  });

  it('lie in [0, 1) and fill its ten tenths evenly', () => {
    const draw = randomDraws(1);
    const tenths = new Array<number>(10).fill(0);
    for (let i = 0; i < 100_000; i += 1) {
      const value = draw();
      assert.ok(value >= 0 && value < 1);
      tenths[Math.floor(value * 10)]! += 1;
    }
    // Standard deviation 95: six of them are never seen with a seed chosen once.
    for (const count of tenths) assert.ok(Math.abs(count - 10_000) < 570, String(count));
  });
});

describe('a weighted split', () => {
  it('picks by the weights', () => {
    const split = weightedSplit({ v1: 60, v2: 40 }, randomDraws(3));
    const picked = { v1: 0, v2: 0 };
    for (let i = 0; i < 100_000; i += 1) picked[split.pick() as 'v1' | 'v2'] += 1;
    // Standard deviation 155 picks.
    assert.ok(Math.abs(picked.v1 - 60_000) < 900, String(picked.v1));
  });

  it('takes one draw for each pick and nothing but its place among the weights', () => {
    const points = [0, 0.0999, 0.1, 0.4999, 0.5, 0.999];
    const split = weightedSplit({ a: 10, none: 0, b: 40, c: 50 }, () => points.shift() ?? NaN);
    assert.deepEqual(
      Array.from({ length: 6 }, () => split.pick()),
      ['a', 'a', 'b', 'b', 'c', 'c'],
    );
  });

  it('never picks a weight of zero, whatever the draw', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 6 }),
        fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
        (weights, draw) => {
          fc.pre(weights.some((weight) => weight > 0));
          const named = Object.fromEntries(weights.map((weight, i) => [`v${i}`, weight]));
          return named[weightedSplit(named, () => draw).pick()]! > 0;
        },
      ),
    );
  });

  it('changes its weights between picks', () => {
    const split = weightedSplit({ v1: 1 }, randomDraws(1));
    assert.equal(split.pick(), 'v1');
    split.setWeights({ v2: 1 });
    assert.equal(split.pick(), 'v2');
  });

  it('refuses weights that make no split', () => {
    const wrong: VersionWeights[] = [
      {},
      { v1: 0 },
      { v1: -1, v2: 2 },
      { v1: NaN },
      { v1: Infinity },
    ];
    for (const weights of wrong) {
      assert.throws(() => weightedSplit(weights, () => 0), RangeError);
    }
  });
});
