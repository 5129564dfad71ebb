import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { lookAtSplit } from '../../../../src/expect/split/sequential/look.js';
import { seededRandom } from '../../../../src/stats/random.js';
import { evidenceOf, RULE } from '../split-runs.js';

const SEQUENTIAL = { ...RULE, design: 'sequential' } as const;

interface Runs {
  meanRequests: number;
  medianRequests: number;
  passed: number;
  failed: number;
}

/**
 * Runs of a gateway that gives v1 a share, looked at each so many requests until the cap.
 *
 * @param connections They are taken in turn; 0 where they are not known.
 */
function simulated(
  weights: readonly [number, number],
  share: number,
  {
    every,
    cap,
    runs,
    connections = 0,
  }: { every: number; cap: number; runs: number; connections?: number },
): Runs {
  const sizes: number[] = [];
  const ends = { pass: 0, fail: 0 };
  for (let run = 1; run <= runs; run += 1) {
    const random = seededRandom(run);
    const counts = [0, 0];
    const rows = Array.from({ length: connections }, () => [0, 0]);
    for (let n = 1; ; n += 1) {
      const destination = random() < share ? 0 : 1;
      counts[destination]! += 1;
      const row = rows[n % Math.max(1, connections)];
      if (row !== undefined) row[destination]! += 1;
      if (n % every !== 0 && n < cap) continue;
      const rest = connections === 0 ? {} : { connections: { counts: rows, neighbours: null } };
      const { state } = lookAtSplit(evidenceOf(weights, counts, rest), SEQUENTIAL);
      if (state === 'pass' || state === 'fail') ends[state] += 1;
      if (state === 'open' && n < cap) continue;
      sizes.push(n);
      break;
    }
  }
  sizes.sort((a, b) => a - b);
  return {
    meanRequests: sizes.reduce((sum, size) => sum + size, 0) / runs,
    medianRequests: sizes[runs >> 1]!,
    passed: ends.pass / runs,
    failed: ends.fail / runs,
  };
}

function assertNear(actual: number, expected: number): void {
  assert.ok(Math.abs(actual / expected - 1) < 0.05, `${actual} is not within 5 % of ${expected}`);
}

/** Sizes by exact dynamic programming: 60/40 with a cap of 4633 needs 1893, looked at each 128 2060. */
describe('simulated runs', () => {
  it('of a right 60/40, looked at all the time, need the computed number', () => {
    const { meanRequests, passed, failed } = simulated([60, 40], 0.6, {
      ...{ every: 8, cap: 4633, runs: 600 },
    });
    assertNear(meanRequests, 1893);
    assert.ok(passed > 0.98);
    assert.equal(failed, 0);
  });
  it('looked at each 128 requests they need it, too', () => {
    const runs = { every: 128, cap: 4633, runs: 3000 };
    const { meanRequests, passed, failed } = simulated([60, 40], 0.6, runs);
    assertNear(meanRequests, 2060);
    assert.ok(passed > 0.985 && failed < 0.002, `${passed}, ${failed}`);
  });
  it('of 90/10 served for 60/40 fail within 200 requests', () => {
    const runs = { every: 16, cap: 9267, runs: 200, connections: 32 };
    const { medianRequests, failed } = simulated([60, 40], 0.9, runs);
    assert.ok(medianRequests <= 200, String(medianRequests));
    assert.equal(failed, 1);
  });
  it('of a split off by the tolerance hardly ever pass', () => {
    const runs = { every: 128, cap: 9267, runs: 1000 };
    assert.ok(simulated([60, 40], 0.55, runs).passed <= 0.003);
  });
  it('of a split off by half the tolerance hardly ever fail', () => {
    const runs = { every: 128, cap: 9267, runs: 1000 };
    assert.ok(simulated([60, 40], 0.625, runs).failed <= 0.003);
  });
});
