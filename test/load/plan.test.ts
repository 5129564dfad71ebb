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

describe('quotasOf where addresses have calls of their own', () => {
  const shared = fc
    .record({
      plan: plans,
      replicas: fc.integer({ min: 1, max: 6 }),
      each: fc.integer({ min: 1, max: 8 }),
      needed: fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 3 }),
    })
    .map(({ plan, replicas, each, needed }) => ({
      needed,
      replicas,
      plan: {
        ...plan,
        replicas,
        connections: replicas * each,
        requests: replicas * sum(needed),
        callParts: needed.flatMap((requests) => new Array<number>(replicas).fill(requests)),
      },
    }));

  it('gives each of them what each call needs, and connections their own calls alone', () => {
    fc.assert(
      fc.property(shared, ({ plan, replicas, needed }) => {
        const parts = loadShares(plan);
        const byCall = plan.callParts.map(() => 0);
        for (const part of parts) {
          quotasOf(plan, plan, part).forEach((quotas, own) => {
            quotas.forEach((quota, call) => {
              byCall[call]! += quota;
              const isOwn = part.connections[own]! % replicas === call % replicas;
              assert.ok(isOwn || quota === 0);
            });
          });
        }
        assert.deepEqual(
          byCall,
          needed.flatMap((requests) => new Array<number>(replicas).fill(requests)),
        );
      }),
    );
  });

  it('gives connections as many requests, give or take one, as a schedule has it', () => {
    fc.assert(
      fc.property(shared, ({ plan }) => {
        const [whole] = loadShares({ ...plan, workers: 1 });
        const totals = quotasOf(plan, plan, whole!).map(sum);
        assert.ok(Math.max(...totals) - Math.min(...totals) <= plan.callParts.length);
      }),
    );
  });

  it('has no end for a connection’s own calls, where only a clock ends them', () => {
    const [drawn] = fc.sample(plans, 1);
    const plan = { ...drawn!, connections: 4, callParts: [1, 1, 2, 2], replicas: 2 };
    const share = { connections: [0, 3], concurrency: 4 };
    assert.deepEqual(quotasOf({ requests: null, durationMs: 1 }, plan, share), [
      [Infinity, 0, Infinity, 0],
      [0, Infinity, 0, Infinity],
    ]);
  });
});
