import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { runLoad } from '../../src/load/coordinator.js';
import { type Mesh, startMesh } from '../../src/mesh/mesh.js';
import { podNames } from '../../src/mesh/pod-names.js';
import { greeterOrder, unwatched } from './greeter-order.js';

const TIMEOUT = { timeout: 60_000 };
const REQUESTS = 20_000;
/** Each of two threads sees 51 failures, and has so many in flight at most. */
const CONCURRENCY = 8;

describe('a load that stops on harm', () => {
  let mesh: Mesh;
  before(async () => {
    mesh = await startMesh({
      service: 'greeter',
      versions: [
        { name: 'v1', weight: 40, pods: podNames('greeter', 'v1') },
        { name: 'v2', weight: 60, pods: podNames('greeter', 'v2') },
      ],
      balance: 'per-request',
    });
    mesh.setFault('v2', { kind: 'abort', grpcStatus: 13, message: 'broken' });
  });
  after(() => mesh.close());

  for (const workers of [1, 2]) {
    it(`ends on all of ${workers} threads`, TIMEOUT, async () => {
      const order = greeterOrder(mesh.address, {
        requests: REQUESTS,
        concurrency: CONCURRENCY,
        atMostPerSecond: 1000,
        stopsOnHarm: true,
        workers,
      });
      const { calls, stopped, members } = await runLoad(order, unwatched());
      const { due, sent, ends, unsent } = calls[0]!;
      assert.equal(members.length, workers);
      assert.deepEqual(stopped, { code: 'harm', afterRequests: sent, destination: null });
      assert.deepEqual([...unsent], [['stopped', REQUESTS - sent]]);
      assert.equal(due, REQUESTS);
      assert.equal(ends.ok + ends.failed, sent, 'what was in flight is awaited');
      assert.ok(ends.failed > 50, String(ends.failed));
      assert.ok(sent < REQUESTS / 2, String(sent));
    });
  }

  it('cuts a warm-up short as well', TIMEOUT, async () => {
    const order = greeterOrder(mesh.address, {
      requests: REQUESTS,
      warmup: { requests: REQUESTS, durationMs: null },
      concurrency: CONCURRENCY,
      stopsOnHarm: true,
    });
    const { excluded, stopped } = await runLoad(order, unwatched());
    assert.equal(stopped?.code, 'harm');
    assert.ok(excluded > 50 && excluded < REQUESTS, String(excluded));
  });

  it('goes on where failures are meant to be, and where nobody asked', TIMEOUT, async () => {
    const order = greeterOrder(mesh.address, { requests: 1000, concurrency: CONCURRENCY });
    const calls = order.calls.map((call) => ({ ...call, intendedFailure: 'broken' }));
    const plan = { ...order.plan, stopsOnHarm: true };
    for (const each of [order, { ...order, plan, calls }]) {
      const counted = await runLoad(each, unwatched());
      assert.equal(counted.stopped, null);
      assert.equal(counted.calls[0]!.sent, 1000);
      assert.ok(counted.calls[0]!.ends.failed > 500);
    }
  });
});
