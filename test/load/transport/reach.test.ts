import assert from 'node:assert/strict';
import http from 'node:http';
import http2 from 'node:http2';
import net from 'node:net';
import tls from 'node:tls';
import { after, describe, it } from 'node:test';
import { openTransport } from '../../../src/load/transport/open-transport.js';
import { versionFor } from '../../../src/load/transport/reach.js';
import type { Admit, Reach, SocketTransportSpec } from '../../../src/load/transport/transport.js';
import type { Endpoint } from '../../../src/wire/socket/endpoint.js';
import { greeterOrder } from '../greeter-order.js';
import { CERTIFICATES } from '../../wire/tls-fixture.js';

const cleanups: (() => void)[] = [];
after(() => {
  for (const cleanup of cleanups) cleanup();
});

async function listening(server: net.Server): Promise<Endpoint> {
  const sockets = new Set<net.Socket>();
  server.on('connection', (socket: net.Socket) => {
    sockets.add(socket.on('error', () => undefined));
  });
  cleanups.push(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { kind: 'tcp', host: '127.0.0.1', port: (server.address() as net.AddressInfo).port };
}

async function reach(
  spec: Partial<SocketTransportSpec> & { target: Endpoint },
  admit: Admit = () => undefined,
): Promise<Reach> {
  const { transport, calls } = greeterOrder('127.0.0.1:1', {});
  const opened = await openTransport(
    { ...(transport as SocketTransportSpec), ...spec },
    calls.map(({ request }) => request),
    { callsPerConnection: 1 },
    new AbortController().signal,
  );
  return opened.reach(admit);
}

describe('reach', () => {
  it('keeps the places of replicas where one can be reached, and resolves no name then', async () => {
    const target: Endpoint = { kind: 'tcp', host: 'nobody.invalid', port: 1 };
    const dead: Endpoint = { kind: 'tcp', host: '127.0.0.1', port: 1 };
    const alive = await listening(http2.createServer());
    const found = await reach({ target, replicas: [dead, alive] });
    assert.deepEqual(found.addresses, [dead, alive]);
    assert.deepEqual(
      found.unreachable.map(({ address, kind }) => [address, kind]),
      [['127.0.0.1:1', 'refused']],
    );
    assert.deepEqual((await reach({ target, replicas: [dead] })).addresses, []);
  });

  it('finds the addresses of a name, and nothing about TLS in plaintext', async () => {
    const target = await listening(http2.createServer());
    const found = await reach({ target: { ...target, host: 'localhost' } as Endpoint });
    assert.ok(
      found.addresses.some((address) => address.kind === 'tcp' && address.host === '127.0.0.1'),
    );
    assert.deepEqual(found.tls, []);
  });

  it('asks about the addresses of a name before it connects to any', async () => {
    let connections = 0;
    const server = http2.createServer().on('connection', () => (connections += 1));
    const target = await listening(server);
    const asked: Endpoint[] = [];
    const refused = reach({ target: { ...target, host: 'localhost' } as Endpoint }, (addresses) => {
      asked.push(...addresses);
      throw new Error('not these');
    });
    await assert.rejects(refused, /not these/);
    assert.ok(asked.every((address) => address.kind === 'tcp' && net.isIP(address.host) !== 0));
    assert.ok(asked.length > 0);
    assert.equal(connections, 0);
  });

  it('says how connections are secured', async () => {
    const target = await listening(http2.createSecureServer({ ...CERTIFICATES.server }));
    const { addresses, unreachable, tls } = await reach({ target, tls: { ca: CERTIFICATES.ca } });
    assert.deepEqual([addresses, unreachable], [[target], []]);
    const [session, ...others] = tls;
    assert.deepEqual(others, []);
    assert.deepEqual([session?.version, session?.alpn], ['TLSv1.3', 'h2']);
    assert.equal(session?.certificate?.subject, 'CN=localhost');
  });

  it('says why an address cannot be loaded', async () => {
    const server = net.createServer();
    const target = await listening(server);
    await new Promise((resolve) => server.close(resolve));
    const { addresses, unreachable } = await reach({ target });
    assert.deepEqual(addresses, []);
    const [refused, ...others] = unreachable;
    assert.deepEqual(others, []);
    assert.equal(refused?.kind, 'refused');
    assert.equal(refused.address, `127.0.0.1:${(target as { port: number }).port}`);
    assert.match(refused.message, /ECONNREFUSED/);
  });
});

describe('reach of HTTP/1.1', () => {
  const trusted = { ca: CERTIFICATES.ca };
  const secure = (options: tls.TlsOptions): Promise<Endpoint> =>
    listening(tls.createServer({ ...CERTIFICATES.server, ...options }));

  it('opens a connection in plaintext and says nothing', async () => {
    const received: Buffer[] = [];
    const closed: Promise<void>[] = [];
    const server = net.createServer((socket) => {
      socket.on('data', (bytes) => received.push(bytes));
      closed.push(
        new Promise((resolve) =>
          socket.on('close', () => {
            resolve();
          }),
        ),
      );
    });
    const target = await listening(server);
    for (const httpVersion of ['1.1', 'negotiated'] as const) {
      const found = await reach({ target, httpVersion });
      assert.deepEqual([found.addresses, found.unreachable, found.tls], [[target], [], []]);
      assert.equal(found.httpVersion, '1.1');
    }
    await Promise.all(closed);
    assert.deepEqual([closed.length, received], [2, []]);
  });

  for (const [name, ALPNProtocols, agreed] of [
    ['one that speaks both', ['h2', 'http/1.1'], { '1.1': 'http/1.1', negotiated: 'h2' }],
    ['one without HTTP/2', ['http/1.1'], { '1.1': 'http/1.1', negotiated: 'http/1.1' }],
    ['one without ALPN', undefined, { '1.1': null, negotiated: null }],
  ] as const) {
    it(`agrees with ${name}`, async () => {
      const target = await secure(
        ALPNProtocols === undefined ? {} : { ALPNProtocols: [...ALPNProtocols] },
      );
      for (const httpVersion of ['1.1', 'negotiated'] as const) {
        const found = await reach({ target, tls: trusted, httpVersion });
        assert.deepEqual([found.addresses, found.unreachable], [[target], []]);
        assert.deepEqual(
          found.tls.map(({ alpn }) => alpn),
          [agreed[httpVersion]],
        );
        assert.equal(found.httpVersion, agreed[httpVersion] === 'h2' ? '2' : '1.1');
      }
    });
  }

  it('takes HTTP/2 where every address does', () => {
    assert.equal(versionFor(['h2', 'h2']), '2');
    assert.equal(versionFor(['h2', 'http/1.1']), '1.1');
    assert.equal(versionFor([null, 'h2']), '1.1');
    assert.equal(versionFor([]), '1.1');
  });

  for (const [name, server, settings, kind] of [
    [
      'a server that has HTTP/2 only',
      () => secure({ ALPNProtocols: ['h2'] }),
      { tls: trusted, httpVersion: '1.1' },
      'alpn-not-http1',
    ],
    [
      'a certificate of somebody else',
      () => secure({}),
      { tls: { ...trusted, serverName: 'other.test' }, httpVersion: '1.1' },
      'certificate-wrong-name',
    ],
    [
      'a client certificate that is missing',
      () => secure({ requestCert: true, rejectUnauthorized: true, ca: CERTIFICATES.ca }),
      { tls: trusted, httpVersion: 'negotiated' },
      'client-certificate-wanted',
    ],
    [
      'TLS on a plaintext port that answers',
      () => listening(http.createServer()),
      { tls: trusted, httpVersion: '1.1' },
      'tls-on-plaintext-port',
    ],
    [
      'TLS on a plaintext port that closes',
      () =>
        listening(
          net.createServer((socket) => {
            socket.on('data', (bytes: Buffer) => {
              if (bytes.toString('latin1').startsWith('PRI')) socket.end('HTTP/1.1 400 X\r\n\r\n');
              else socket.destroy();
            });
          }),
        ),
      { tls: trusted, httpVersion: 'negotiated' },
      'tls-on-plaintext-port',
    ],
  ] as [string, () => Promise<Endpoint>, Partial<SocketTransportSpec>, string][]) {
    it(`says why not: ${name}`, async () => {
      const { addresses, unreachable } = await reach({ target: await server(), ...settings });
      assert.deepEqual(addresses, []);
      assert.deepEqual(
        unreachable.map((one) => one.kind),
        [kind],
      );
    });
  }
});
