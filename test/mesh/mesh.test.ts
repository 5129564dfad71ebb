import assert from 'node:assert/strict';
import { connect } from 'node:http2';
import { connect as connectTcp } from 'node:net';
import { once } from 'node:events';
import { afterEach, describe, it } from 'node:test';
import type { ServiceError } from '@grpc/grpc-js';
import { startMesh, type Mesh, type MeshOptions } from '../../src/mesh/mesh.js';
import { podNames } from '../../src/mesh/pod-names.js';
import { greetMany, grpcClient, type Contract, type GrpcClient } from '../fixtures/grpc-client.js';

const V1 = 'grpc-helloworld-py-v1-79b5dc9654-cg4dq';
const V2 = 'grpc-helloworld-py-v2-7f56b49b7f-9vvr7';

describe('the embedded mesh', () => {
  const open: { close(): unknown }[] = [];
  afterEach(async () => {
    for (const part of open.splice(0).reverse()) await part.close();
  });

  async function meshOf(options: Partial<MeshOptions> = {}): Promise<Mesh> {
    const service = options.service ?? 'greeter';
    const mesh = await startMesh({
      service,
      versions: [
        { name: 'v1', weight: 60, pods: podNames(service, 'v1') },
        { name: 'v2', weight: 40, pods: podNames(service, 'v2') },
      ],
      seed: 1,
      ...options,
    });
    open.push(mesh);
    return mesh;
  }

  function clientOf(mesh: Mesh, contract: Contract = 'greeter'): GrpcClient {
    const client = grpcClient(contract, mesh.address);
    open.push(client);
    return client;
  }

  it('greets in the words and with the pod names of the ASM document', async () => {
    const mesh = await meshOf({ versions: [{ name: 'v1', weight: 1, pods: [V1] }] });
    const { message } = await clientOf(mesh).call('SayHello', { name: 'Jack' });
    assert.equal(message, `Hello, Jack! I'm from ${V1}!`);
  });

  it('splits requests of one connection by the weights and counts what it served', async () => {
    const mesh = await meshOf();
    const answered = await greetMany(clientOf(mesh), 2000);
    assert.deepEqual(answered, mesh.served());
    // Standard deviation 22; the seed makes the outcome the same each time.
    assert.ok(Math.abs(answered[V1]! - 1200) < 110, JSON.stringify(answered));
  });

  it('lets the pods of a version take turns', async () => {
    const pods = podNames('greeter', 'v1', 3);
    const mesh = await meshOf({ versions: [{ name: 'v1', weight: 1, pods }] });
    await greetMany(clientOf(mesh), 30);
    assert.deepEqual(Object.values(mesh.served()), [10, 10, 10]);
  });

  it('pins every connection to one pod when it balances connections', async () => {
    const mesh = await meshOf({ balance: 'per-connection' });
    const seen = new Set<string>();
    for (let i = 0; i < 12; i += 1) {
      const answered = Object.keys(await greetMany(clientOf(mesh), 20));
      assert.equal(answered.length, 1);
      seen.add(answered[0]!);
    }
    assert.deepEqual([...seen].sort(), [V1, V2]);
  });

  it('serves other weights once told', async () => {
    const mesh = await meshOf();
    const client = clientOf(mesh);
    mesh.setWeights({ v1: 100, v2: 0 });
    assert.deepEqual(await greetMany(client, 50), { [V1]: 50 });
    mesh.setWeights({ v2: 3 });
    assert.deepEqual(await greetMany(client, 50), { [V2]: 50 });
    assert.throws(() => {
      mesh.setWeights({ v3: 1 });
    }, RangeError);
  });

  it('gives connections to the replicas of its gateway, of which the last may be stale', async () => {
    const mesh = await meshOf({
      gateways: {
        ...{ count: 3, connections: 'in-turn' },
        stale: { count: 1, weights: { v2: 1 } },
      },
    });
    mesh.setWeights({ v1: 1 });
    for (const pod of [V1, V1, V2, V1, V1, V2]) {
      assert.deepEqual(await greetMany(clientOf(mesh), 20), { [pod]: 20 });
    }
  });

  it('gives connections to any replica where its balancer does so', async () => {
    const stale = { count: 1, weights: { v2: 1 } };
    const mesh = await meshOf({
      versions: [
        { name: 'v1', weight: 1, pods: [V1] },
        { name: 'v2', weight: 0, pods: [V2] },
      ],
      gateways: { count: 2, connections: 'at-random', stale },
    });
    const seen: string[] = [];
    for (let i = 0; i < 24; i += 1) {
      seen.push(...Object.keys(await greetMany(clientOf(mesh), 4)));
    }
    assert.equal(seen.length, 24);
    const toStale = seen.filter((pod) => pod === V2).length;
    assert.ok(toStale > 4 && toStale < 20, String(toStale));
  });

  for (const isNamed of [true, false]) {
    it(`fails a part of a version's calls in its pods, ${isNamed ? 'which say who they are' : 'without a name'}`, async () => {
      const mesh = await meshOf();
      mesh.setFault('v2', { kind: 'errors', rate: 0.3, isNamed });
      const client = clientOf(mesh);
      const outcomes = await Promise.allSettled(
        Array.from({ length: 1000 }, () => client.call('SayHello', { name: 'Jack' })),
      );
      const errors = outcomes.flatMap((outcome) =>
        outcome.status === 'rejected' ? [outcome.reason as ServiceError] : [],
      );
      // Of about 400, standard deviation 9.
      assert.ok(Math.abs(errors.length - mesh.served()[V2]! * 0.3) < 55, String(errors.length));
      for (const { code, details, metadata } of errors) {
        assert.deepEqual([code, details], [13, 'no connection to the database']);
        const [peer = ''] = metadata.get('x-envoy-peer-metadata-id').map(String);
        assert.equal(peer.includes(`~${V2}.`), isNamed);
      }
      mesh.setFault('v2', null);
      assert.equal(Object.values(await greetMany(client, 100)).length, 2);
      assert.throws(() => {
        mesh.setFault('v2', { kind: 'errors', rate: 2, isNamed });
      }, RangeError);
    });
  }

  it('says it is serving, as a whole and for its service', async () => {
    const health = clientOf(await meshOf(), 'health');
    assert.equal((await health.call('Check', {})).status, 'SERVING');
    assert.equal((await health.call('Check', { service: 'helloworld.Greeter' })).status, 'SERVING');
    await assert.rejects(health.call('Check', { service: 'x' }), { code: 5 });
  });

  it('answers UNIMPLEMENTED for another service', async () => {
    const mesh = await meshOf({ service: 'echo' });
    await assert.rejects(clientOf(mesh).call('SayHello', { name: 'Jack' }), {
      code: 12,
      details: 'unknown method SayHello for service helloworld.Greeter',
    });
  });

  it('answers 404 for a host without a route: UNIMPLEMENTED to a gRPC client', async () => {
    const mesh = await meshOf({ hosts: ['greeter.example'] });
    await assert.rejects(clientOf(mesh).call('SayHello', { name: 'Jack' }), { code: 12 });
    assert.deepEqual(Object.values(mesh.served()), [0, 0]);

    const session = connect(`http://${mesh.address}`);
    const [headers] = (await once(session.request({ ':path': '/' }), 'response')) as [object];
    assert.equal((headers as Record<string, unknown>)[':status'], 404);
    session.destroy();
  });

  const words = [
    ['refused', 14, /^14 UNAVAILABLE: upstream connect error .* remote connection failure$/],
    ['cluster-not-found', 14, /^14 UNAVAILABLE: $/],
    ['no-healthy-upstream', 14, /^14 UNAVAILABLE: no healthy upstream$/],
    ['overflow', 14, /^14 UNAVAILABLE: upstream connect error .* reset reason: overflow$/],
    ['reset', 13, /^13 INTERNAL: /],
  ] as const;
  for (const [kind, code, message] of words) {
    it(`answers for a version whose fault is ${kind}, and for no other`, async () => {
      const mesh = await meshOf();
      mesh.setFault('v2', { kind });
      const client = clientOf(mesh);
      const outcomes = await Promise.allSettled(
        Array.from({ length: 60 }, () => client.call('SayHello', { name: 'Jack' })),
      );
      const errors = outcomes.flatMap((outcome) =>
        outcome.status === 'rejected' ? [outcome.reason as ServiceError] : [],
      );
      assert.ok(errors.length > 10 && errors.length < 50, String(errors.length));
      for (const error of errors) {
        assert.equal(error.code, code);
        assert.match(error.message, message);
      }
      assert.deepEqual(mesh.served(), { [V1]: 60 - errors.length, [V2]: 0 });
    });
  }

  it('aborts with the status and the words it is told, percent-encoded on the wire', async () => {
    const mesh = await meshOf({ versions: [{ name: 'v1', weight: 1, pods: [V1] }] });
    mesh.setFault('v1', { kind: 'abort', grpcStatus: 8, message: '100% voll: größer\n' });
    await assert.rejects(clientOf(mesh).call('SayHello', {}), {
      code: 8,
      details: '100% voll: größer\n',
    });
  });

  it('delays, and recovers when the fault is lifted', async () => {
    const mesh = await meshOf({ versions: [{ name: 'v1', weight: 1, pods: [V1] }] });
    const client = clientOf(mesh);
    mesh.setFault('v1', { kind: 'delay', delayMs: 30 });
    const slow = client.call('SayHello', { name: 'Jack' });
    const early = await Promise.race([slow.then(() => 'answered'), delayed(5)]);
    assert.equal(early, 'waiting');
    await slow;
    mesh.setFault('v1', null);
    await client.call('SayHello', { name: 'Jack' });
    assert.equal(mesh.served()[V1], 2);
  });

  it('announces its stream limit', async () => {
    const mesh = await meshOf({ maxConcurrentStreams: 7 });
    const session = connect(`http://${mesh.address}`);
    await once(session, 'remoteSettings');
    assert.equal(session.remoteSettings.maxConcurrentStreams, 7);
    session.destroy();
  });

  it('closes while requests hang and clients are connected', async () => {
    const mesh = await meshOf();
    mesh.setFault('v1', { kind: 'hang' });
    mesh.setFault('v2', { kind: 'hang' });
    const pending = clientOf(mesh).call('SayHello', {});
    const silent = connectTcp(mesh.port, mesh.host);
    silent.on('error', () => undefined);
    await once(silent, 'connect');
    await Promise.race([once(silent, 'data'), delayed(20)]);
    await mesh.close();
    await assert.rejects(pending, { code: 14 });
  });

  it('refuses versions that make no mesh', async () => {
    const twice = { name: 'v1', weight: 1, pods: [V1] };
    await assert.rejects(meshOf({ versions: [twice, twice] }), RangeError);
    await assert.rejects(meshOf({ versions: [{ name: 'v1', weight: 1, pods: [] }] }), RangeError);
    await assert.rejects(meshOf({ versions: [] }), RangeError);
    await assert.rejects(meshOf({ gateways: { count: 0, connections: 'in-turn' } }), RangeError);
    await assert.rejects(
      meshOf({ weightChange: { kind: 'periodic', to: { v9: 1 }, periodRequests: 9 } }),
      RangeError,
    );
  });
});

async function delayed(ms: number): Promise<'waiting'> {
  await new Promise((resolve) => setTimeout(resolve, ms));
  return 'waiting';
}
