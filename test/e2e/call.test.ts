import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Mesh } from '../../src/mesh/mesh.js';
import { type PathMesh, startPathMesh } from '../../src/mesh/path-mesh.js';
import { podNames } from '../../src/mesh/pod-names.js';
import type { CallReport } from '../../src/report/call.js';
import { splitproof } from '../fixtures/command.js';
import { startGreeterMesh } from '../fixtures/greeter-mesh.js';

const GATEWAY = [
  'gateway-h2c',
  'app-paths',
  'destination-rules-paths',
  'virtual-service-paths-canary',
].flatMap((name) => ['-f', `scenarios/grpc-gateway/${name}.yaml`]);
const ORDER = ['mypackage.OrderService/GetOrder', '--proto', 'scenarios/grpc-gateway/order.proto'];

describe('splitproof call', () => {
  let greeter: Mesh;
  let gateway: PathMesh;
  before(async () => {
    greeter = await startGreeterMesh();
    gateway = await startPathMesh({
      routes: [
        {
          prefix: '/mypackage.OrderService',
          service: 'order',
          versions: [{ name: 'v2', weight: 1, pods: podNames('order', 'v2') }],
        },
      ],
    });
  });
  after(async () => {
    await gateway.close();
    await greeter.close();
  });

  it('shows one answer, who gave it, and the route that it should have taken', async () => {
    const { status, stdout, stderr } = await splitproof([
      ...['call', '--plaintext', gateway.address, ...ORDER, '-d', '{"id":"1001"}', ...GATEWAY],
      ...['--authority', 'grpc.example.com', '--identity', 'header:x-pod'],
    ]);
    assert.equal(status, 0, stderr);
    const pod = podNames('order', 'v2')[0]!;
    const route =
      'VirtualService default/grpc-routing (scenarios/grpc-gateway/virtual-service-paths-canary.yaml:2), http[1]';
    assert.ok(stdout.replaceAll(/\s+/g, ' ').includes(route), stdout);
    assert.match(stdout, new RegExp(`^ {2}from {4}v2, ${pod}$`, 'm'));
    assert.match(stdout, /^ {2}status {2}OK$/m);
    assert.match(stdout, new RegExp(`^ {2}x-pod: ${pod}$`, 'm'));
    assert.match(stdout, /^Reply\n {2}\{\n {4}"id": "1001",\n {4}"user_id": "7"\n {2}\}$/m);
    assert.match(stdout, /^Trailers\n {2}grpc-status: 0$/m);
    assert.deepEqual(gateway.served(), { [pod]: 1 });
  });

  it('watches health until its deadline, also that of a service that may come', async () => {
    const watch = async (data: string): Promise<string> => {
      const words = ['grpc.health.v1.Health/Watch', '-d', data, '-t', '400ms'];
      const { status, stdout } = await splitproof([
        'call',
        '--plaintext',
        greeter.address,
        ...words,
      ]);
      assert.equal(status, 1, stdout);
      assert.match(stdout, /^ {2}status {2}DEADLINE_EXCEEDED/m);
      return stdout;
    };
    assert.match(await watch('{}'), /"status": "SERVING"/);
    assert.match(await watch('{"service":"no.Such"}'), /"status": "SERVICE_UNKNOWN"/);
  });

  it('sends one request, whatever load a scenario asks for', async () => {
    const before = Object.values(greeter.served()).reduce((sum, count) => sum + count);
    const { status, stdout } = await splitproof([
      ...['call', '--scenario', 'scenarios/asm-greeter-60-40.yaml', greeter.address],
      ...['--format', 'json'],
    ]);
    assert.equal(status, 0);
    const report = JSON.parse(stdout) as CallReport;
    assert.match(report.answer!.reply!, /^\{"message":"Hello, Jack! I'm from grpc-helloworld-py-v/);
    assert.match(
      `${report.destination} ${report.answer!.identity}`,
      /^(v[12]) grpc-helloworld-py-\1-/,
    );
    assert.equal(report.schema, 'splitproof/call/v1');
    assert.equal(report.status, 'OK');
    const now = Object.values(greeter.served()).reduce((sum, count) => sum + count);
    assert.equal(now - before, 1);
  });

  it('shows every message of a stream, and who gave it', async () => {
    const call = async (...args: string[]): Promise<string> => {
      const { status, stdout, stderr } = await splitproof([
        ...['call', '--plaintext', greeter.address, ...args],
      ]);
      assert.equal(status, 0, stderr);
      return stdout;
    };
    const method = 'helloworld.Greeter/SayHello';
    const names = ['-d', '{"name":"Jack"}{"name":"Jill"}'];
    const served = await call(`${method}StreamReply`, '-d', '{"name":"Jack"}');
    assert.match(served, /^ {2}from {4}grpc-helloworld-py-v\d-/m);
    assert.match(
      served,
      /^Messages\n {2}5, 315 bytes\n(?: {2}\{\n {4}"message": .*\n {2}\}\n){5}\n/m,
    );
    assert.match(served, /^Trailers\n {2}grpc-status: 0$/m);
    const both = await call(`${method}BidiStream`, ...names);
    assert.match(both, /Hello, Jack![^]*Hello, Jill!/);
    // One answer to all that was sent.
    const client = await call(`${method}ClientStream`, ...names);
    assert.match(
      client,
      /^Reply\n {2}\{\n {4}"message": "Hello, Jack, Jill! I'm from .*\n {2}\}$/m,
    );
    // Of none there is nothing to show.
    const none = await call(`${method}StreamReply`, '-d', '{}', '-H', 'stream-messages: 0');
    assert.match(none, /^Messages\n {2}none\n\nTrailers\n {2}grpc-status: 0$/m);
    // What does not end is shown as far as it goes, and no further than is kept.
    const endless = await splitproof([
      ...['call', '--plaintext', greeter.address, `${method}StreamReply`, '-d', '{"name":"Jack"}'],
      ...['-H', 'stream-messages: endless', '-t', '300ms', '--format', 'json'],
    ]);
    assert.equal(endless.status, 1);
    const { answer, status } = JSON.parse(endless.stdout) as CallReport;
    assert.equal(status, 'DEADLINE_EXCEEDED');
    const { received, messages } = answer!.stream!;
    assert.ok(messages.length <= 10_000 && messages.length <= received);
  });

  it('shows what failed, without secrets, and exits with 1', async () => {
    const { status, stdout } = await splitproof([
      ...['call', '--plaintext', gateway.address, 'helloworld.Greeter/SayHello'],
      ...['-H', 'authorization: Bearer topsecret'],
    ]);
    assert.equal(status, 1);
    assert.match(stdout, /^ {2}status {2}UNIMPLEMENTED/m);
    assert.match(stdout, /^ {2}grpc-status: 12$/m);
    assert.doesNotMatch(stdout, /topsecret/);
  });

  it('exits with 4 where nobody is, and with 2 for what is wrong', async () => {
    const nobody = await splitproof(['call', '--plaintext', '127.0.0.1:1', ...ORDER]);
    assert.equal(nobody.status, 4, nobody.stderr);
    assert.match(nobody.stdout, /Nothing listens at the target\./);
    for (const [args, message] of [
      [['call'], /^splitproof: TARGET: /],
      [['call', ':1', ...ORDER, '-n', '5'], /Unknown argument: n/],
      [['call', ':1', '--scenario', 'scenarios/grpc-gateway-paths.yaml'], /one request at a time/],
    ] as const) {
      const { status, stderr } = await splitproof([...args]);
      assert.equal(status, 2, stderr);
      assert.match(stderr, message);
      assert.equal(stderr.trimEnd().split('\n').length, 1, stderr);
    }
  });
});
