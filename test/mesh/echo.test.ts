import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { status, type ServiceError } from '@grpc/grpc-js';
import { startMesh, type Mesh } from '../../src/mesh/mesh.js';
import { podNames } from '../../src/mesh/pod-names.js';
import { grpcClient, type GrpcClient } from '../fixtures/grpc-client.js';

const V1 = 'echo-v1-f76996c45-h7plh';
const V2 = 'echo-v2-7d76b7969-ltlkp';
const URL = 'xds:///echo.echo-grpc.svc.cluster.local:7070';

describe('the echo application in the mesh', () => {
  let mesh: Mesh;
  let client: GrpcClient;
  before(async () => {
    mesh = await startMesh({
      service: 'echo',
      versions: [
        { name: 'v1', weight: 20, pods: podNames('echo', 'v1') },
        { name: 'v2', weight: 80, pods: podNames('echo', 'v2') },
      ],
      seed: 11,
    });
    client = grpcClient('echo', mesh.address);
  });
  after(async () => {
    client.close();
    await mesh.close();
  });

  it('answers Echo with one line for each fact', async () => {
    const { message } = await client.call('Echo', { message: 'hi' });
    const lines = String(message).trimEnd().split('\n');
    const version = lines.includes('ServiceVersion=v1') ? 'v1' : 'v2';
    assert.deepEqual(
      lines.filter((line) => !line.startsWith('RequestHeader=user-agent:')),
      [
        'RequestHeader=accept-encoding:identity',
        'RequestHeader=content-type:application/grpc',
        `RequestHeader=grpc-accept-encoding:identity,deflate,gzip`,
        lines.find((line) => line.startsWith('RequestHeader=grpc-timeout:')),
        `Host=${mesh.address}`,
        `RequestHeader=:authority:${mesh.address}`,
        'StatusCode=200',
        `ServiceVersion=${version}`,
        'ServicePort=7070',
        'IP=127.0.0.1',
        'Proto=GRPC',
        'Echo=hi',
        `Hostname=${version === 'v1' ? V1 : V2}`,
      ],
    );
  });

  it('forwards through the split: one output for each request', async () => {
    const before = mesh.forwarded();
    const { output } = await client.call('ForwardEcho', {
      url: URL,
      count: 500,
      message: 'hi',
      headers: [{ key: 'X-A', value: 'b' }],
    });
    const outputs = output as string[];
    assert.equal(outputs.length, 500);
    const first = outputs[3]!.split('\n');
    assert.match(first[0]!, /^\[3\] Latency=[0-9.]+(?:µs|ms|s)$/);
    assert.ok(first.includes('[3 body] RequestHeader=x-a:b'));
    assert.ok(first.includes('[3 body] Host=echo.echo-grpc.svc.cluster.local:7070'));
    assert.ok(first.includes('[3 body] Echo=hi'));
    assert.equal(first.at(-2), '[3] ResponseHeader=content-type:application/grpc');

    const fromV2 = outputs.filter((text) => text.includes(`] Hostname=${V2}\n`)).length;
    assert.equal(mesh.forwarded()[V2]! - (before[V2] ?? 0), fromV2);
    assert.equal(mesh.forwarded()[V1]! - (before[V1] ?? 0), 500 - fromV2);
    // Standard deviation 9; the seed makes the outcome the same each time.
    assert.ok(Math.abs(fromV2 - 400) < 45, String(fromV2));
  });

  it('forwards once when no count is given, and to grpc:// as well', async () => {
    const { output } = await client.call('ForwardEcho', { url: 'grpc://echo:7070' });
    assert.equal((output as string[]).length, 1);
  });

  it('fails the whole call when a forwarded request fails, and says how many did', async () => {
    mesh.setFault('v1', { kind: 'refused' });
    const errors: ServiceError[] = [];
    for (let i = 0; i < 10; i += 1) {
      const call = client.call('ForwardEcho', { url: URL, count: 100 });
      await call.catch((error: unknown) => errors.push(error as ServiceError));
    }
    mesh.setFault('v1', null);
    // Those that reached a pod of v2 and were forwarded to v1 from there.
    const forwarded = errors.filter(({ code }) => code === status.UNKNOWN);
    assert.ok(
      forwarded.length > 0 &&
        errors.every(({ code }) => code === status.UNKNOWN || code === status.UNAVAILABLE),
    );
    assert.match(
      forwarded[0]!.details,
      /^\d\d\/100 requests had errors; first error: rpc error: code = Unavailable desc = upstream/,
    );
  });

  it('fails the whole call when its requests are not all answered in time', async () => {
    for (const version of ['v1', 'v2']) mesh.setFault(version, { kind: 'delay', delayMs: 200 });
    const call = client.call('ForwardEcho', { url: URL, count: 3, timeout_micros: 20_000 });
    await assert.rejects(call, {
      code: 2,
      details: 'request set timed out after 20ms and only 0/3 requests completed (0s avg)',
    });
    for (const version of ['v1', 'v2']) mesh.setFault(version, null);
  });

  it('refuses a URL it cannot forward to', async () => {
    await assert.rejects(client.call('ForwardEcho', { url: 'tcp://echo:7070' }), {
      code: 2,
      details: 'unsupported protocol: tcp://echo:7070',
    });
  });
});
