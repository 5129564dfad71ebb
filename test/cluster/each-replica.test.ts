import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { networkInterfaces, tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type Mesh, startMesh } from '../../src/mesh/mesh.js';
import { podNames } from '../../src/mesh/pod-names.js';
import { recordOf } from '../fixtures/command.js';
import { replicaObjects } from '../run/replica-objects.js';
import { startCluster, type Cluster } from './fixtures/cluster.js';
import { kubeconfigOf } from './fixtures/kubeconfig.js';

const PODS = ['gw-a', 'gw-b', 'gw-c'];
const LINE = [
  'verify',
  '--kube',
  '--each-replica',
  'gateway.example.com:8080',
  'helloworld.Greeter/SayHello',
  '--plaintext',
  '--pace',
  '4000',
  '--power',
  '0.9999',
];

const FIRST_SEED = 2;

/** An API server takes no addresses of loopback as endpoints: this machine's own stays on it all the same. */
const OWN = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;
/** For documents: nobody has it. */
const NOBODYS = '192.0.2.77';

describe('--each-replica against a real API server', () => {
  let cluster: Cluster;
  let folder: string;
  let meshes: Mesh[];
  const asked = { env: {} as Record<string, string> };

  before(async () => {
    cluster = await startCluster();
    folder = await mkdtemp(path.join(tmpdir(), 'splitproof-each-replica-'));
    meshes = await Promise.all(
      PODS.map((_, index) =>
        startMesh({
          host: OWN ?? '127.0.0.1',
          // The same draws each time: others would fail a right gateway once in a thousand runs.
          seed: FIRST_SEED + index,
          service: 'greeter',
          versions: [
            { name: 'v1', weight: 90, pods: podNames('greeter', 'v1') },
            { name: 'v2', weight: 10, pods: podNames('greeter', 'v2') },
          ],
        }),
      ),
    );
    const { token } = cluster.server.access;
    const config = path.join(folder, 'config');
    await writeFile(config, kubeconfigOf(cluster.server, { token }, 'shop'));
    asked.env = { KUBECONFIG: config };
    const listed = meshes.map(({ port }, index) => {
      return { pod: PODS[index] ?? '', address: OWN ?? NOBODYS, port };
    });
    for (const object of replicaObjects(listed)) {
      const { status, text } = await cluster.create(object);
      assert.ok(status < 300, text);
    }
  });
  after(async () => {
    await Promise.all([cluster.stop(), ...meshes.map((mesh) => mesh.close())]);
    await rm(folder, { recursive: true, force: true });
  });

  it('finds every pod of the gateway, and the one that serves old weights', async () => {
    if (OWN === undefined) {
      // Without an address of its own a machine shows that much: which pods there are, and that none answers.
      const { status, record } = await recordOf([...LINE, '--connect-timeout', '1s'], asked);
      assert.equal(status, 4);
      assert.deepEqual(
        record.calls.map(({ replica }) => replica?.pod),
        PODS,
      );
      return;
    }
    const right = await recordOf(LINE, asked);
    assert.equal(right.status, 0, right.stderr);
    assert.deepEqual(
      right.record.calls.map(({ replica, verdict }) => `${replica?.pod ?? ''} ${verdict}`),
      PODS.map((pod) => `${pod} pass`),
    );
    assert.match(right.stderr, /each replica behind the Service edge\/edge-gateway is loaded/);
    meshes[1]?.setWeights({ v1: 60, v2: 40 });
    const stale = await recordOf([...LINE, '--previous', 'v1=60,v2=40'], asked);
    assert.equal(stale.status, 1, stale.stderr);
    assert.deepEqual(
      stale.record.calls.map(({ replica, verdict }) => `${replica?.pod ?? ''} ${verdict}`),
      ['gw-a pass', 'gw-b fail', 'gw-c pass'],
    );
    const found = (code: string) => stale.record.findings.find((one) => one.code === code);
    assert.match(found('gateways-disagree')?.summary ?? '', /: gw-b splits otherwise/);
    assert.equal(found('stale-weights')?.call, 'gw-b');
  });
});
