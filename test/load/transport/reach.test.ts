import assert from 'node:assert/strict';
import http2 from 'node:http2';
import net from 'node:net';
import { after, describe, it } from 'node:test';
import { openTransport } from '../../../src/load/transport/open-transport.js';
import type { Reach, SocketTransportSpec } from '../../../src/load/transport/transport.js';
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

async function reach(spec: Partial<SocketTransportSpec> & { target: Endpoint }): Promise<Reach> {
  const { transport, calls } = greeterOrder('127.0.0.1:1', {});
  const opened = await openTransport(
    { ...transport, ...spec },
    calls.map(({ request }) => request),
    { callsPerConnection: 1 },
    new AbortController().signal,
  );
  return opened.reach();
}

describe('reach', () => {
  it('finds the addresses of a name, and nothing about TLS in plaintext', async () => {
    const target = await listening(http2.createServer());
    const found = await reach({ target: { ...target, host: 'localhost' } as Endpoint });
    assert.ok(
      found.addresses.some((address) => address.kind === 'tcp' && address.host === '127.0.0.1'),
    );
    assert.deepEqual(found.tls, []);
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
