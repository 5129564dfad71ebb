import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import type { Counted } from '../../src/count/counted.js';
import { runLoad } from '../../src/load/coordinator.js';
import type { LoadPlan } from '../../src/load/plan.js';
import { type Mesh, startMesh } from '../../src/mesh/mesh.js';
import { podNames } from '../../src/mesh/pod-names.js';
import { afterServing } from '../e2e/findings/greeter-runs.js';
import { greeterOrder, unwatched } from './greeter-order.js';

const TIMEOUT = { timeout: 60_000 };
const REQUESTS = 3000;
const VERSIONS = ['v1', 'v2'];
/** Forty rounds of timeouts would be left. */
const PLAN = { requests: REQUESTS, concurrency: 64, connections: 8, timeoutMs: 500 };

/** Loads a mesh whose versions fall silent after 400 requests. */
async function loaded(
  meshes: Mesh[],
  plan: Partial<LoadPlan>,
  silent: readonly string[],
): Promise<Counted> {
  const mesh = await startMesh({
    service: 'greeter',
    versions: VERSIONS.map((name) => ({ name, weight: 1, pods: podNames('greeter', name) })),
    balance: 'per-request',
  });
  meshes.push(mesh);
  const cancel = afterServing(mesh, 400, () => {
    for (const version of silent) mesh.setFault(version, { kind: 'hang' });
  });
  const counted = await runLoad(greeterOrder(mesh.address, { ...PLAN, ...plan }), unwatched());
  cancel();
  return counted;
}

describe('a gateway that falls silent', () => {
  const meshes: Mesh[] = [];
  after(() => Promise.all(meshes.map((mesh) => mesh.close())));

  for (const [what, plan] of [
    ['a closed loop', {}],
    ['a closed loop on two threads', { workers: 2 }],
    ['a loop with a pace', { atMostPerSecond: 2000 }],
  ] as const) {
    it(`ends ${what} once what has failed decides the run`, TIMEOUT, async () => {
      const counted = await loaded(meshes, { silentAfterErrors: 48, ...plan }, VERSIONS);
      const { sent, due, ends, unsent } = counted.calls[0]!;
      assert.equal(counted.stopped?.code, 'silent');
      assert.equal(counted.stopped.afterRequests, sent);
      assert.equal(due, REQUESTS);
      assert.deepEqual([...unsent], [['no-answer', REQUESTS - sent]]);
      assert.equal(ends.ok + ends.timedOut, sent, 'what was in flight is awaited');
      assert.ok(ends.timedOut >= 64 && ends.timedOut <= 5 * 64, String(ends.timedOut));
      assert.ok(counted.silences.length > 0);
    });
  }

  it('is waited for where its failures decide nothing', TIMEOUT, async () => {
    const plan = { requests: 700, silentAfterErrors: 10_000 };
    const counted = await loaded(meshes, plan, VERSIONS);
    assert.equal(counted.stopped, null);
    assert.equal(counted.calls[0]!.sent, 700);
  });

  it('is not one where a version still answers', TIMEOUT, async () => {
    const plan = { requests: 700, silentAfterErrors: 48 };
    const counted = await loaded(meshes, plan, ['v2']);
    assert.equal(counted.stopped, null);
    assert.equal(counted.calls[0]!.sent, 700);
  });
});
