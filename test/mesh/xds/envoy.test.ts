import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { XDS_KINDS } from '../../../src/mesh/xds/resources.js';
import { countAnswers, versionIn } from '../../fixtures/count-answers.js';
import type { Envoy } from '../../fixtures/envoy.js';
import { type GrpcClient, grpcClient } from '../../fixtures/grpc-client.js';
import { assertShare } from '../../fixtures/split-bounds.js';
import { startXdsEnvoy } from '../../fixtures/xds-envoy.js';
import { startXdsMesh, type XdsMesh } from '../../fixtures/xds-mesh.js';

const CALLS = 1000;

describe('the control plane, as Envoy takes it', () => {
  let mesh: XdsMesh;
  let envoy: Envoy;
  let client: GrpcClient;
  before(async () => {
    mesh = await startXdsMesh({ v1: 20, v2: 80 });
    envoy = await startXdsEnvoy(mesh.plane.address);
    client = grpcClient('echo', envoy.address);
  });
  after(async () => {
    client.close();
    await envoy.stop();
    await mesh.close();
  });

  async function echo(): Promise<string> {
    return versionIn(String((await client.call('Echo', { message: 'hi' })).message));
  }

  /** Calls until the routes of now are accepted, and what has gone is gone: none may fail. */
  async function settled(from: number): Promise<void> {
    let isOver = false;
    const version = String(mesh.plane.version);
    const over = mesh
      .happened((one) => {
        return one.event === 'accepted' && one.kind === 'rds' && one.version === version;
      }, from)
      .finally(() => (isOver = true));
    while (!isOver) await countAnswers(echo, 32);
    await over;
  }

  it('splits 20/80, and has no listener of gRPC clients', async () => {
    const { v1 = 0, v2 = 0 } = await countAnswers(echo, CALLS);
    assert.equal(v1 + v2, CALLS);
    assertShare(v1, CALLS, 0.2);
    assert.deepEqual(mesh.pods.served(), { v1, v2 });
    assert.equal(envoy.addresses.length, 1);
    assert.deepEqual(
      mesh.events.filter(({ event }) => event === 'refused'),
      [],
    );
  });

  it('loses no call while weights and destinations change', async () => {
    for (const weights of [{ v1: 0, v2: 1 }, { v1: 1 }, { v2: 1 }, { v1: 1, v2: 1 }]) {
      const from = mesh.events.length;
      mesh.setWeights(weights);
      await settled(from);
    }
    const from = mesh.events.length;
    mesh.setWeights({ v2: 100 });
    await settled(from);
    // Workers of Envoy hear of it after it has accepted it.
    await countAnswers(echo, 200);
    assert.deepEqual(await countAnswers(echo, 100), { v2: 100 });
    const last = await mesh.happened(({ event, ...one }) => {
      return event === 'accepted' && 'kind' in one && one.kind === 'cds' && one.version === '6';
    }, from);
    assert.equal(last.node, 'envoy');
  });

  it('goes on while the control plane is away, and hears of what has changed then', async () => {
    const from = mesh.events.length;
    await mesh.plane.stop();
    await mesh.happened(({ event }) => event === 'left', from);
    mesh.setWeights({ v1: 1 });
    await countAnswers(echo, 32);
    await mesh.plane.start();
    await settled(from);
    await countAnswers(echo, 200);
    assert.deepEqual(await countAnswers(echo, 100), { v1: 100 });
  });

  it('refuses what is invalid of each kind, and keeps what it has', async () => {
    for (const kind of XDS_KINDS) {
      const from = mesh.events.length;
      mesh.plane.setFault(kind, 'invalid');
      const refused = await mesh.happened(({ event }) => event === 'refused', from);
      assert.ok('kind' in refused && refused.kind === kind, JSON.stringify(refused));
      await countAnswers(echo, 32);
      mesh.plane.setFault(kind, null);
      await mesh.happened((one) => {
        const isNow = 'version' in one && one.version === String(mesh.plane.version);
        return one.event === 'accepted' && isNow && one.kind === kind;
      }, from);
    }
    assert.deepEqual(await countAnswers(echo, 32), { v1: 32 });
  });
});
