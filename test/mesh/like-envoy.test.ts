import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:http2';
import { after, before, describe, it } from 'node:test';
import type { ServiceError } from '@grpc/grpc-js';
import type { Fault } from '../../src/mesh/fault.js';
import { startMesh, type Mesh } from '../../src/mesh/mesh.js';
import { startEnvoy, type Envoy } from '../fixtures/envoy.js';
import { grpcClient } from '../fixtures/grpc-client.js';
import { refusingAddress } from '../fixtures/misbehaving-servers.js';

/** Where the embedded gateway says it speaks like Envoy, Envoy itself is asked. */
describe('the embedded gateway fails as Envoy does', () => {
  let envoy: Envoy;
  let mesh: Mesh;

  before(async () => {
    mesh = await startMesh({
      service: 'greeter',
      versions: [{ name: 'v1', weight: 1, pods: ['pod'] }],
      hosts: ['127.0.0.1'],
    });
    const refusing = Number((await refusingAddress()).split(':')[1]);
    const only = { name: 'v1', weight: 1, ports: [] };
    envoy = await startEnvoy({
      listeners: [
        { kind: 'http', clusters: [{ ...only, ports: [refusing] }] },
        { kind: 'http', clusters: [only] },
        { kind: 'http', clusters: [{ ...only, missing: true }] },
        { kind: 'http', clusters: [only], prefix: '/nothing/here' },
      ],
    });
  });
  after(async () => {
    await envoy.stop();
    await mesh.close();
  });

  const cases: readonly { name: string; fault: Fault | null }[] = [
    { name: 'refused', fault: { kind: 'refused' } },
    { name: 'no-healthy-upstream', fault: { kind: 'no-healthy-upstream' } },
    { name: 'cluster-not-found', fault: { kind: 'cluster-not-found' } },
    { name: 'no-route', fault: null },
  ];
  for (const [listener, { name, fault }] of cases.entries()) {
    it(name, async () => {
      mesh.setFault('v1', fault);
      const meshAddress = fault ? mesh.address : mesh.address.replace('127.0.0.1', 'localhost');
      const envoyAddress = envoy.addresses[listener]!;
      assert.deepEqual(await grpcFailure(meshAddress), await grpcFailure(envoyAddress));
      assert.deepEqual(await httpFailure(meshAddress), await httpFailure(envoyAddress));
    });
  }
});

async function grpcFailure(address: string): Promise<{ code: number; details: string }> {
  const client = grpcClient('greeter', address);
  try {
    await client.call('SayHello', { name: 'Jack' });
    throw new Error(`${address} answered`);
  } catch (error) {
    const { code, details } = error as ServiceError;
    return { code, details };
  } finally {
    client.close();
  }
}

/** To a request that is not gRPC. */
async function httpFailure(address: string): Promise<{ status: unknown; body: string }> {
  const session = connect(`http://${address}`);
  const stream = session.request({ ':path': '/' });
  let body = '';
  stream.setEncoding('utf8').on('data', (text: string) => (body += text));
  const [headers] = (await once(stream, 'response')) as [Record<string, unknown>];
  if (!stream.readableEnded) await once(stream, 'end');
  session.destroy();
  return { status: headers[':status'], body };
}
