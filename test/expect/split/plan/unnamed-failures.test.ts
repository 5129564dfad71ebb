import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { unnamedFailuresThatBar } from '../../../../src/expect/split/plan/unnamed-failures.js';
import { decide } from '../split-runs.js';

const LIMIT = 0.01;

describe('failures that do not say whose they are', () => {
  it('bar a pass from the number on that the plan says, in the decision', () => {
    for (const [weights, requests] of [
      [[90, 10], 1406],
      [[60, 40], 3313],
      [[99, 1], 15_971],
    ] as const) {
      const destinations = weights.map((weight, i) => {
        return { name: `v${i + 1}`, expectedShare: weight / 100, limit: LIMIT };
      });
      const bar = unnamedFailuresThatBar(requests, destinations, 0.001);
      assert.equal(bar?.destination, 'v2');
      const counts = weights.map((weight) => Math.round((requests * weight) / 100));
      const codes = (failures: number): string[] =>
        decide([...weights], counts, {
          sampled: counts.reduce((sum, count) => sum + count, failures),
          unattributed: 0,
        }).reasons.map(({ code }) => code);
      assert.ok(codes(bar.count).includes('errors-unattributed'), codes(bar.count).join());
      assert.ok(!codes(bar.count - 1).includes('errors-unattributed'), codes(bar.count - 1).join());
    }
  });

  it('never do where anything may fail', () => {
    const all = [{ name: 'v1', expectedShare: 1, limit: 1 }];
    assert.equal(unnamedFailuresThatBar(1000, all, 0.001), null);
  });
});
