import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { lookAtSplit } from '../../../../src/expect/split/sequential/look.js';
import type { SplitEvidence } from '../../../../src/expect/split/split-evidence.js';
import { decideCalls } from '../../../../src/expect/split/verdict/calls-verdict.js';
import { decide, evidenceOf, outcome, RULE } from '../split-runs.js';

const SEQUENTIAL = { ...RULE, design: 'sequential' } as const;

const stateOf = (
  weights: readonly number[],
  counts: readonly number[],
  rest: Partial<SplitEvidence> = {},
): string => lookAtSplit(evidenceOf(weights, counts, rest), SEQUENTIAL, PLANNED).state;
/** Requests of a fixed size. */
const PLANNED = 1000;

/** 32 connections among which answers are dealt evenly. */
function dealt(counts: readonly number[]): SplitEvidence['connections'] {
  const rows = Array.from({ length: 32 }, () => counts.map(() => 0));
  let next = 0;
  counts.forEach((count, column) => {
    for (let i = 0; i < count; i += 1) {
      const row = rows[next % rows.length]!;
      row[column] = row[column]! + 1;
      next += 1;
    }
  });
  return { counts: rows, neighbours: null };
}

describe('a look at a split', () => {
  it('passes, fails, or goes on, and the verdict is the same', () => {
    for (const [counts, state, verdict] of [
      [[1500, 1000], 'pass', 'pass evidence-for'],
      [[60, 40], 'open', 'inconclusive evidence-open'],
      [[90, 10], 'fail', 'fail evidence-against'],
      // Off by the tolerance: neither.
      [[1100, 900], 'open', 'inconclusive evidence-open'],
      [[0, 0], 'open', 'inconclusive no-answers'],
    ] as const) {
      assert.equal(stateOf([60, 40], counts), state, counts.join('/'));
      assert.equal(outcome(decide([60, 40], counts, {}, SEQUENTIAL)), verdict);
    }
  });
  it('fails with the first answer of a destination of weight 0', () => {
    assert.equal(stateOf([60, 40, 0], [5, 3, 1]), 'fail');
    assert.equal(outcome(decide([60, 40, 0], [5, 3, 1], {}, SEQUENTIAL)), 'fail leak');
  });
  it('bounds leaks before it passes', () => {
    assert.equal(stateOf([100], [687]), 'open');
    assert.equal(stateOf([100], [688]), 'pass');
    assert.equal(stateOf([100, 0], [688, 0]), 'pass');
  });
  it('places missing answers worst, and does not pass while too many are missing', () => {
    assert.equal(stateOf([60, 40], [1500, 1000], { sampled: 2510 }), 'pass');
    assert.equal(stateOf([60, 40], [1500, 1000], { sampled: 2600 }), 'open');
    assert.equal(stateOf([60, 40], [90, 10], { sampled: 160 }), 'open');
  });
  it('does not pass before the planned size where a destination fails more than it may', () => {
    const failing = (counts: readonly [number, number], failed: number): string => {
      const evidence = evidenceOf([90, 10], counts);
      const destinations = evidence.destinations.map((one, i) =>
        i === 1 ? { ...one, failed } : one,
      );
      return lookAtSplit({ ...evidence, destinations }, SEQUENTIAL, PLANNED).state;
    };
    assert.equal(failing([855, 95], 0), 'pass');
    assert.equal(failing([855, 95], 1), 'open');
    // As at the planned size: what the errors show is said once, by the verdict.
    assert.equal(failing([900, 100], 2), 'pass');
    assert.equal(failing([1800, 200], 2), 'pass');
  });
  it('goes on where clustered draws are worth less', () => {
    const rows = Array.from({ length: 32 }, (_, i) => (i % 2 === 0 ? [56, 22] : [38, 40]));
    const connections = { counts: rows, neighbours: null };
    const counts = [16 * (56 + 38), 16 * (22 + 40)];
    assert.equal(stateOf([60, 40], counts, { connections: dealt(counts)! }), 'pass');
    assert.equal(stateOf([60, 40], counts, { connections }), 'open');
  });
  it('ends where only more connections can tell more', () => {
    const pinned = (answers: number): SplitEvidence['connections'] => {
      return { counts: Array.from({ length: 32 }, () => [answers, 0]), neighbours: null };
    };
    assert.equal(stateOf([90, 10], [32 * 3, 0], { connections: pinned(3)! }), 'open');
    assert.equal(stateOf([90, 10], [32 * 40, 0], { connections: pinned(40)! }), 'connections');
    // 32 of 32 connections are enough for 60/40, and so they are for the rule of a fixed size. Before
    // its size a gateway that goes by the clock looks the same.
    assert.equal(stateOf([60, 40], [32 * 30, 0], { connections: pinned(30)! }), 'open');
    assert.equal(stateOf([60, 40], [32 * 32, 0], { connections: pinned(32)! }), 'fail');
  });
  it('ends where connections are pinned, once they have answered often enough', () => {
    const pinned = (answers: number): Partial<SplitEvidence> => {
      const counts = Array.from({ length: 32 }, (_, i) => (i < 30 ? [answers, 0] : [0, answers]));
      return { connections: { counts, neighbours: null } };
    };
    assert.equal(stateOf([60, 40], [30 * 3, 2 * 3], pinned(3)), 'open');
    assert.equal(stateOf([60, 40], [30 * 20, 2 * 20], pinned(20)), 'fail');
  });
  it('goes on until an error rate that is to be excluded can be', () => {
    const rule = { ...SEQUENTIAL, errorRateShown: 0.005 };
    const look = (counts: number[]): string =>
      lookAtSplit(evidenceOf([60, 40], counts), rule, PLANNED).state;
    assert.equal(look([1500, 1000]), 'open');
    assert.equal(look([2100, 1400]), 'pass');
  });
});

describe('several calls', () => {
  it('fail at alpha over their number each', () => {
    const evidence = evidenceOf([60, 40], [560, 240]);
    const one = { evidence, rule: SEQUENTIAL };
    const right = { evidence: evidenceOf([60, 40], [1500, 1000]), rule: SEQUENTIAL };
    assert.equal(decideCalls([one]).verdict, 'fail');
    assert.equal(
      decideCalls([one, ...Array.from({ length: 400 }, () => right)]).verdict,
      'inconclusive',
    );
    assert.equal(decideCalls([right, right]).verdict, 'pass');
  });
});
