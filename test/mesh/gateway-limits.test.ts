import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import type { ServiceError } from '@grpc/grpc-js';
import type { GatewayLimits } from '../../src/mesh/gateway-limits.js';
import { type Mesh, startMesh } from '../../src/mesh/mesh.js';
import type { FailureStatus } from '../../src/mesh/pod-errors.js';
import { podNames } from '../../src/mesh/pod-names.js';
import { type GrpcClient, grpcClient } from '../fixtures/grpc-client.js';

const UNAVAILABLE: FailureStatus = { kind: 'grpc', code: 14 };

function retrying(attempts: number, retryOn: readonly string[], more = {}): GatewayLimits {
  const retries = { attempts, perTryTimeoutMs: null, retryOn, ...more };
  return { timeoutMs: null, retries, countsAttempts: true };
}

describe('the gateway of the mesh', () => {
  const open: { close(): unknown }[] = [];
  afterEach(async () => {
    for (const part of open.splice(0).reverse()) await part.close();
  });

  async function meshWith(limits?: GatewayLimits): Promise<{ mesh: Mesh; client: GrpcClient }> {
    const mesh = await startMesh({
      service: 'greeter',
      versions: [{ name: 'v1', weight: 1, pods: podNames('greeter', 'v1', 2) }],
      seed: 7,
      ...(limits === undefined ? {} : { limits }),
    });
    const client = grpcClient('greeter', mesh.address);
    open.push(mesh, client);
    return { mesh, client };
  }

  async function failuresOf(client: GrpcClient, calls: number): Promise<ServiceError[]> {
    const all = await Promise.allSettled(
      Array.from({ length: calls }, () => client.call('SayHello', { name: 'Jack' })),
    );
    return all.flatMap((one) => (one.status === 'rejected' ? [one.reason as ServiceError] : []));
  }

  it('tries what fails again, at the next pod, and no more often than it is told', async () => {
    const { mesh, client } = await meshWith(retrying(2, ['unavailable']));
    const fault = { kind: 'errors', rate: 1, isNamed: false, status: UNAVAILABLE } as const;
    mesh.setFault('v1', fault);
    const failures = await failuresOf(client, 20);
    assert.equal(failures.length, 20);
    for (const { code, metadata } of failures) {
      assert.deepEqual([code, metadata.get('x-envoy-attempt-count')], [14, ['3']]);
    }
    assert.equal(
      Object.values(mesh.served()).reduce((a, b) => a + b),
      60,
    );
    mesh.setFault('v1', null);
    assert.deepEqual(await failuresOf(client, 20), []);
  });

  it('fails a share by a seed: with three retries most of it is gone', async () => {
    const { mesh, client } = await meshWith(retrying(3, ['unavailable']));
    const rate = 0.5;
    mesh.setFault('v1', { kind: 'errors', rate, isNamed: false, status: UNAVAILABLE, seed: 3 });
    const failures = await failuresOf(client, 640);
    // Of 640 calls 40, standard deviation 6: a sixteenth fails four times.
    assert.ok(Math.abs(failures.length - 40) < 30, String(failures.length));
  });

  for (const [retryOn, status, tried] of [
    [['internal'], UNAVAILABLE, 1],
    [['503'], { kind: 'http', status: 503 }, 2],
    [['5xx'], { kind: 'http', status: 500 }, 2],
    [['gateway-error'], { kind: 'http', status: 500 }, 1],
    [['gateway-error'], { kind: 'http', status: 502 }, 2],
  ] as const) {
    it(`on ${retryOn.join()} tries ${JSON.stringify(status)} ${tried} times`, async () => {
      const { mesh, client } = await meshWith(retrying(1, retryOn));
      mesh.setFault('v1', { kind: 'errors', rate: 1, isNamed: false, status });
      await failuresOf(client, 5);
      assert.equal(
        Object.values(mesh.served()).reduce((a, b) => a + b),
        5 * tried,
      );
    });
  }

  it('ends a call after its timeout, an attempt after that of each, and says how often it tried', async () => {
    const limits = retrying(2, ['5xx'], { perTryTimeoutMs: 20 });
    const { mesh, client } = await meshWith(limits);
    mesh.setFault('v1', { kind: 'hang' });
    const [each] = await failuresOf(client, 1);
    assert.deepEqual(each?.metadata.get('x-envoy-attempt-count'), ['3']);
    const whole = await meshWith({ ...limits, timeoutMs: 10 });
    whole.mesh.setFault('v1', { kind: 'hang' });
    const [once] = await failuresOf(whole.client, 1);
    assert.deepEqual(
      [once?.code, once?.details, once?.metadata.get('x-envoy-attempt-count')],
      [14, 'upstream request timeout', ['1']],
    );
  });
});
