import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { divideOverCalls, type LoadPlan, loadShares, quotasOf } from '../../src/load/plan.js';

const plans = fc
  .record({
    connections: fc.integer({ min: 1, max: 40 }),
    concurrency: fc.integer({ min: 1, max: 100 }),
    requests: fc.nat(10_000),
    workers: fc.integer({ min: 1, max: 10 }),
    callParts: fc.array(fc.integer({ min: 1, max: 20_000 }), { minLength: 1, maxLength: 5 }),
  })
  .map((drawn): LoadPlan & { requests: number } => ({
    ...drawn,
    durationMs: null,
    requestsPerSecond: null,
    atMostPerSecond: null,
    stopsOnHarm: false,
    warmup: null,
    timeoutMs: 1000,
    seed: 1,
  }));

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

describe('loadShares', () => {
  it('gives away every connection, every request and every place in flight exactly once', () => {
    fc.assert(
      fc.property(plans, (plan) => {
        const parts = loadShares(plan);
        assert.deepEqual(
          parts.flatMap(({ connections }) => connections).toSorted((a, b) => a - b),
          Array.from({ length: plan.connections }, (_, connection) => connection),
        );
        assert.equal(sum(parts.map(({ concurrency }) => concurrency)), plan.concurrency);
        assert.equal(
          sum(parts.flatMap((part) => quotasOf(plan, plan, part)).flat()),
          plan.requests,
        );
        assert.ok(
          parts.every(({ connections, concurrency }) => connections.length * concurrency > 0),
        );
      }),
    );
  });

  it('lets a connection carry as much as it would with one worker', () => {
    fc.assert(
      fc.property(plans, (plan) => {
        const [whole] = loadShares({ ...plan, workers: 1 });
        const alone = quotasOf(plan, plan, whole!);
        for (const part of loadShares(plan)) {
          const expected = part.connections.map((connection) => alone[connection]);
          assert.deepEqual(quotasOf(plan, plan, part), expected);
        }
      }),
    );
  });
});

describe('several calls', () => {
  it('are dealt to all connections evenly, each of them and all together', () => {
    fc.assert(
      fc.property(plans, (plan) => {
        const [whole] = loadShares({ ...plan, workers: 1 });
        const quotas = quotasOf(plan, plan, whole!);
        const columns = plan.callParts.map((_, call) => quotas.map((byCall) => byCall[call]!));
        for (const column of [...columns, quotas.map(sum)]) {
          assert.ok(Math.max(...column) - Math.min(...column) <= 1);
        }
        assert.deepEqual(columns.map(sum), divideOverCalls(plan.requests, plan.callParts));
      }),
    );
  });

  it('get what they were planned with, and else their part of it', () => {
    assert.deepEqual(divideOverCalls(17576, [3089, 14487]), [3089, 14487]);
    assert.deepEqual(divideOverCalls(1000, [3089, 14487]), [176, 824]);
    assert.deepEqual(divideOverCalls(2, [1, 1, 1]), [1, 1, 0]);
    assert.deepEqual(divideOverCalls(null, [1, 2]), [null, null]);
  });
});
