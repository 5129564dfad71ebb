import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gradualEvidence } from '../../src/stats/gradual-change.js';
import { seededRandom } from '../../src/stats/random.js';

const BEFORE = [0.9, 0.1];
const AFTER = [0.5, 0.5];
const ENOUGH = Math.log(100);
const WINDOWS = 320;

/** Counts of windows, `each` answers in one. @param levelAt How much of the way is gone at a window. */
function series(
  random: () => number,
  each: number,
  levelAt: (window: number) => number,
  [before, after]: readonly [number, number] = [0.9, 0.5],
): number[][] {
  return Array.from({ length: WINDOWS }, (_, window) => {
    const share = before + levelAt(window) * (after - before);
    let first = 0;
    for (let i = 0; i < each; i++) if (random() < share) first += 1;
    return [first, each - first];
  });
}

const atOnce = (at: number) => (window: number) => (window < at ? 0 : 1);
const evenly = (at: number, length: number) => (window: number) =>
  Math.min(1, Math.max(0, (window + 0.5 - at) / length));
const inTwoSteps = (at: number, length: number) => (window: number) =>
  window < at ? 0 : window < at + length ? 0.5 : 1;

/** How many of so many runs are said to be gradual. */
function saidGradual(
  runs: number,
  each: number,
  courseOf: (at: number) => (window: number) => number,
  shares: readonly [number, number] = [0.9, 0.5],
): number {
  const random = seededRandom(7);
  const [before, after] = shares.map((share) => [share, 1 - share]);
  let said = 0;
  for (let run = 0; run < runs; run++) {
    const windows = series(random, each, courseOf(100 + (run % 50)), shares);
    if (gradualEvidence(windows, before!, after!, ENOUGH) >= ENOUGH) said += 1;
  }
  return said;
}

describe('a change that takes its time', () => {
  it('is not seen in one at once, in less than the hundredth that is allowed', () => {
    for (const [each, shares] of [
      [30, [0.9, 0.5]],
      [6, [0.9, 0.5]],
      [30, [1, 0.9]],
      [30, [0.5, 0.9]],
    ] as const) {
      const said = saidGradual(150, each, atOnce, shares);
      assert.ok(said <= 1, `${said} of 150 at ${shares.join(' to ')}`);
    }
  });

  it('has a ratio of mean 1 at most where the change is at once', () => {
    const random = seededRandom(3);
    const runs = 400;
    let sum = 0;
    for (let run = 0; run < runs; run++) {
      const windows = series(random, 2, atOnce(WINDOWS / 2), [0.7, 0.4]);
      sum += Math.min(1000, Math.exp(gradualEvidence(windows, [0.7, 0.3], [0.4, 0.6], 20)));
    }
    assert.ok(sum / runs <= 1, String(sum / runs));
  });

  it('is seen where enough answers fall into it', () => {
    // 16 windows of 31 answers: a second of 500 requests.
    const evenlyInOne = saidGradual(60, 31, (at) => evenly(at, 16));
    assert.ok(evenlyInOne >= 42, `${evenlyInOne} of 60`);
    assert.equal(
      saidGradual(20, 31, (at) => evenly(at, 80)),
      20,
    );
    assert.ok(saidGradual(20, 31, (at) => inTwoSteps(at, 20)) >= 19);
  });

  it('is not seen where there are no answers, nor a change', () => {
    const nothing = Array.from({ length: 10 }, () => [0, 0]);
    assert.ok(gradualEvidence(nothing, BEFORE, AFTER, ENOUGH) <= 0);
    assert.ok(gradualEvidence([], BEFORE, AFTER, ENOUGH) <= 0);
    const still = Array.from({ length: 200 }, () => [27, 3]);
    assert.ok(gradualEvidence(still, BEFORE, AFTER, ENOUGH) < ENOUGH);
  });
});
