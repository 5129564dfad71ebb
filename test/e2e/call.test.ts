import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Metadata, Server, ServerCredentials } from '@grpc/grpc-js';
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

/** google.rpc.Status with ErrorInfo, RetryInfo, BadRequest and a message that nobody knows, as protobufjs writes it. */
const DETAILS =
  'CAMSCndyb25nIG5hbWUaTAoodHlwZS5nb29nbGVhcGlzLmNvbS9nb29nbGUucnBjLkVycm9ySW5mbxIgCghCQURfTkFNRRIMc2hvcC5leGFtcGxlGgYKAWsSAXYaNgoodHlwZS5nb29nbGVhcGlzLmNvbS9nb29nbGUucnBjLlJldHJ5SW5mbxIKCggIARCAyrXuARo/Cil0eXBlLmdvb2dsZWFwaXMuY29tL2dvb2dsZS5ycGMuQmFkUmVxdWVzdBISChAKBG5hbWUSCGlzIGVtcHR5GiYKIHR5cGUuZ29vZ2xlYXBpcy5jb20vc2hvcC5Vbmtub3duEgIBAg==';

const asItIs = (bytes: Buffer): Buffer => bytes;
const RAW_METHOD = {
  path: '/helloworld.Greeter/SayHello',
  requestStream: false,
  responseStream: false,
  requestSerialize: asItIs,
  requestDeserialize: asItIs,
  responseSerialize: asItIs,
  responseDeserialize: asItIs,
};

const folder = mkdtempSync(path.join(tmpdir(), 'splitproof-call-'));
after(() => {
  rmSync(folder, { recursive: true });
});
/** Of the canary's two destinations the one that does not answer here. */
const V1_ALONE = path.join(folder, 'v1.yaml');
writeFileSync(
  V1_ALONE,
  `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: grpc-routing}
spec:
  hosts: ["grpc.example.com"]
  gateways: [grpc-gateway]
  http:
  - route:
    - {destination: {host: order-grpc-service, subset: v1, port: {number: 50051}}, weight: 100}
    - {destination: {host: order-grpc-service, subset: v2, port: {number: 50051}}, weight: 0}
`,
);

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
    assert.match(stdout, /^ {2}routed {2}yes, the route sends requests there$/m);
    assert.match(stdout, /^ {2}status {2}OK$/m);
    assert.match(stdout, /^ {2}method {2}rpc GetOrder \( \.mypackage\.GetOrderRequest \) returns/m);
    assert.match(
      stdout,
      /^Request\n {2}:method: POST\n {2}:scheme: http\n {2}:authority: grpc\.example/m,
    );
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

  it('says that who answered is none of those that the route sends requests to, and exits with 1', async () => {
    const { status, stdout } = await splitproof([
      ...['call', '--plaintext', gateway.address, ...ORDER, '-d', '{"id":"1001"}'],
      ...[
        '-f',
        'scenarios/grpc-gateway/gateway-h2c.yaml',
        '-f',
        'scenarios/grpc-gateway/app-paths.yaml',
      ],
      ...['-f', 'scenarios/grpc-gateway/destination-rules-paths.yaml', '-f', V1_ALONE],
      ...['--authority', 'grpc.example.com', '--identity', 'header:x-pod'],
    ]);
    assert.equal(status, 1, stdout);
    assert.match(stdout, /^ {2}status {2}OK$/m);
    assert.match(stdout, /^ {2}routed {2}no, the route sends no requests there$/m);
  });

  it('decodes what a server adds to a failure, and shows bytes in base64', async () => {
    const server = new Server();
    server.addService(
      { SayHello: RAW_METHOD },
      {
        SayHello: (_: unknown, done: (error: object) => void) => {
          const metadata = new Metadata();
          metadata.set('grpc-status-details-bin', Buffer.from(DETAILS, 'base64'));
          metadata.set('token-bin', Buffer.from('the topsecret'));
          metadata.set('odd-bin', Buffer.from([0, 255]));
          done({ code: 3, details: 'wrong name', metadata });
        },
      },
    );
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) => {
        if (error === null) resolve(bound);
        else reject(error);
      });
    });
    try {
      const words = ['call', '--plaintext', `127.0.0.1:${port}`, 'helloworld.Greeter/SayHello'];
      const secret = ['-H', 'authorization: Bearer topsecret'];
      const { status, stdout } = await splitproof([...words, ...secret, '--format', 'json']);
      assert.equal(status, 1);
      const { answer, cause, ...report } = JSON.parse(stdout) as CallReport;
      assert.equal(report.status, 'INVALID_ARGUMENT');
      assert.equal(cause, 'wrong name');
      assert.equal(answer!.reply, null);
      assert.deepEqual(answer!.details, [
        {
          type: 'google.rpc.ErrorInfo',
          value: { reason: 'BAD_NAME', domain: 'shop.example', metadata: { k: 'v' } },
          bytes: 32,
        },
        { type: 'google.rpc.RetryInfo', value: { retry_delay: '1.500s' }, bytes: 10 },
        {
          type: 'google.rpc.BadRequest',
          value: { field_violations: [{ field: 'name', description: 'is empty' }] },
          bytes: 18,
        },
        { type: 'shop.Unknown', value: null, bytes: 2 },
      ]);
      const headers = new Map(answer!.headers);
      assert.equal(headers.get('odd-bin'), 'AP8=');
      assert.equal(headers.get('token-bin'), '***');
      const shown = await splitproof([...words, ...secret]);
      assert.match(
        shown.stdout,
        /^Error details\n {2}google\.rpc\.ErrorInfo\n {4}\{\n {6}"reason"/m,
      );
      assert.match(shown.stdout, /^ {2}shop\.Unknown, 2 bytes that cannot be read$/m);
      assert.match(shown.stdout, /^Reply\n {2}none$/m);
    } finally {
      server.forceShutdown();
    }
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
      [['call', ':1', ...ORDER, '-n', '5'], /-n is not of call, but of verify/],
      [['call', ':1', '--scenario', 'scenarios/grpc-gateway-paths.yaml'], /one request at a time/],
    ] as const) {
      const { status, stderr } = await splitproof([...args]);
      assert.equal(status, 2, stderr);
      assert.match(stderr, message);
      assert.equal(stderr.trimEnd().split('\n').length, 1, stderr);
    }
  });
});
