import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findAll } from '../../../../src/expect/split/findings/index.js';
import type { Finding } from '../../../../src/finding.js';
import { seededRandom } from '../../../../src/stats/random.js';
import { drawing, type Picker, simulate, type SimulatedRun } from './healthy-runs.js';

const SIXTY_FORTY: SimulatedRun = {
  weights: [60, 40],
  requests: 3089,
  pick: drawing([0.6, 0.4]),
};

function findings(run: Partial<SimulatedRun>, seed = 1): Finding[] {
  return findAll(simulate({ ...SIXTY_FORTY, ...run }, seededRandom(seed)));
}

function codes(run: Partial<SimulatedRun>, seed = 1): string[] {
  return findings(run, seed).map(({ code }) => code);
}

/** From one share on to another. */
function changingAt(request: number, before: readonly number[], after: readonly number[]): Picker {
  const [first, second] = [drawing(before), drawing(after)];
  return (at, ...rest) => (at < request ? first : second)(at, ...rest);
}

describe('a backend that is lost', () => {
  it('is named, and the weights did not change', () => {
    for (let seed = 1; seed <= 40; seed += 1) {
      const all = findings({ fails: (to, i) => to === 1 && i >= 1000 }, seed);
      const found = all.map(({ code }) => code);
      assert.ok(found.includes('backend-lost'), found.join());
      assert.ok(!found.includes('weights-changed-during-run'), found.join());
      const { summary, evidence } = all.find(({ code }) => code === 'backend-lost')!;
      assert.match(summary, /^'v2' was lost about (1[89]|2\d)(\.\d+)? s into the sample/);
      assert.match(
        evidence,
        /'v2' gave (3|4)\d(\.\d+)? % of the answers .* and [0-4](\.\d+)? % otherwise/,
      );
    }
  });

  it('is none where this side gave requests up, as an interrupted run does with those in flight', () => {
    const run = {
      ...{ weights: [80, 20], pick: drawing([0.8, 0.2]), requests: 2500 },
      fails: (_to: number, i: number): boolean => i >= 2326 && i % 3 > 0,
    };
    const given = (cancelled: number): number[] =>
      Array.from({ length: 40 }, (_, seed) => seed).filter((seed) =>
        codes({ ...run, cancelled }, seed).includes('backend-lost'),
      );
    assert.deepEqual(given(116), []);
    assert.notDeepEqual(given(0), []);
    // They may have waited for one that is lost: then the others' answers have told.
    const hung = { fails: (to: number, i: number): boolean => to === 1 && i >= 2900 };
    assert.ok(codes({ ...hung, cancelled: 76 }).includes('backend-lost'));
  });

  it('is one as well where it comes back, or where one of two pods is left', () => {
    const outage = (to: number, i: number): boolean => to === 0 && i >= 1000 && i < 1600;
    assert.ok(codes({ fails: outage }).includes('backend-lost'));
    const half = (to: number, i: number): boolean => to === 1 && i >= 1500 && i % 2 === 0;
    const found = codes({ fails: half });
    assert.ok(found.includes('backend-lost'), found.join());
    assert.ok(!found.includes('weights-changed-during-run'));
  });

  it('is no return to the previous weights', () => {
    const run = { weights: [60, 40], previousWeights: [95, 5] };
    const found = codes({ ...run, fails: (to, i) => to === 1 && i < 400 });
    assert.ok(!found.includes('weights-changed-during-run'), found.join());
  });

  it('is none where the weights changed, few requests fail or all fail alike', () => {
    const pick = changingAt(1500, [0.6, 0.4], [0.9, 0.1]);
    assert.ok(codes({ pick }).includes('weights-changed-during-run'));
    const few = codes({ pick, fails: (_, i) => i % 200 === 7 });
    assert.ok(few.includes('weights-changed-during-run') && !few.includes('backend-lost'));
    const both = codes({ fails: (_, i) => i >= 1500 && i % 3 === 0 });
    assert.ok(!both.includes('backend-lost'), both.join());
    assert.ok(!codes({ fails: (to) => to === 1 }).includes('backend-lost'));
  });

  it('is none where all went away together', () => {
    for (const seed of [1, 2, 3, 4, 5, 6, 7, 8]) {
      const found = codes({ requests: 876, fails: (_, i) => i >= 812 }, seed);
      assert.deepEqual(found, [], `seed ${seed}`);
    }
  });
});
