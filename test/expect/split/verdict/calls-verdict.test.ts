import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { powerPerCall } from '../../../../src/expect/power-per-call.js';
import { decideCalls } from '../../../../src/expect/split/verdict/calls-verdict.js';
import { decide, evidenceOf, outcome, RULE } from '../split-runs.js';

const call = (
  counts: number[],
): { evidence: ReturnType<typeof evidenceOf>; rule: typeof RULE } => ({
  evidence: evidenceOf([60, 40], counts),
  rule: RULE,
});

const right = call([1853, 1236]);
// Alone it fails with p = 0.0006; among two calls it takes p < 0.0005.
const narrow = call([653, 347]);

describe('several calls', () => {
  it('pass when all pass', () => {
    const run = decideCalls([right, right]);
    assert.equal(run.verdict, 'pass');
    assert.deepEqual(run.calls.map(outcome), ['pass equivalent', 'pass equivalent']);
  });
  it('fail when one fails beyond its share of alpha', () => {
    const run = decideCalls([right, call([2162, 927])]);
    assert.equal(run.verdict, 'fail');
    assert.deepEqual(run.calls.map(outcome), ['pass equivalent', 'fail split-differs']);
  });
  it('do not fail for what one of several may show by chance', () => {
    const alone = decide([60, 40], [653, 347]);
    assert.equal(alone.verdict, 'fail');
    assert.ok((alone.worstCasePValue ?? 0) > 0.0005);
    assert.equal(decideCalls([narrow]).verdict, 'fail');
    assert.equal(decideCalls([right, narrow]).verdict, 'inconclusive');
  });
  it('use the whole alpha for the last step', () => {
    assert.equal(decideCalls([call([2162, 927]), narrow]).calls[1]?.verdict, 'fail');
  });
  it('fail for a leak whatever the others show', () => {
    const leak = { evidence: evidenceOf([100, 0], [999, 1]), rule: RULE };
    assert.equal(decideCalls([right, leak]).verdict, 'fail');
  });
  it('are inconclusive when one is', () => {
    assert.equal(decideCalls([right, call([60, 40])]).verdict, 'inconclusive');
  });
  it('share the power', () => {
    assert.ok(Math.abs(powerPerCall(0.99, 5) - 0.998) < 1e-15);
  });
});
