import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LoadPlan } from '../../src/load/plan.js';
import { Tally } from '../../src/observation/tally.js';
import { probeConnections, probesNeeded, refusalToProbe } from '../../src/run/connection-probe.js';
import { decide } from '../verdict/split-runs.js';

const PLAN: LoadPlan = {
  connections: 32,
  concurrency: 64,
  requests: 1287,
  durationMs: 5000,
  requestsPerSecond: 100,
  warmup: { requests: 10, durationMs: null },
  timeoutMs: 1000,
  workers: 2,
};

/** 32 connections that all got the first destination only. */
function onlyFirst(weights: number[], each = 40): ReturnType<typeof decide> {
  const row = weights.map((_, i) => (i === 0 ? each : 0));
  const counts = Array.from({ length: 32 }, () => row);
  const totals = row.map((count) => count * 32);
  return decide(weights, totals, { connections: { counts, neighbours: null } });
}

/** A batch as a load would count it: all answered by the first of two destinations but for `lost`. */
function batchOf(plan: LoadPlan, lost = 0): Tally {
  const tally = new Tally({ destinations: 2, connections: plan.connections, blockSize: 20 });
  for (let at = 0; at < (plan.requests ?? 0); at += 1) {
    tally.add({
      sequence: at,
      connectionSequence: 0,
      connection: at,
      scheduledAtMs: 0,
      sentAtMs: 1,
      latencyMs: 1,
      outcome: at < lost ? 'failed' : 'ok',
      status: at < lost ? 'UNAVAILABLE' : 'OK',
      cause: '',
      pod: at < lost ? -1 : 0,
      destination: at < lost ? -1 : 0,
    });
  }
  return tally;
}

describe('connections of one request each', () => {
  it('are needed where one destination answered and the connections of the sample cannot tell', () => {
    assert.equal(probesNeeded(onlyFirst([90, 10]), 0.001), 73);
    assert.equal(probesNeeded(onlyFirst([99, 1]), 0.001), 757);
    // 32 connections are more than 15: that one has failed.
    assert.equal(onlyFirst([60, 40]).verdict, 'fail');
    assert.equal(probesNeeded(onlyFirst([60, 40]), 0.001), 0);
    assert.equal(probesNeeded(decide([90, 10], [1160, 127]), 0.001), 0);
  });
  it('are not opened by the thousands', () => {
    assert.equal(refusalToProbe(757), null);
    assert.match(refusalToProbe(7597) ?? '', /7597 connections of one request each/);
  });
  it('are opened some at a time, each with one request and nothing of the load’s clock', async () => {
    const plans: LoadPlan[] = [];
    const probe = await probeConnections(
      150,
      PLAN,
      (plan) => {
        plans.push(plan);
        return Promise.resolve(batchOf(plan, 1));
      },
      new AbortController().signal,
    );
    assert.deepEqual(
      plans.map(({ connections, requests }) => [connections, requests]),
      [
        [64, 64],
        [64, 64],
        [22, 22],
      ],
    );
    for (const plan of plans) {
      const { durationMs, requestsPerSecond, warmup, timeoutMs } = plan;
      assert.deepEqual(
        { durationMs, requestsPerSecond, warmup, timeoutMs },
        { durationMs: null, requestsPerSecond: null, warmup: null, timeoutMs: 1000 },
      );
    }
    assert.deepEqual(probe, { connections: 150, observed: [147, 0], missing: 3 });
  });
  it('end with an interruption, and where nothing can be sent', async () => {
    const stop = new AbortController();
    const load = (plan: LoadPlan): Promise<Tally> => {
      stop.abort();
      return Promise.resolve(batchOf(plan));
    };
    assert.equal((await probeConnections(150, PLAN, load, stop.signal)).connections, 64);
    const nothing = (plan: LoadPlan): Promise<Tally> =>
      Promise.resolve(batchOf({ ...plan, requests: 0 }));
    const { signal } = new AbortController();
    assert.equal((await probeConnections(150, PLAN, nothing, signal)).connections, 0);
  });
});
