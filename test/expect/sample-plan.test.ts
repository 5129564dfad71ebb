import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { InputError } from '../../src/input-error.js';
import { samplePlan } from '../../src/expect/sample-plan.js';
import { splitPlan } from '../../src/expect/split/plan/split-plan.js';
import { DEFAULT_TOLERANCE } from '../../src/expect/split/tolerance.js';

const RULE = { alpha: 0.001, power: 0.99, tolerance: DEFAULT_TOLERANCE };
const destinations = [
  { name: 'v1', weight: 90 },
  { name: 'v2', weight: 10 },
];
const ASKED = { requests: null, durationMs: null };

describe('a call’s part of the sample', () => {
  it('is as large as its verdict needs, with runs of requests that can be compared', () => {
    const plan = splitPlan({ destinations, aborts: null }, RULE, {
      concurrency: 8,
      connections: 32,
    });
    assert.deepEqual(plan, { planned: 1406, spreadSize: 50 });
    assert.equal(
      splitPlan({ destinations, aborts: null }, RULE, { concurrency: 64, connections: 32 })
        .spreadSize,
      128,
    );
  });
  it('is larger where the route aborts some, and a mistake where it aborts all', () => {
    const aborts = { share: 0.1, description: 'gRPC UNAVAILABLE' };
    assert.ok(
      (splitPlan({ destinations, aborts }, RULE, { concurrency: 8, connections: 32 }).planned ??
        0) >
        1406 / 0.9,
    );
    const all = { ...aborts, share: 1 };
    assert.throws(
      () => splitPlan({ destinations, aborts: all }, RULE, { concurrency: 8, connections: 32 }),
      InputError,
    );
  });
});

describe('the sample of a run', () => {
  const plans = [{ planned: 100 }, { planned: 300 }];
  it('is what its calls need together, and shared in proportion', () => {
    assert.deepEqual(samplePlan(ASKED, plans), { requests: 400, parts: [100, 300], notes: [] });
  });
  it('is as large as asked, with a word where that is less', () => {
    assert.deepEqual(samplePlan({ ...ASKED, requests: 400 }, plans).notes, []);
    const { requests, parts, notes } = samplePlan({ ...ASKED, requests: 399 }, plans);
    assert.deepEqual({ requests, parts }, { requests: 399, parts: [100, 300] });
    assert.match(notes.join(), /399 requests are fewer than the 400 planned/);
  });
  it('is left to the clock where only a time is given', () => {
    assert.equal(samplePlan({ ...ASKED, durationMs: 5000 }, plans).requests, null);
  });
  it('is shared evenly where a call has no plan, and needs a size', () => {
    const some = [{ planned: 100 }, { planned: null }];
    assert.deepEqual(samplePlan({ ...ASKED, requests: 200 }, some).parts, [1, 1]);
    assert.deepEqual(samplePlan({ ...ASKED, requests: 199 }, some).notes, []);
    assert.equal(samplePlan({ ...ASKED, requests: 198 }, some).notes.length, 1);
    assert.throws(() => samplePlan(ASKED, some), InputError);
  });
});
