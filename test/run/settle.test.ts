import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { settle } from '../../src/run/settle.js';
import type { ReachedTarget } from '../../src/run/target.js';
import { countedBatch, PLAN, preparedRun, targetLoadedBy } from './prepared-run.js';

const LONG_MS = 60_000;

/** Serves the shares given for each batch, the last one for all that follow. */
function serving(
  weights: Readonly<Record<string, number>>,
  shares: readonly (readonly number[])[],
): { target: ReachedTarget; sizes: number[] } {
  const sizes: number[] = [];
  const target = targetLoadedBy(({ callParts: [requests = 0] }) => {
    const now = shares[Math.min(sizes.length, shares.length - 1)] ?? [];
    sizes.push(requests);
    const counts = now.map((share) => Math.round(share * requests));
    return Promise.resolve(countedBatch([{ names: Object.keys(weights), requests, counts }]));
  });
  return { target, sizes };
}

async function wait(
  weights: Readonly<Record<string, number>>,
  shares: readonly (readonly number[])[],
  limitMs: number,
  planned = 3089,
): Promise<{ followed: boolean; sizes: number[]; excluded: number }> {
  const { target, sizes } = serving(weights, shares);
  const run = preparedRun([weights], [planned]);
  const { rollout, excluded, calls } = await settle(run, target, PLAN, limitMs, {});
  assert.deepEqual(calls, [], 'none of it is part of the sample');
  return { followed: rollout!.followed, sizes, excluded };
}

describe('waiting for a roll-out', () => {
  const weights = { v1: 60, v2: 40 };

  it('sends nothing where it is not asked for', async () => {
    const { target, sizes } = serving(weights, [[0.6, 0.4]]);
    const { rollout } = await settle(preparedRun([weights], [3089]), target, PLAN, null, {});
    assert.equal(rollout, null);
    assert.deepEqual(sizes, []);
  });

  it('ends with two batches in a row that follow the weights, a quarter of the sample each', async () => {
    const { followed, sizes, excluded } = await wait(weights, [[0.6, 0.4]], LONG_MS);
    assert.ok(followed);
    assert.deepEqual(sizes, [773, 773]);
    assert.equal(excluded, 1546);
  });

  it('begins again after a batch that does not', async () => {
    const shares = [
      [0.9, 0.1],
      [0.6, 0.4],
      [0.7, 0.3],
      [0.6, 0.4],
    ];
    const { followed, sizes } = await wait(weights, shares, LONG_MS);
    assert.ok(followed);
    assert.equal(sizes.length, 5);
  });

  it('keeps its batches within bounds', async () => {
    assert.deepEqual((await wait(weights, [[0.6, 0.4]], LONG_MS, 200)).sizes, [100, 100]);
    assert.deepEqual((await wait(weights, [[0.6, 0.4]], LONG_MS, 90_000)).sizes, [1000, 1000]);
  });

  it('allows for what the route aborts on purpose', async () => {
    const run = preparedRun([weights], [3089]);
    for (const { asked } of run.calls) {
      asked.aborts = { share: 0.1, description: 'UNAVAILABLE', answeredOk: false };
    }
    const target = targetLoadedBy(({ callParts: [requests = 0] }) => {
      const counts = [0.54, 0.36].map((share) => Math.round(share * requests));
      const batch = countedBatch([{ names: ['v1', 'v2'], requests, counts }]);
      for (const failure of batch.calls[0]!.failures) failure.cause = 'fault filter abort';
      return Promise.resolve(batch);
    });
    const { rollout } = await settle(run, target, PLAN, 2000, {});
    assert.equal(rollout!.followed, true);
  });

  it('does not end on a leak, on failures or without an answer, and is bounded', async () => {
    for (const [of, shares] of [
      [{ v1: 100, v2: 0 }, [0.999, 0.001]],
      [weights, [0.57, 0.38]],
      [weights, [0, 0]],
    ] as const) {
      const { followed, sizes } = await wait(of, [shares], 20, 4000);
      assert.ok(!followed, JSON.stringify(shares));
      assert.ok(sizes.length >= 1);
    }
  });

  it('ends when it is interrupted', async () => {
    const interruption = new AbortController();
    const { signal } = interruption;
    const { target } = serving(weights, [[0.9, 0.1]]);
    const interrupted = targetLoadedBy((...load) => {
      interruption.abort();
      return target.load(...load);
    });
    const run = preparedRun([weights], [3089]);
    const { rollout } = await settle(run, interrupted, PLAN, LONG_MS, { signal });
    assert.equal(rollout!.followed, false);
  });

  it('is over when all of several calls follow', async () => {
    const sizes: (readonly number[])[] = [];
    const target = targetLoadedBy(({ callParts }) => {
      sizes.push(callParts);
      const [first = 0, second = 0] = callParts;
      // The second call follows from its third batch on.
      const share = sizes.length < 3 ? 0.5 : 0.9;
      const names = ['v1', 'v2'];
      const split = (of: number, requests: number): number[] =>
        [of, 1 - of].map((part) => Math.round(part * requests));
      return Promise.resolve(
        countedBatch([
          { names, requests: first, counts: split(0.6, first) },
          { names, requests: second, counts: split(share, second) },
        ]),
      );
    });
    const run = preparedRun([weights, { v1: 90, v2: 10 }], [3089, 1287]);
    const { rollout, excluded } = await settle(run, target, PLAN, LONG_MS, {});
    assert.ok(rollout!.followed);
    assert.deepEqual(sizes, new Array(4).fill([773, 322]));
    assert.equal(excluded, 4 * (773 + 322));
  });
});
