import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { seededRandom } from '../../src/stats/random.js';
import { changeToUnknown, knownChange } from '../../src/stats/known-change.js';

const BEFORE = [0.9, 0.1];
const AFTER = [0.5, 0.5];
const LEVELS = [0, 0.25, 0.5, 0.75, 1];

const rows = fc.array(fc.array(fc.nat({ max: 20 }), { minLength: 2, maxLength: 2 }), {
  minLength: 1,
  maxLength: 7,
});

/** Log-likelihood of a window at a level, with the stray share that every distribution has. */
function logL(row: readonly number[], level: number): number {
  return row.reduce((sum, count, i) => {
    const share = (1 - level) * BEFORE[i]! + level * AFTER[i]!;
    return sum + count * Math.log(0.999 * share + 0.001 / 2);
  }, 0);
}

/** Every way of levels that only rise, one by one. */
function risingPaths(length: number, from = 0): number[][] {
  if (length === 0) return [[]];
  return LEVELS.slice(from).flatMap((level, above) =>
    risingPaths(length - 1, from + above).map((rest) => [level, ...rest]),
  );
}

function likelihoodOf(windows: readonly (readonly number[])[], levels: readonly number[]): number {
  return windows.reduce((sum, row, k) => sum + logL(row, levels[k]!), 0);
}

describe('a change between known distributions', () => {
  it('is where trying every position has it, at once and in steps', () => {
    fc.assert(
      fc.property(rows, (windows) => {
        const found = knownChange(windows, BEFORE, AFTER, 0.001);
        const atOnce = Array.from({ length: windows.length + 1 }, (_, k) =>
          likelihoodOf(
            windows,
            [...windows.keys()].map((at) => (at < k ? 0 : 1)),
          ),
        );
        const best = Math.max(...atOnce);
        const paths = risingPaths(windows.length);
        const inSteps = Math.max(...paths.map((path) => likelihoodOf(windows, path)));
        const near = (value: number, other: number): void => {
          assert.ok(Math.abs(value - other) < 1e-6, `${value} is not ${other}`);
        };
        near(atOnce[found.position]!, best);
        near(found.inSteps, inSteps - best);
        near(found.overBefore, best - atOnce.at(-1)!);
        near(found.overAfter, best - atOnce[0]!);
        const kept = [...atOnce.keys()].filter((k) => atOnce[k]! >= best - Math.log(2000) - 1e-9);
        assert.deepEqual(found.interval, [kept[0], kept.at(-1)]);
      }),
      { numRuns: 60 },
    );
  });

  it('has the true position among those that are not excluded, more often than asked for', () => {
    const random = seededRandom(11);
    const runs = 2000;
    let missed = 0;
    for (let run = 0; run < runs; run++) {
      const position = 100 + Math.floor(random() * 50);
      const windows = Array.from({ length: 300 }, (_, k) => {
        const isFirst = random() < (k < position ? BEFORE : AFTER)[0]!;
        return isFirst ? [1, 0] : [0, 1];
      });
      const { interval } = knownChange(windows, BEFORE, AFTER, 0.1);
      if (position < interval[0] || position > interval[1]) missed += 1;
    }
    assert.ok(missed / runs <= 0.1, `${missed} of ${runs}`);
    assert.ok(missed > 0, 'intervals that miss nothing at 0.1 are no intervals');
  });

  it('is found where what comes after is not known', () => {
    const windows = [
      ...new Array<number[]>(50).fill([9, 1]),
      ...new Array<number[]>(50).fill([3, 7]),
    ];
    const found = changeToUnknown(windows, BEFORE);
    assert.deepEqual(found?.shares, [0.3, 0.7]);
    // 500 answers, by the definition of relative entropy.
    const [p, q] = [0.999 * 0.9 + 0.0005, 0.999 * 0.1 + 0.0005];
    const expected = 500 * (0.3 * Math.log(0.3 / p) + 0.7 * Math.log(0.7 / q));
    assert.ok(Math.abs(found.gain - expected) < 1e-6);
    assert.equal(changeToUnknown([], BEFORE), null);
  });
});
