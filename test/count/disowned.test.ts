import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Counted } from '../../src/count/counted.js';
import { withoutPods } from '../../src/count/disowned.js';
import { missingAnswers } from '../../src/count/missing-answers.js';
import { askedRun, countedShard, recordOfRun, saved } from '../record/shards.js';

/** A run in which two pods of v2 answered; the second so many times. */
function twoPods(v1: number, v2: number, second: number): Counted {
  const counted = countedShard({ v1, v2, failed: 3 });
  const call = counted.calls[0]!;
  const pods = new Map(call.pods);
  pods.set('pod-v2-1', { destination: 1, observed: v2 - second, latency: null });
  pods.set('pod-v2-2', { destination: 1, observed: second, latency: null });
  return { ...counted, calls: [{ ...call, pods, vouchers: new Map([['header x', v1 + v2]]) }] };
}

describe('answers of pods that nobody can vouch for any more', () => {
  it('are missing, in every view, and the record of them can be read', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 400 }),
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 0, max: 300 }),
        async (v1, v2, part) => {
          const second = Math.min(part, v2);
          const counted = twoPods(v1, v2, second);
          const left = withoutPods(counted, 0, (pod) => pod === 'pod-v2-2');
          const call = left.calls[0]!;
          const byCall = left.connections.map((connection) => connection.byCall[0]!);
          assert.deepEqual(call.observed, [v1, v2 - second]);
          assert.equal(missingAnswers(call, byCall), 3 + second);
          assert.equal(call.unattributed, second);
          assert.equal(call.vouchers.get('header x'), v1 + v2 - second);
          for (const { observed, missing } of [call.windows, call.blocks]) {
            const sums = [0, 1].map((at) => observed.reduce((sum, row) => sum + row[at]!, 0));
            assert.deepEqual(sums, call.observed);
            assert.equal(
              missing.reduce((sum, count) => sum + count, 0),
              3 + second,
            );
          }
          // Reading holds every figure against every other one.
          const { record } = saved(await recordOfRun(askedRun('a'), left));
          const split = record.calls[0]!.split!;
          assert.equal(split.sampled, v1 + v2 + 3);
        },
      ),
      { numRuns: 20 },
    );
  });

  it('change nothing where such pods gave none', () => {
    const counted = twoPods(60, 40, 0);
    assert.equal(
      withoutPods(counted, 0, (pod) => pod === 'somebody'),
      counted,
    );
  });
});
