import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { WebSocketServer } from 'ws';
import { certificateAuthority } from '../../src/mesh/certificates.js';
import { reasonsOf, recordOf, splitproof } from '../fixtures/command.js';
import { type Envoy, startEnvoy } from '../fixtures/envoy.js';
import type { EnvoyListener } from '../fixtures/envoy-config.js';

interface Pod {
  port: number;
  /** WebSockets that it has opened. */
  opened: number;
  close(): Promise<void>;
}

/** A pod that says its name in the answer to the handshake, and in messages, by the path. */
async function startPod(name: string): Promise<Pod> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  const pod: Pod = {
    port: 0,
    opened: 0,
    close: () =>
      new Promise((resolve) => {
        for (const client of server.clients) client.terminate();
        server.close(() => {
          resolve();
        });
      }),
  };
  server.on('headers', (headers) => headers.push(`x-pod: ${name}`));
  server.on('connection', (socket, request) => {
    pod.opened += 1;
    switch (request.url) {
      case '/at-once':
        socket.send(JSON.stringify({ from: { pod: name } }));
        socket.send('{"from":{"pod":"nobody"}}');
        break;
      case '/asked':
        socket.on('message', (data) => {
          if (Buffer.isBuffer(data)) socket.send(`${data.toString()} says ${name}`);
        });
        break;
      case '/failing':
        socket.close(1011, 'out of order');
        break;
      case '/gone':
        socket.terminate();
        break;
    }
  });
  await new Promise<void>((resolve) => server.once('listening', resolve));
  pod.port = (server.address() as AddressInfo).port;
  return pod;
}

const PLACES = ['right', 'wrong', 'TLS', 'no upgrade'] as const;
/** Twice what is planned for 60/40 with a tolerance of ten points. */
const TO_PASS = ['--tolerance', '10pp', '-n', '1600'];
const WEIGHTS = ['--weights', 'v1=60,v2=40'];

describe('WebSockets through the real Envoy', () => {
  let pods: [Pod, Pod];
  let envoy: Envoy;
  let folder: string;
  let ca: string;
  before(async () => {
    pods = [await startPod('pod-v1-a'), await startPod('pod-v2-b')];
    folder = await mkdtemp(path.join(tmpdir(), 'splitproof-websocket-'));
    const authority = await certificateAuthority();
    ca = path.join(folder, 'ca.pem');
    await writeFile(ca, authority.cert);
    const listener = (v1: number, v2: number): EnvoyListener & { kind: 'http' } => ({
      kind: 'http',
      webSockets: true,
      clusters: [
        { name: 'v1', weight: v1, ports: [pods[0].port], upstreamProtocol: 'http1' },
        { name: 'v2', weight: v2, ports: [pods[1].port], upstreamProtocol: 'http1' },
      ],
    });
    const tls = { ...(await authority.issue({ hosts: ['127.0.0.1'] })), alpn: ['h2', 'http/1.1'] };
    envoy = await startEnvoy({
      listeners: [
        listener(60, 40),
        listener(85, 15),
        { ...listener(60, 40), tls },
        { ...listener(60, 40), webSockets: false },
      ],
    });
  });
  after(async () => {
    await envoy.stop();
    for (const pod of pods) await pod.close();
    await rm(folder, { recursive: true });
  });

  function url(place: (typeof PLACES)[number], pathname: string): string {
    const scheme = place === 'TLS' ? 'wss' : 'ws';
    return `${scheme}://${envoy.addresses[PLACES.indexOf(place)] ?? ''}${pathname}`;
  }

  const verify = (target: string, ...words: string[]) =>
    recordOf(['verify', target, ...WEIGHTS, ...words]);

  const PASSING: Record<string, [pathname: string, words: string[]]> = {
    'a header of the 101': ['/silent', ['--identity', 'header:x-pod']],
    'the first message': ['/at-once', ['--identity', 'json:from.pod']],
    'the answer to what was sent': ['/asked', ['-d', 'who', '--identity', 'text:who says (\\S+)']],
  };
  for (const [name, [pathname, words]] of Object.entries(PASSING)) {
    it(`passes the right weights by ${name}`, async () => {
      const before = pods.map(({ opened }) => opened);
      const { status, record } = await verify(url('right', pathname), ...words, ...TO_PASS);
      assert.equal(status, 0, reasonsOf(record));
      assert.equal(record.load.engine, 'ws');
      assert.deepEqual(record.calls[0]!.status, { 101: 1600 });
      // One WebSocket is one observation: the pods themselves counted the same.
      assert.deepEqual(
        record.calls[0]!.split!.destinations.map(({ observed }) => observed),
        pods.map(({ opened }, index) => opened - before[index]!),
      );
    });
  }

  it('fails wrong weights', async () => {
    const words = ['--identity', 'header:x-pod', '-n', '600'];
    const { status, record } = await verify(url('wrong', '/silent'), ...words);
    assert.equal(status, 1, reasonsOf(record));
  });

  it('opens them over TLS', async () => {
    const words = ['--identity', 'json:from.pod', '--cacert', ca, ...TO_PASS];
    const { status, record } = await verify(url('TLS', '/at-once'), ...words);
    assert.equal(status, 0, reasonsOf(record));
    assert.equal(record.transport.tls?.alpn, 'http/1.1');
  });

  it('tells why one did not open, or said nothing', async () => {
    const failures = async (target: string, ...words: string[]) => {
      const { record } = await verify(target, '--identity', 'json:from.pod', '-n', '60', ...words);
      const { status, cause } = record.calls[0]!.failures[0]!;
      return `${status}: ${cause}`;
    };
    assert.equal(await failures(url('no upgrade', '/at-once')), '403: ');
    assert.match(
      await failures(url('right', '/failing')),
      /^no answer: closed with 1011 out of order/,
    );
    assert.match(await failures(url('right', '/gone')), /^no answer: closed with 1006/);
    assert.match(
      await failures(url('right', '/silent'), '-t', '200ms'),
      /^timed out: no answer within 200 ms/,
    );
  });

  it('offers subprotocols', async () => {
    const words = ['-H', 'Sec-WebSocket-Protocol: chat, other', '--identity', 'header:x-pod'];
    const { record } = await verify(url('right', '/silent'), ...words, '-n', '60');
    assert.deepEqual(record.calls[0]!.status, { 101: 60 });
    // The server takes the first.
    const chosen = ['--identity', 'header:sec-websocket-protocol', '--identity-map', 'chat=v1'];
    const seen = await verify(url('right', '/silent'), ...words.slice(0, 2), ...chosen, '-n', '60');
    assert.equal(seen.record.calls[0]!.split!.destinations[0]!.observed, 60);
  });

  it('refuses what no WebSocket has', async () => {
    const refused = async (...words: string[]): Promise<string> => {
      const { status, stderr } = await splitproof([
        'verify',
        url('right', '/'),
        ...WEIGHTS,
        ...words,
      ]);
      assert.equal(status, 2, stderr);
      return stderr;
    };
    assert.match(
      await refused('helloworld.Greeter/SayHello'),
      /--call: a ws:\/\/ target is asked for/,
    );
    assert.match(
      await refused('--http-version', '2'),
      /--http-version: WebSockets are opened by HTTP/,
    );
    assert.match(
      await refused('-H', 'Sec-WebSocket-Protocol: a, a'),
      /--header: write the names of subprotocols, each once/,
    );
    assert.match(
      await refused('-H', 'Sec-WebSocket-Key: a'),
      /--header: sec-websocket-key belongs to the protocol/,
    );
    assert.match(
      await refused('--identity', 'trailer:x'),
      /--identity: a WebSocket has no trailers/,
    );
  });
});
