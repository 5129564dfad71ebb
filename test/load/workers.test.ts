import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type LoadControl, runLoad } from '../../src/load/run-load.js';
import { loadShares } from '../../src/load/plan.js';
import { runWorkers } from '../../src/load/member/worker-pool.js';
import { type Mesh, startMesh } from '../../src/mesh/mesh.js';
import { podNames } from '../../src/mesh/pod-names.js';
import { greeterJob } from './greeter-job.js';

const DYING = new URL('../fixtures/dying-worker.js', import.meta.url);
const STUCK = new URL('../fixtures/stuck-worker.js', import.meta.url);

function control(signal = new AbortController().signal): LoadControl {
  return { signal, onProgress: () => undefined };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

describe('a load on several threads', () => {
  let mesh: Mesh;
  before(async () => {
    mesh = await startMesh({
      service: 'greeter',
      versions: [
        { name: 'v1', weight: 60, pods: podNames('greeter', 'v1') },
        { name: 'v2', weight: 40, pods: podNames('greeter', 'v2') },
      ],
      balance: 'per-request',
    });
  });
  after(() => mesh.close());

  it('sends exactly what was asked for, connection by connection', async () => {
    const job = greeterJob(mesh.address, {
      requests: 1001,
      connections: 5,
      concurrency: 7,
      workers: 3,
    });
    const { calls, ledgers, health, deaths, end } = await runLoad(job, control());
    const { tally } = calls[0]!;
    assert.equal(end, 'complete');
    assert.deepEqual(deaths, []);
    assert.equal(health.length, 3);
    assert.deepEqual(tally.outcomes, { ok: 1001, failed: 0, timedOut: 0, cancelled: 0 });
    assert.deepEqual(
      tally.connections.map(({ observed, missing }) => sum(observed) + missing),
      [201, 200, 200, 200, 200],
    );
    assert.equal(sum(tally.observed), 1001);
    assert.equal(sum([...tally.pods.values()].map(({ observed }) => observed)), 1001);
    assert.equal(sum(tally.latency.map(({ count }) => count)), 1001);
    assert.ok(ledgers.every((ledger) => ledger?.reconnects === 0));
    assert.ok(tally.connections.every(({ remote }) => remote === mesh.address));
  });

  it('joins pods that each thread numbered for itself', async () => {
    const job = greeterJob(mesh.address, { requests: 400, workers: 2 });
    const attribution = { destinations: [], workloads: [], tokens: [] };
    const calls = job.calls.map((call) => ({
      ...call,
      attribution: { ...attribution, podsAreDestinations: true as const },
      destinations: 16,
    }));
    const load = await runLoad({ ...job, calls }, control());
    const { tally, destinations } = load.calls[0]!;
    const expected = [...podNames('greeter', 'v1'), ...podNames('greeter', 'v2')].sort();
    assert.deepEqual([...destinations].sort(), expected);
    destinations.forEach((name, index) => {
      assert.equal(tally.pods.get(name)?.observed, tally.observed[index]);
      assert.equal(tally.latency[index]?.count, tally.observed[index]);
    });
  });

  it('keeps to the rate, all threads together', async () => {
    const job = greeterJob(mesh.address, { requests: 300, requestsPerSecond: 1000, workers: 2 });
    const { calls, durationMs } = await runLoad(job, control());
    assert.equal(calls[0]!.tally.outcomes.ok, 300);
    // The last one is due 299 ms after the start.
    assert.ok(durationMs >= 299, `${durationMs} ms`);
  });

  it('stops everywhere when it is interrupted', async () => {
    const abort = new AbortController();
    const job = greeterJob(mesh.address, { requests: null, durationMs: 60_000, workers: 2 });
    setTimeout(() => {
      abort.abort();
    }, 300);
    const { end, calls } = await runLoad(job, control(abort.signal));
    const { tally } = calls[0]!;
    assert.equal(end, 'interrupted');
    assert.equal(tally.outcomes.failed + tally.outcomes.timedOut, 0);
  });

  it('keeps what the others measured when a thread dies, and loses none of its requests', async () => {
    const job = greeterJob(mesh.address, {
      requests: 300,
      requestsPerSecond: 600,
      connections: 3,
      workers: 3,
      warmup: { requests: 30, durationMs: null },
    });
    const result = await runWorkers(job, loadShares(job.plan), control(), DYING);
    const [death, ...others] = result.deaths;
    assert.deepEqual(others, []);
    assert.equal(death?.why, 'out of luck');
    const { tally } = result.calls[0]!;
    assert.ok(death.sent > 0 && death.sent < 100, String(death.sent));
    assert.deepEqual(tally.outcomes, { ok: 200, failed: 0, timedOut: 0, cancelled: death.sent });
    assert.equal(tally.statuses.get('CANCELLED'), death.sent);
    assert.deepEqual(tally.failures.list(), [
      { status: 'CANCELLED', cause: 'the thread that sent it died', count: death.sent },
    ]);
    const [itsOwn] = tally.connections;
    assert.deepEqual(
      { remote: itsOwn?.remote, missing: itsOwn?.missing },
      { remote: mesh.address, missing: death.sent },
    );
    assert.equal(result.excluded, 30);
    assert.equal(result.ledgers[0], null);
    assert.equal(result.health.length, 2);
  });

  it('does not wait for a thread that is stuck', { timeout: 60_000 }, async () => {
    const job = greeterJob(mesh.address, { requests: 300, connections: 3, workers: 3 });
    const result = await runWorkers(job, loadShares(job.plan), control(), STUCK, 3000);
    const [death, ...others] = result.deaths;
    assert.deepEqual(others, []);
    assert.equal(death?.why, 'it was stuck: it said nothing any more');
    const { tally } = result.calls[0]!;
    assert.ok(death.sent >= 10 && death.sent <= 100, String(death.sent));
    assert.deepEqual(tally.outcomes, { ok: 200, failed: 0, timedOut: 0, cancelled: death.sent });
  });
});
