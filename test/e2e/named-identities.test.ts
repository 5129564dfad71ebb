import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Mesh, startMesh } from '../../src/mesh/mesh.js';
import type { RunRecord } from '../../src/record/run-record.js';
import { reasonsOf, recordOf } from '../fixtures/command.js';

const MANIFESTS = ['app', 'destination-rule', 'gateway', 'virtual-service-60-40'].flatMap(
  (name) => ['-f', `scenarios/asm-greeter/${name}.yaml`],
);
/** Of no Deployment in the manifests. */
const PODS = { v1: 'other-v1-79b5dc9654-cg4dq', v2: 'other-v2-7f56b49b7f-9vvr7' };
const VERSION = ['--identity-pattern=-(v[12])-'];

function observed({ calls }: RunRecord): Record<string, number> {
  return Object.fromEntries(
    calls[0]!.split!.destinations.map(({ name, observed: count }) => [name, count]),
  );
}

describe('answers whose senders are named by a pattern and a map', () => {
  let mesh: Mesh;
  before(async () => {
    mesh = await startMesh({
      service: 'greeter',
      versions: [
        { name: 'v1', weight: 60, pods: [PODS.v1] },
        { name: 'v2', weight: 40, pods: [PODS.v2] },
      ],
    });
  });
  after(() => mesh.close());

  /** Twice what is planned: a right split passes with near certainty. */
  function verify(...args: string[]): Promise<{ status: number | null; record: RunRecord }> {
    const call = ['--plaintext', '-d', '{"name":"Jo"}', 'helloworld.Greeter/SayHello'];
    return recordOf(['verify', mesh.address, '-n', '6200', ...args, ...call]);
  }

  it('belong to the weights that have those names, in each thread', async () => {
    const before = mesh.served();
    const { status, record } = await verify(
      ...['--weights', 'stable=60,canary=40', '--workers', '2'],
      ...VERSION,
      ...['--identity-map', 'v1=stable,v2=canary'],
    );
    assert.equal(status, 0, reasonsOf(record));
    const now = mesh.served();
    assert.deepEqual(observed(record), {
      stable: now[PODS.v1]! - before[PODS.v1]!,
      canary: now[PODS.v2]! - before[PODS.v2]!,
    });
  });

  it('fail where the map says the opposite', async () => {
    const { status, record } = await verify(
      ...['--weights', 'stable=60,canary=40'],
      ...VERSION,
      ...['--identity-map', 'v2=stable,v1=canary'],
    );
    assert.equal(status, 1, reasonsOf(record));
    assert.ok(observed(record).stable! < observed(record).canary!);
  });

  it('belong to the subsets of manifests, whose workloads have pods of other names', async () => {
    const { status, record } = await verify(...MANIFESTS, ...VERSION);
    assert.equal(status, 0, reasonsOf(record));
    const { v1, v2 } = observed(record);
    assert.equal(v1! + v2!, 6200);
    // Nobody known answers, and going on would change nothing.
    const { record: unnamed } = await verify(...MANIFESTS);
    assert.equal(unnamed.stopped?.code, 'hopeless');
    assert.equal(unnamed.calls[0]!.split!.unattributed, unnamed.load.sent);
  });

  it('are v1 where nothing is found, of successful calls', async () => {
    const source = ['--identity', 'text:other-(v2)-', '--identity-map', '=v1'];
    const { status, record } = await verify('--weights', 'v1=60,v2=40', ...source);
    assert.equal(status, 0, reasonsOf(record));
    assert.equal(record.calls[0]!.split!.unattributed, 0);
    mesh.setFault('v2', { kind: 'abort', grpcStatus: 14 });
    try {
      const broken = await verify('--weights', 'v1=60,v2=40', ...source);
      const { v1, v2 } = observed(broken.record);
      assert.equal(v2, 0);
      assert.equal(v1! + broken.record.load.failed, 6200);
    } finally {
      mesh.setFault('v2', null);
    }
  });
});
