import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { WebRequest } from '../../src/call/web/request.js';
import { reasonsOf, recordOf } from '../fixtures/command.js';
import { type Envoy, startEnvoy } from '../fixtures/envoy.js';
import type { EnvoyListener } from '../fixtures/envoy-config.js';
import { callOnce } from '../load/call-once.js';
import { httpOrder } from '../load/http-order.js';
import {
  type ConnectSeen,
  type ConnectServer,
  startConnectClient,
  startConnectServer,
} from './connect/peer.js';

const TIMEOUT = { timeout: 120_000 };
const PODS = ['grpc-helloworld-py-v1-79b5dc9654-cg4dq', 'grpc-helloworld-py-v2-7f56b49b7f-9vvr7'];
const WORDS = [
  ...['--plaintext', '--protocol', 'connect', '--weights', 'v1=60,v2=40'],
  ...['helloworld.Greeter/SayHello', '-d', '{"name":"Jack"}'],
];

/** Protobuf's encoding of one text in field 1. */
function encoded(text: string): Buffer {
  const bytes = Buffer.from(text);
  const length: number[] = [];
  for (let rest = bytes.length; ; rest >>>= 7) {
    length.push(rest > 0x7f ? (rest & 0x7f) | 0x80 : rest);
    if (rest <= 0x7f) break;
  }
  return Buffer.concat([Buffer.from([0x0a, ...length]), bytes]);
}

async function byUs(
  address: string,
  request: string,
  httpVersion: '1.1' | '2',
  timeoutMs = 10_000,
): Promise<ConnectSeen> {
  const plain = httpOrder(address, {});
  const own: WebRequest = {
    kind: 'connect',
    path: '/helloworld.Greeter/SayHello',
    authority: address,
    scheme: 'http',
    metadata: [],
    message: encoded(request),
    timeoutMs,
    origin: null,
  };
  const { status, cause, message, headers, trailers } = await callOnce({
    ...plain,
    calls: [{ ...plain.calls[0]!, request: own }],
    transport: { ...plain.transport, httpVersion },
  });
  const lengthBytes = message.length < 2 ? 0 : encoded(message).length - Buffer.byteLength(message);
  return {
    // Connect spells one of gRPC's names otherwise.
    status: status.toLowerCase().replace('cancelled', 'canceled'),
    message: cause,
    reply: message.slice(Math.min(lengthBytes, message.length)),
    trailer: trailers[0] ?? '',
    header: headers[0] ?? '',
  };
}

const CASES: Record<string, object> = {
  'a reply': { bytes: 5 },
  'an empty reply': { bytes: 0 },
  'a reply with a trailer': { bytes: 10, trailer: 'yes' },
  'a header that says who': { bytes: 10, header: 'pod-1' },
  'words beyond ASCII': { code: 5, message: 'näher nicht: 50 % 🦔\nzweite Zeile' },
  'a failure with metadata': { code: 9, message: 'no', trailer: 'no' },
  'a failure without words': { code: 14 },
  ...Object.fromEntries(
    Array.from({ length: 16 }, (_, at) => [
      `the code ${at + 1}`,
      { code: at + 1, message: `so ${at + 1}` },
    ]),
  ),
};

/** Answers of no server that is right: status, type, body, coding. */
const ODD: [status: number, type: string, body: string | Buffer, coding?: string][] = [
  ...[204, 302, 400, 401, 403, 404, 409, 412, 415, 429, 499, 500, 501, 502, 503, 504].map(
    (status): [number, string, string] => [status, 'text/plain', ''],
  ),
  [500, 'application/json', '{"code":"aborted","message":"so"}'],
  [200, 'application/json', '{"code":"aborted"}'],
  [503, 'application/json; charset=utf-8', '{"code":"aborted"}'],
  [503, 'application/json', '{"code":"nothing"}'],
  [403, 'application/json', '{"message":"no code"}'],
  [403, 'application/json', '{"code":null}'],
  [404, 'application/json', '{"code":"abor'],
  [404, 'application/json', ''],
  [404, 'application/json', '[]'],
  [401, 'application/proto', 'x'],
  [200, 'application/proto', ''],
  [200, 'text/html', '<html>'],
  [200, 'application/grpc-web+proto', ''],
  [200, 'application/connect+proto', ''],
  [200, 'application/proto', gzipSync(encoded('hi')), 'gzip'],
];

