import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startLoad } from '../../src/load/coordinator.js';
import type { Mesh } from '../../src/mesh/mesh.js';
import { startGreeterMesh } from '../fixtures/greeter-mesh.js';
import { greeterOrder, unwatched } from './greeter-order.js';
import { snapshotsUntilEnd } from './snapshots-until-end.js';

const TIMEOUT = { timeout: 60_000 };
const RATE = 500;

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

describe('snapshots of a load on two threads', () => {
  let mesh: Mesh;
  before(async () => {
    mesh = await startGreeterMesh();
  });
  after(() => mesh.close());

  it('hold exactly what was due before one moment, on both', TIMEOUT, async () => {
    const plan = { requests: 1000, requestsPerSecond: RATE, connections: 4, workers: 2 };
    const running = await startLoad(greeterOrder(mesh.address, plan), unwatched());
    const snapshots = await snapshotsUntilEnd(running);
    const counted = await running.done;
    assert.ok(snapshots.length >= 2, `${snapshots.length} snapshots`);
    for (const { calls, connections, members } of snapshots) {
      const [call] = calls;
      assert.equal(members.length, 2);
      assert.equal(call!.sent, call!.due);
      assert.equal(call!.ends.ok, call!.due);
      assert.equal(sum(call!.observed), call!.due);
      // The connections take the requests in turn, two on each thread: what was due before one moment
      // is the same on all, give or take the one that was next.
      const perConnection = connections.map(({ byCall }) => sum(byCall[0]!.observed));
      assert.equal(sum(perConnection), call!.due);
      assert.ok(Math.max(...perConnection) - Math.min(...perConnection) <= 1, perConnection.join());
    }
    const dues = snapshots.map(({ calls }) => calls[0]!.due);
    assert.deepEqual(
      dues,
      [...dues].sort((a, b) => a - b),
    );
    assert.deepEqual([counted.calls[0]!.due, counted.calls[0]!.ends.ok], [1000, 1000]);
    assert.equal(sum(counted.calls[0]!.blocks.observed.flat()), 1000);
  });
});
