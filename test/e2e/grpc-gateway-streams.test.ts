import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Backend, startBackend } from '../../src/mesh/backend.js';
import { reasonsOf, recordOf } from '../fixtures/command.js';
import { type Envoy, startEnvoy } from '../fixtures/envoy.js';

/** Pods as Kubernetes names those of the Deployments of `scenarios/grpc-gateway/`. */
const PODS = {
  v1: 'streaming-service-v1-6d4cf56db6-x2x7k',
  v2: 'streaming-service-v2-5b8f7d9c6c-q9w8z',
  streamingNext: 'streaming-service-next-7c6d9f5b8-fghij',
  service: 'grpc-service-6d4cf56db6-bcdfg',
  serviceNext: 'grpc-service-next-7c6d9f5b8-hjklm',
} as const;
type Pod = keyof typeof PODS;

/** What each gateway splits, by weight. */
const GATEWAYS = {
  streaming: { v1: 50, v2: 50 },
  'streaming leaks': { v1: 45, v2: 45, streamingNext: 10 },
  canary: { v1: 60, v2: 40 },
  'canary otherwise': { v1: 30, v2: 70 },
  h2c: { service: 100 },
  'h2c leaks': { service: 90, serviceNext: 10 },
} satisfies Record<string, Partial<Record<Pod, number>>>;

describe('the gateways of the streaming and h2c scenarios, as Envoy is one', () => {
  let pods: Record<Pod, Backend>;
  let envoy: Envoy;
  before(async () => {
    const started = await Promise.all(
      Object.entries(PODS).map(async ([name, pod]) => {
        return [name, await startBackend({ service: 'greeter', version: 'v1', pod })] as const;
      }),
    );
    pods = Object.fromEntries(started) as Record<Pod, Backend>;
    envoy = await startEnvoy({
      listeners: Object.values(GATEWAYS).map((weights: Partial<Record<Pod, number>>) => ({
        kind: 'http',
        clusters: Object.entries(weights).map(([name, weight]) => {
          return { name, weight, ports: [pods[name as Pod].port] };
        }),
      })),
    });
  });
  after(async () => {
    await envoy.stop();
    await Promise.all(Object.values(pods).map((pod) => pod.close()));
  });

  async function verified(scenario: string, gateway: keyof typeof GATEWAYS, ...args: string[]) {
    const address = envoy.addresses[Object.keys(GATEWAYS).indexOf(gateway)] ?? '';
    const file = `scenarios/grpc-gateway-${scenario}.yaml`;
    return await recordOf(['verify', address, '--scenario', file, ...args]);
  }

  it('passes streams that all go to the one service, and fails those that leak to another', async () => {
    const right = await verified('streaming', 'streaming', '-n', '800');
    assert.equal(right.status, 0, reasonsOf(right.record));
    // Nothing is wrong with its route: no timeout, no protocol.
    assert.deepEqual(
      right.record.findings.filter(({ about }) => about !== 'client'),
      [],
    );
    const wrong = await verified('streaming', 'streaming leaks', '-n', '800');
    assert.equal(wrong.status, 1, reasonsOf(wrong.record));
    assert.ok(wrong.record.findings.some(({ code }) => code === 'leak-to-zero-weight'));
  });

  it('passes streams that are split as the canary’s weights say, and fails others', async () => {
    const load = ['-n', '1500', '--tolerance', '10pp'];
    const right = await verified('streaming-canary', 'canary', ...load);
    assert.equal(right.status, 0, reasonsOf(right.record));
    assert.equal(right.record.calls[0]?.streams?.messagesReceived, 3000);
    const wrong = await verified('streaming-canary', 'canary otherwise', ...load);
    assert.equal(wrong.status, 1, reasonsOf(wrong.record));
  });

  it('passes plaintext HTTP/2 that leads to the one service, and fails what leaks', async () => {
    const right = await verified('h2c', 'h2c', '-n', '800');
    assert.equal(right.status, 0, reasonsOf(right.record));
    const wrong = await verified('h2c', 'h2c leaks', '-n', '800');
    assert.equal(wrong.status, 1, reasonsOf(wrong.record));
  });
});