describe('Connect, beside its own implementation in Go', TIMEOUT, () => {
  let servers: ConnectServer[];
  let envoy: Envoy;
  const client = startConnectClient();
  before(async () => {
    servers = await Promise.all(PODS.map((pod) => startConnectServer(pod)));
    const listener = (v1: number, v2: number, upstreamProtocol: 'h2' | 'http1'): EnvoyListener => ({
      kind: 'http',
      clusters: [
        { name: 'v1', weight: v1, ports: [servers[0]!.port], upstreamProtocol },
        { name: 'v2', weight: v2, ports: [servers[1]!.port], upstreamProtocol },
      ],
    });
    envoy = await startEnvoy({
      listeners: [listener(60, 40, 'http1'), listener(75, 25, 'http1'), listener(60, 40, 'h2')],
    });
  });
  after(async () => {
    client.stop();
    await envoy.stop();
    for (const server of servers) server.stop();
  });

  for (const version of ['1.1', '2'] as const) {
    it(`passes right weights over HTTP/${version}, and fails wrong ones`, async () => {
      const words = [...WORDS, '--http-version', version];
      const right = await recordOf(['verify', envoy.addresses[0]!, ...words, '-n', '6200']);
      assert.equal(right.status, 0, reasonsOf(right.record));
      assert.deepEqual(right.record.calls[0]!.status, { OK: 6200 });
      const wrong = await recordOf(['verify', envoy.addresses[1]!, ...words, '-n', '3000']);
      assert.equal(wrong.status, 1, reasonsOf(wrong.record));
    });
  }

  it('passes right weights where the gateway speaks HTTP/2 to the pods', async () => {
    const { status, record } = await recordOf([
      'verify',
      envoy.addresses[2]!,
      ...WORDS,
      '-n',
      '6200',
    ]);
    assert.equal(status, 0, reasonsOf(record));
  });

  for (const [name, asked] of Object.entries(CASES)) {
    it(`agrees on ${name}`, async () => {
      const request = JSON.stringify(asked);
      for (const address of [envoy.addresses[0]!, `127.0.0.1:${servers[0]!.port}`]) {
        const expected = await client.call(`http://${address}`, request);
        for (const version of ['1.1', '2'] as const) {
          const seen = await byUs(address, request, version);
          assert.deepEqual(seen, expected, `${address} over HTTP/${version}`);
        }
      }
    });
  }

  it('names what an error says more', async () => {
    const seen = await byUs(
      `127.0.0.1:${servers[0]!.port}`,
      '{"code":8,"message":"later","details":true}',
      '1.1',
    );
    assert.equal(seen.message, 'later [google.protobuf.Duration]');
  });

  it('ends by its deadline, which the server knows', async () => {
    const seen = await byUs(`127.0.0.1:${servers[0]!.port}`, '{"waitMs":60000}', '1.1', 300);
    assert.equal(seen.status, 'deadline_exceeded');
  });

  it('agrees on the codes of answers that are odd', async () => {
    let [status, type, body, coding]: (typeof ODD)[number] = ODD[0]!;
    const server = createServer((request, response) => {
      request.resume();
      response.writeHead(status, {
        'content-type': type,
        ...(coding === undefined ? {} : { 'content-encoding': coding }),
      });
      response.end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    for (const odd of ODD) {
      [status, type, body, coding] = odd;
      const expected = await client.call(`http://${address}`, 'Jack');
      const seen = await byUs(address, 'Jack', '1.1');
      assert.equal(seen.status, expected.status, odd.join(' '));
    }
    server.closeAllConnections();
    server.close();
  });
});
