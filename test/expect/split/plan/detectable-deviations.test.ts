import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { detectableDeviations } from '../../../../src/expect/split/plan/detectable-deviations.js';
import { enumeratedRates } from '../../../../bench/error-rates/independent-draws.js';

const input = { expectedShares: [0.6, 0.4], tolerances: [0.05, 0.05], alpha: 0.001, power: 0.99 };

describe('what a number of requests detects', () => {
  it('is failed with the power by the real decision, and a little less is not', () => {
    for (const requests of [300, 3089]) {
      const [first] = detectableDeviations(requests, input);
      assert.ok(first?.above && first.below);
      const served = [0.6 + first.above, 0.6 - first.below];
      const rates = enumeratedRates([60, 40], requests, [...served, served[0]! - 0.002]);
      assert.ok((rates[0]?.fail ?? 0) >= 0.99 - 1e-4 && (rates[0]?.fail ?? 1) < 0.9905);
      assert.ok((rates[1]?.fail ?? 0) >= 0.99 - 1e-4 && (rates[1]?.fail ?? 1) < 0.9905);
      assert.ok((rates.at(2)?.fail ?? 1) < 0.99);
    }
  });
  it('shrinks towards the tolerance', () => {
    const sizes = [300, 3000, 300_000].map((n) => detectableDeviations(n, input)[0]?.above ?? 0);
    assert.ok(sizes[0]! > sizes[1]! && sizes[1]! > sizes[2]! && sizes[2]! > 0.05);
    assert.ok(sizes[2]! < 0.053);
  });
  it('is nothing where no deviation could fail', () => {
    const canary = { ...input, expectedShares: [0.99, 0.01], tolerances: [0.005, 0.005] };
    const [old, fresh] = detectableDeviations(100, canary);
    assert.equal(fresh?.below, null);
    assert.equal(old?.above, null);
    assert.ok((fresh.above ?? 0) > 0.05);
    const all = { ...input, expectedShares: [1, 0], tolerances: [0, 0] };
    assert.deepEqual(detectableDeviations(100, all), [
      { above: null, below: null },
      { above: null, below: null },
    ]);
  });
});
