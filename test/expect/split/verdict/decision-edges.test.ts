import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DrawModel } from '../../../../src/expect/split/draws/draw-model.js';
import type { SplitTest } from '../../../../src/expect/split/draws/split-test.js';
import { parseTolerance } from '../../../../src/expect/split/tolerance.js';
import { decidedBy } from '../../../../src/expect/split/verdict/decided-by.js';
import { decide, outcome } from '../split-runs.js';

// What mutation testing has shown that no other test of the rule minded: npm run mutate.

describe('which p-value decided', () => {
  const test = { pValue: 0.4 } as SplitTest;
  const requests = { units: 'requests', clusters: null } as DrawModel;
  const connections = { units: 'connections', clusters: null } as DrawModel;
  const clustered = { units: 'requests', clusters: { fired: true } } as DrawModel;
  const quiet = { units: 'requests', clusters: { fired: false } } as DrawModel;

  it('is the one shown where nothing takes its place', () => {
    const none = { drawn: null, worst: null, inAllViews: null };
    assert.equal(decidedBy(null, requests, none), 'as-shown');
    assert.equal(decidedBy(test, requests, none), 'as-shown');
    assert.equal(
      decidedBy(null, requests, { drawn: 0.4, worst: 0.4, inAllViews: 0.5 }),
      'as-shown',
    );
    assert.equal(
      decidedBy(test, clustered, { drawn: 0.4, worst: 0.4, inAllViews: 0.4 }),
      'as-shown',
    );
  });

  it('is told by what is largest, the last view first', () => {
    const views = { drawn: 0.5, worst: 0.6, inAllViews: 0.7 };
    assert.equal(decidedBy(test, connections, views), 'blocks-in-time');
    assert.equal(
      decidedBy(test, connections, { ...views, inAllViews: 0.6 }),
      'leaning-connections',
    );
    const drawn = { drawn: 0.6, worst: 0.6, inAllViews: 0.6 };
    assert.equal(decidedBy(test, connections, drawn), 'connections');
    assert.equal(decidedBy(test, clustered, drawn), 'clustered-draws');
    assert.equal(decidedBy(test, quiet, drawn), 'missing-answers');
    assert.equal(decidedBy(test, requests, drawn), 'missing-answers');
    assert.equal(decidedBy(test, requests, { ...drawn, drawn: null }), 'missing-answers');
  });
});

describe('at the edges of the rule', () => {
  it('a failure names the destinations that are off, and no other', () => {
    for (const tolerance of ['5pp', '0']) {
      const rule = { tolerance: parseTolerance(tolerance) };
      const [reason] = decide([50, 30, 20], [1800, 600, 600], {}, rule).reasons;
      assert.ok(reason?.code === 'split-differs');
      assert.deepEqual(
        reason.deviations.map(({ name }) => name),
        ['v1', 'v2'],
        tolerance,
      );
    }
  });

  it('a leak on a connection that was asked besides the sample counts', () => {
    const counts = [
      [344, 1],
      [344, 2],
    ];
    const decision = decide([100, 0], [688, 0], { connections: { counts, neighbours: null } });
    assert.deepEqual(decision.reasons, [{ code: 'leak', destination: 'v2', answers: 3 }]);
  });

  it('the leak that a pass excludes is the exact bound', () => {
    const [reason] = decide([100], [688]).reasons;
    assert.ok(reason?.code === 'no-leak');
    // 1 − 0.001^(1/688), by hand: ln 0.001 = −6.907755, over 688 = −0.01004034.
    assert.ok(Math.abs(reason.leakBound - 0.0099901) < 1e-6, String(reason.leakBound));
  });

  it('no number of requests excludes a leak of 1 % where more than that is missing', () => {
    const decision = decide([100, 0], [900, 0], { sampled: 920 }, { maxErrorRate: 0.5 });
    assert.equal(outcome(decision), 'inconclusive leak-not-excluded');
    assert.equal(decision.requestsToSettle, null);
  });

  it('answers of nobody known stand in the way beyond the limit, and not at it', () => {
    const few = decide([60, 40], [1853, 1236], { sampled: 3099, unattributed: 10 });
    assert.equal(outcome(few), 'pass equivalent');
    const atLimit = { sampled: 10_000, unattributed: 100 };
    assert.equal(outcome(decide([60, 40], [5940, 3960], atLimit)), 'pass equivalent');
    const beyond = { sampled: 10_001, unattributed: 101 };
    const decision = decide([60, 40], [5940, 3960], beyond);
    assert.equal(outcome(decision), 'inconclusive unattributed-answers');
  });

  it('the largest of the sizes that would settle is told, and none where one is not known', () => {
    const few = decide([60, 40, 0], [60, 40, 0]);
    assert.equal(outcome(few), 'inconclusive too-few-requests leak-not-excluded');
    assert.equal(few.requestsToSettle, 3089);
    const near = decide([60, 40, 0], [330, 270, 0]);
    assert.equal(outcome(near), 'inconclusive deviation-near-tolerance leak-not-excluded');
    assert.equal(near.requestsToSettle, null);
  });

  it('missing answers are named where they decide, and not where nothing is decided without them', () => {
    const lenient = { maxErrorRate: 0.5 };
    const few = decide([60, 40], [60, 39], { sampled: 100 }, lenient);
    assert.equal(outcome(few), 'inconclusive too-few-requests');
    // One in ten may have been v1's or v2's: 0.6 of that is more than the tolerance, whatever the number.
    const many = decide([60, 40], [54, 36], { sampled: 100 }, lenient);
    assert.equal(outcome(many), 'inconclusive missing-answers');
    assert.equal(many.requestsToSettle, null);
  });

  it('the pure gate passes with a missing answer that changes nothing, and sees less the fewer there are', () => {
    const pure = { tolerance: parseTolerance('0') };
    const one = decide([60, 40], [1853, 1236], { sampled: 3090 }, pure);
    assert.equal(outcome(one), 'pass no-difference');
    const [reason] = one.reasons;
    const [tenfold] = decide([60, 40], [18_530, 12_360], {}, pure).reasons;
    assert.ok(reason?.code === 'no-difference' && tenfold?.code === 'no-difference');
    assert.ok(reason.pValue <= one.test!.pValue);
    const ratio = reason.detectableShare / tenfold.detectableShare;
    assert.ok(Math.abs(ratio - Math.sqrt(10)) < 0.2, String(ratio));
  });
});
