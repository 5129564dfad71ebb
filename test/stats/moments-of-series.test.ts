import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { seededRandom } from '../../src/stats/random.js';
import { momentsOfSeries } from '../../src/stats/moments-of-series.js';

const BEFORE = [0.9, 0.1];
const AFTER = [0.5, 0.5];
const SERIES = 24;
const WINDOWS = 160;
/** Answers of a series in a window. */
const EACH = 2;

/** @param levelOf How much of the way a series has gone at a window. */
function seriesOf(
  random: () => number,
  levelOf: (series: number, window: number) => number,
): number[][][] {
  return Array.from({ length: SERIES }, (_, series) =>
    Array.from({ length: WINDOWS }, (_unused, window) => {
      const share = BEFORE[0]! + levelOf(series, window) * (AFTER[0]! - BEFORE[0]!);
      let first = 0;
      for (let i = 0; i < EACH; i++) if (random() < share) first += 1;
      return [first, EACH - first];
    }),
  );
}

const groupsIn = (series: number[][][], alpha = 0.001) =>
  momentsOfSeries(series, BEFORE, AFTER, alpha);

describe('series that change at different moments', () => {
  it('are told apart, each with its moment', () => {
    const random = seededRandom(1);
    for (let run = 0; run < 5; run++) {
      const windows = seriesOf(random, (series, k) => (k < (series % 3 === 0 ? 60 : 80) ? 0 : 1));
      const groups = groupsIn(windows);
      assert.equal(groups.length, 2);
      const [early, late] = groups;
      const isMeant = (series: number, group: 0 | 1): boolean =>
        (series % 3 === 0) === (group === 0);
      const strangers = [
        ...early!.members.filter((series) => !isMeant(series, 0)),
        ...late!.members.filter((series) => !isMeant(series, 1)),
      ];
      assert.ok(strangers.length <= 1, strangers.join());
      for (const [group, at] of [[early, 60] as const, [late, 80] as const]) {
        assert.ok(group!.interval[0] <= at && at <= group!.interval[1], JSON.stringify(group));
      }
    }
  });

  it('are told from those that stay behind', () => {
    const stale = seriesOf(seededRandom(2), (series, k) => (series < 4 || k < 60 ? 0 : 1));
    const [changed, staying, ...others] = groupsIn(stale);
    assert.deepEqual(others, []);
    assert.deepEqual(staying!.members, [0, 1, 2, 3]);
    assert.equal(staying!.interval[1], WINDOWS);
    assert.ok(changed!.interval[1] < WINDOWS);
  });

  it('are not seen where all change at once, nor where all go little by little', () => {
    const random = seededRandom(3);
    const courses = [
      (k: number) => (k < 70 ? 0 : 1),
      (k: number) => Math.min(1, Math.max(0, (k - 40) / 60)),
      (k: number) => (k < 50 ? 0 : k < 90 ? 0.5 : 1),
    ];
    for (const course of courses) {
      for (let run = 0; run < 20; run++) {
        assert.equal(
          groupsIn(
            seriesOf(random, (_, k) => course(k)),
            0.05,
          ).length,
          1,
        );
      }
    }
  });

  it('leave out series without answers, and are none without any', () => {
    const [some] = seriesOf(seededRandom(4), (_, k) => (k < 80 ? 0 : 1));
    const silent = some!.map(() => [0, 0]);
    assert.deepEqual(
      groupsIn([silent, some!]).map(({ members }) => members),
      [[1]],
    );
    assert.deepEqual(groupsIn([silent]), []);
    assert.deepEqual(groupsIn([]), []);
  });
});
