import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { InputError } from '../../../src/input-error.js';
import {
  formatTolerance,
  isExactGate,
  parseTolerance,
  resolveTolerances,
} from '../../../src/expect/split/tolerance.js';

const split = [
  { name: 'v1', expectedShare: 0.6 },
  { name: 'v2', expectedShare: 0.4 },
  { name: 'v3', expectedShare: 0 },
];

describe('reading a tolerance', () => {
  it('takes points, per cent of the weight, and points by name', () => {
    assert.deepEqual(parseTolerance('5pp'), { kind: 'points', points: 5 });
    assert.deepEqual(parseTolerance('2.5pp'), { kind: 'points', points: 2.5 });
    assert.deepEqual(parseTolerance(' 10% '), { kind: 'percent-of-weight', percent: 10 });
    assert.deepEqual(parseTolerance('v1=3pp, a/b:v2=.5pp'), {
      kind: 'per-destination',
      points: new Map([
        ['v1', 3],
        ['a/b:v2', 0.5],
      ]),
    });
  });
  it('takes 0 in any unit as the pure gate', () => {
    for (const text of ['0', '0pp', '0%']) assert.ok(isExactGate(parseTolerance(text)), text);
    assert.ok(!isExactGate(parseTolerance('0.1pp')));
  });
  it('refuses anything else in one sentence', () => {
    for (const text of [
      '',
      'five',
      '-1',
      '5 points',
      '101',
      '200%',
      'v1=',
      'v1=0',
      'v1=1,v1=2',
      '=3',
      '1e3',
    ]) {
      assert.throws(
        () => parseTolerance(text),
        (error) => error instanceof InputError && error.message.startsWith('--tolerance: '),
        text,
      );
    }
  });
  it('refuses a number without a unit, and says how each meaning of it is written', () => {
    const table: [text: string, problem: string][] = [
      [
        '0.07',
        "'0.07' has no unit: write '0.07pp' (percentage points) or '0.07%' (of each weight); if a share of 1 is meant, '7pp' (percentage points) or '7%' (of each weight)",
      ],
      ['5', "'5' has no unit: write '5pp' (percentage points) or '5%' (of each weight)"],
      [
        'v1=3pp,v2=0.05',
        "'v2=0.05' has no unit: write 'v2=0.05pp' (percentage points); if a share of 1 is meant, 'v2=5pp' (percentage points)",
      ],
      ['v1=3', "'v1=3' has no unit: write 'v1=3pp' (percentage points)"],
    ];
    for (const [text, problem] of table) {
      assert.throws(() => parseTolerance(text), { message: `--tolerance: ${problem}` });
    }
  });
  it('writes it back as it is read', () => {
    for (const text of ['0', '5pp', '10%', 'v1=3pp,v2=5pp']) {
      assert.equal(formatTolerance(parseTolerance(text)), text);
    }
  });
});

describe('tolerances of a split', () => {
  it('never reach half the way to nothing or everything', () => {
    const canary = [
      { name: 'old', expectedShare: 0.99 },
      { name: 'new', expectedShare: 0.01 },
    ];
    for (const tolerance of resolveTolerances(parseTolerance('5pp'), canary)) {
      assert.ok(Math.abs(tolerance - 0.005) < 1e-15);
    }
    assert.deepEqual(resolveTolerances(parseTolerance('5pp'), split), [0.05, 0.05, 0]);
  });
  it('follow the weight where they are in per cent', () => {
    const [first, second] = resolveTolerances(parseTolerance('10%'), split);
    assert.ok(Math.abs((first ?? 0) - 0.06) < 1e-15 && Math.abs((second ?? 0) - 0.04) < 1e-15);
  });
  it('go by name, five points for the unnamed', () => {
    assert.deepEqual(resolveTolerances(parseTolerance('v2=3pp'), split), [0.05, 0.03, 0]);
  });
  it('refuse a name that gets no traffic', () => {
    for (const text of ['v4=3pp', 'v3=3pp']) {
      assert.throws(() => resolveTolerances(parseTolerance(text), split), /has v1, v2/);
    }
  });
});
