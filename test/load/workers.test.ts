import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { NO_KNOWLEDGE } from '../../src/count/proxied/knowledge.js';
import { summarize } from '../../src/count/latency-summary.js';
import { runLoad } from '../../src/load/coordinator.js';
import type { Mesh } from '../../src/mesh/mesh.js';
import { startGreeterMesh } from '../fixtures/greeter-mesh.js';
import { GrpcStatus } from '../../src/wire/grpc/status.js';
import { podNames } from '../../src/mesh/pod-names.js';
import { greeterOrder, unwatched } from './greeter-order.js';

const DYING = new URL('../fixtures/dying-worker.js', import.meta.url);
const STUCK = new URL('../fixtures/stuck-worker.js', import.meta.url);

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

describe('a load on several threads', () => {
  let mesh: Mesh;
  before(async () => {
    mesh = await startGreeterMesh();
  });
  after(() => mesh.close());

  it('sends exactly what was asked for, connection by connection', async () => {
    const order = greeterOrder(mesh.address, {
      requests: 1001,
      connections: 5,
      concurrency: 7,
      workers: 3,
    });
    const counted = await runLoad(order, unwatched());
    const { calls, connections, transport, members, deaths, stopped, isInterrupted } = counted;
    const [call] = calls;
    assert.deepEqual([stopped, isInterrupted, deaths], [null, false, []]);
    assert.equal(members.length, 3);
    assert.equal(sum(members.map(({ concurrency }) => concurrency)), 7);
    assert.deepEqual([call!.due, call!.sent, call!.unsent.size], [1001, 1001, 0]);
    assert.deepEqual(call!.ends, { ok: 1001, failed: 0, timedOut: 0, cancelled: 0 });
    assert.deepEqual(
      connections.map(({ number, byCall }) => [
        number,
        sum(byCall[0]!.observed) + byCall[0]!.missing,
      ]),
      [
        [0, 201],
        [1, 200],
        [2, 200],
        [3, 200],
        [4, 200],
      ],
    );
    assert.equal(sum(call!.observed), 1001);
    assert.equal(sum([...call!.pods.values()].map(({ observed }) => observed)), 1001);
    assert.equal(sum(call!.latency.map((latency) => summarize(latency).count)), 1001);
    assert.equal(transport.reconnects, 0);
    assert.ok(connections.every(({ remote }) => remote === mesh.address));
  });

  it('joins pods that each thread numbered for itself', async () => {
    const order = greeterOrder(mesh.address, { requests: 400, workers: 2 });
    const attribution = { destinations: [], workloads: [], tokens: [], proxy: NO_KNOWLEDGE };
    const calls = order.calls.map((call) => ({
      ...call,
      counting: {
        ...call.counting,
        attribution: { ...attribution, podsAreDestinations: true as const },
      },
    }));
    const counted = await runLoad({ ...order, calls }, unwatched());
    const { destinations, observed, pods, latency } = counted.calls[0]!;
    const expected = [...podNames('greeter', 'v1'), ...podNames('greeter', 'v2')].sort();
    assert.deepEqual([...destinations].sort(), expected);
    destinations.forEach((name, index) => {
      assert.equal(pods.get(name)?.observed, observed[index]);
      assert.equal(summarize(latency[index]!).count, observed[index]);
    });
  });

  it('keeps to the rate, all threads together', async () => {
    const order = greeterOrder(mesh.address, {
      requests: 300,
      requestsPerSecond: 1000,
      workers: 2,
    });
    const { calls, span } = await runLoad(order, unwatched());
    assert.equal(calls[0]!.ends.ok, 300);
    // The last one is due 299 ms after the start.
    const durationMs = span!.endMs - span!.startMs;
    assert.ok(durationMs >= 299, `${durationMs} ms`);
  });

  it('stops everywhere when it is interrupted', async () => {
    const abort = new AbortController();
    const order = greeterOrder(mesh.address, { requests: null, durationMs: 60_000, workers: 2 });
    setTimeout(() => {
      abort.abort();
    }, 300);
    const { isInterrupted, calls } = await runLoad(order, unwatched(abort.signal));
    const { ends } = calls[0]!;
    assert.equal(isInterrupted, true);
    assert.equal(ends.failed + ends.timedOut, 0);
  });

  it('keeps what the others measured when a thread dies, and loses none of its requests', async () => {
    const order = greeterOrder(mesh.address, {
      requests: 300,
      requestsPerSecond: 600,
      connections: 3,
      workers: 3,
      warmup: { requests: 30, durationMs: null },
    });
    const threads = { entry: DYING, hungAfterMs: 30_000 };
    const result = await runLoad(order, { ...unwatched(), threads });
    const [death, ...others] = result.deaths;
    assert.deepEqual(others, []);
    assert.equal(death?.why, 'out of luck');
    const { due, sent, unsent, ends, statuses, failures } = result.calls[0]!;
    assert.ok(death.sent > 0 && death.sent < 100, String(death.sent));
    assert.deepEqual(ends, { ok: 200, failed: 0, timedOut: 0, cancelled: death.sent });
    assert.deepEqual([due, sent], [300, 200 + death.sent]);
    assert.deepEqual([...unsent], [['client', 100 - death.sent]]);
    assert.equal(statuses.get(GrpcStatus.CANCELLED), death.sent);
    assert.deepEqual(failures, [
      {
        status: GrpcStatus.CANCELLED,
        cause: 'the worker that sent it died',
        count: death.sent,
      },
    ]);
    const [itsOwn] = result.connections;
    assert.deepEqual(
      { remote: itsOwn?.remote, missing: itsOwn?.byCall[0]?.missing },
      { remote: mesh.address, missing: death.sent },
    );
    assert.equal(result.excluded, 30);
    assert.equal(result.members.length, 2);
  });

  it('does not wait for a thread that is stuck', { timeout: 60_000 }, async () => {
    const order = greeterOrder(mesh.address, { requests: 300, connections: 3, workers: 3 });
    const threads = { entry: STUCK, hungAfterMs: 3000 };
    const result = await runLoad(order, { ...unwatched(), threads });
    const [death, ...others] = result.deaths;
    assert.deepEqual(others, []);
    assert.equal(death?.why, 'it was stuck: it said nothing any more');
    const { ends } = result.calls[0]!;
    assert.ok(death.sent >= 10 && death.sent <= 100, String(death.sent));
    assert.deepEqual(ends, { ok: 200, failed: 0, timedOut: 0, cancelled: death.sent });
  });
});
