import assert from 'node:assert/strict';
import { once } from 'node:events';
import {
  connect,
  type ClientHttp2Session,
  type ClientHttp2Stream,
  type Settings,
} from 'node:http2';
import { text } from 'node:stream/consumers';
import { afterEach, describe, it } from 'node:test';
import { credentials, type ChannelCredentials } from '@grpc/grpc-js';
import type { CannedServerOptions } from '../../bench/canned-server.js';
import type { ServerProcess } from '../../bench/server-process.js';
import { startCannedServer } from '../../bench/start-canned-server.js';
import { podNames } from '../../src/mesh/pod-names.js';
import { certificateAuthority } from '../../src/mesh/certificates.js';
import { greetMany, grpcClient, type GrpcClient } from '../fixtures/grpc-client.js';

const [V1 = ''] = podNames('greeter', 'v1');
const [V2 = ''] = podNames('greeter', 'v2');
const WEIGHTS = { v1: 60, v2: 40 };

describe('the canned server', () => {
  const open: { close(): unknown }[] = [];
  afterEach(async () => {
    for (const part of open.splice(0).reverse()) await part.close();
  });

  async function canned(options: CannedServerOptions): Promise<ServerProcess> {
    const server = await startCannedServer(options);
    open.push({ close: () => server.stop() });
    return server;
  }

  function session(server: ServerProcess, settings: Settings = {}): ClientHttp2Session {
    const connected = connect(`http://${server.address}`, { settings });
    open.push({
      close() {
        connected.destroy();
      },
    });
    return connected;
  }

  function client(address: string, trust?: ChannelCredentials): GrpcClient {
    const connected = grpcClient('greeter', address, trust);
    open.push(connected);
    return connected;
  }

  it('greets the official client for both versions', async () => {
    const server = await canned({ weights: WEIGHTS, headers: 'minimal' });
    const answered = await greetMany(client(server.address), 400, 100);
    assert.deepEqual(Object.keys(answered).sort(), [V1, V2]);
    // Standard deviation 9.8: nine of them.
    assert.ok(Math.abs(answered[V1]! - 240) < 88, JSON.stringify(answered));
  });

  it('greets over TLS', async () => {
    const authority = await certificateAuthority();
    const tls = await authority.issue({ hosts: ['localhost', '127.0.0.1'] });
    const server = await canned({ weights: { v1: 1 }, headers: 'envoy', tls });
    const address = server.address.replace('127.0.0.1', 'localhost');
    const trust = credentials.createSsl(Buffer.from(authority.cert));
    assert.deepEqual(await greetMany(client(address, trust), 50), { [V1]: 50 });
  });

  for (const headerTableSize of [4096, 200, 0]) {
    it(`writes headers that decode with a table of ${headerTableSize} bytes`, async () => {
      const server = await canned({ weights: WEIGHTS, headers: 'envoy' });
      const connected = session(server, { headerTableSize });
      const times = new Set<unknown>();
      for (let i = 0; i < 200; i += 1) {
        const { headers, trailers } = await exchange(connected);
        assert.equal(headers[':status'], 200);
        assert.equal(headers['content-type'], 'application/grpc');
        assert.equal(headers.server, 'envoy');
        assert.match(String(headers.date), / GMT$/);
        assert.equal(trailers['grpc-status'], '0');
        times.add(headers['x-envoy-upstream-service-time']);
      }
      assert.deepEqual([...times].sort(), ['0', '1', '2', '3', '4', '5']);
    });
  }

  it('answers GET with JSON for both versions', async () => {
    const server = await canned({ weights: WEIGHTS, headers: 'envoy' });
    const connected = session(server);
    const answered = new Set<unknown>();
    for (let i = 0; i < 100; i += 1) {
      const stream = connected.request({ ':path': '/reviews/0' });
      const [headers] = (await once(stream, 'response')) as [Record<string, unknown>];
      assert.deepEqual([headers[':status'], headers['content-type']], [200, 'application/json']);
      answered.add((JSON.parse(await text(stream)) as { podname: string }).podname);
    }
    assert.deepEqual([...answered].sort(), [V1, V2]);
  });

  it('keeps to a connection window it has to wait for', async () => {
    const server = await canned({ weights: WEIGHTS, headers: 'minimal' });
    const connected = session(server);
    // 65,535 bytes of window hold fewer than 1000 replies of about 70 bytes.
    const exchanges = Array.from({ length: 990 }, () => exchange(connected));
    const bodies = await Promise.all(exchanges);
    assert.ok(bodies.every(({ body }) => body.includes("I'm from")));
  });
});

async function exchange(session: ClientHttp2Session): Promise<{
  headers: Record<string, unknown>;
  trailers: Record<string, unknown>;
  body: string;
}> {
  const stream: ClientHttp2Stream = session.request({ ':method': 'POST', ':path': '/' });
  const responded = once(stream, 'response') as Promise<[Record<string, unknown>]>;
  const trailed = once(stream, 'trailers') as Promise<[Record<string, unknown>]>;
  let body = '';
  stream.setEncoding('utf8').on('data', (piece: string) => (body += piece));
  stream.end(Buffer.alloc(5));
  const [[headers], [trailers]] = await Promise.all([responded, trailed]);
  return { headers, trailers, body };
}
