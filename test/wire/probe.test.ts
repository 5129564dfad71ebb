import assert from 'node:assert/strict';
import http from 'node:http';
import http2 from 'node:http2';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import tls from 'node:tls';

import { ConnectError } from '../../src/wire/socket/connect-error.js';
import type { TlsOptions } from '../../src/wire/socket/tls-options.js';
import type { Endpoint } from '../../src/wire/socket/endpoint.js';
import { recogniseGreeting } from '../../src/wire/h2/greeting.js';
import { probe, type ProbeResult } from '../../src/wire/h2/probe.js';
import { CERTIFICATES } from './tls-fixture.js';

const cleanups: (() => void)[] = [];
after(() => {
  for (const cleanup of cleanups) cleanup();
});

/** Starts a server on a free loopback port; it and its sockets end with the tests. */
async function listen(server: net.Server, where: { path?: string } = {}): Promise<Endpoint> {
  const sockets = new Set<net.Socket>();
  server.on('connection', (socket: net.Socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
  });
  server.on('tlsClientError', () => undefined);
  cleanups.push(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  await new Promise<void>((resolve) => {
    if (where.path === undefined) server.listen(0, '127.0.0.1', resolve);
    else server.listen(where.path, resolve);
  });
  const address = server.address();
  if (typeof address === 'string') return { kind: 'unix', path: address };
  assert.ok(address);
  return { kind: 'tcp', host: '127.0.0.1', port: address.port };
}

function secure(options: http2.SecureServerOptions = {}): net.Server {
  return http2.createSecureServer({ ...CERTIFICATES.server, ...options });
}

function probing(
  endpoint: Endpoint,
  tlsOptions: TlsOptions | null,
  timeoutMs = 5000,
): Promise<ProbeResult> {
  return probe({ endpoint, tls: tlsOptions, timeoutMs });
}

async function failure(promise: Promise<unknown>): Promise<ConnectError> {
  const error = await promise.then(
    () => assert.fail('expected a ConnectError'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof ConnectError, String(error));
  assert.doesNotMatch(error.message, /\n/);
  return error;
}

const trusted: TlsOptions = { ca: CERTIFICATES.ca };

describe('probe finds an HTTP/2 server', () => {
  it('in plaintext', async () => {
    const endpoint = await listen(http2.createServer());
    const result = await probing(endpoint, null);
    assert.match(result.remote, /^127\.0\.0\.1:\d+$/);
    assert.equal(result.tls, null);
  });

  it('over TLS, verifying the address', async () => {
    const endpoint = await listen(secure());
    const { tls: session } = await probing(endpoint, trusted);
    assert.equal(session?.version, 'TLSv1.3');
    assert.match(session.cipher, /^TLS_/);
    assert.equal(session.alpn, 'h2');
    const { certificate } = session;
    assert.equal(certificate?.subject, 'CN=localhost');
    assert.equal(certificate.issuer, 'CN=splitproof test authority');
    assert.equal(certificate.altNames, 'DNS:localhost, DNS:greeter.test, IP Address:127.0.0.1');
    assert.ok(certificate.validFrom < certificate.validTo, 'ISO times sort as they follow');
    assert.match(certificate.validTo, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/);
  });

  it('over TLS, sending and verifying another name', async () => {
    let sni: string | undefined;
    const endpoint = await listen(
      secure({
        SNICallback: (name, done) => {
          sni = name;
          done(null, undefined);
        },
      }),
    );
    await probing(endpoint, { ...trusted, serverName: 'greeter.test' });
    assert.equal(sni, 'greeter.test');
  });

  it('with a client certificate', async () => {
    const endpoint = await listen(
      secure({ requestCert: true, rejectUnauthorized: true, ca: CERTIFICATES.ca }),
    );
    await probing(endpoint, { ...trusted, ...CERTIFICATES.client });
    const error = await failure(probing(endpoint, trusted));
    assert.equal(error.kind, 'client-certificate-wanted', error.message);
  });

  it('on a unix socket', async () => {
    const file = path.join(os.tmpdir(), `probe-${process.pid}.sock`);
    const endpoint = await listen(http2.createServer(), { path: file });
    assert.equal((await probing(endpoint, null)).remote, '');
  });
});

describe('probe names the failure', () => {
  it('refused', async () => {
    const server = net.createServer();
    const endpoint = await listen(server);
    await new Promise((resolve) => server.close(resolve));
    assert.equal((await failure(probing(endpoint, null))).kind, 'refused');
  });

  it('refused: no such unix socket', async () => {
    const error = await failure(probing({ kind: 'unix', path: '/nonexistent/socket' }, null));
    assert.equal(error.kind, 'socket-refused');
    assert.match(error.message, /^unix:\/nonexistent\/socket: nothing listens at this socket: /);
  });

  it('unresolvable', async () => {
    const endpoint: Endpoint = { kind: 'tcp', host: 'no-such-host.invalid', port: 80 };
    assert.equal((await failure(probing(endpoint, null))).kind, 'unresolvable');
  });

  it('timeout, when the listen queue never accepts', async () => {
    // 192.0.2.0/24 is reserved for documentation (RFC 5737): packets to it vanish, or are refused
    // a route by a sandbox.
    const error = await failure(probing({ kind: 'tcp', host: '192.0.2.1', port: 80 }, null, 200));
    assert.ok(['timeout', 'unreachable', 'refused'].includes(error.kind), error.message);
  });

  it('http1', async () => {
    const endpoint = await listen(http.createServer());
    const error = await failure(probing(endpoint, null));
    assert.equal(error.kind, 'http1');
    assert.match(error.detail, /^HTTP\/1\.1 400/);
  });

  it('tls-on-plaintext-port: HTTP/1.x, HTTP/2, and a server that just closes', async () => {
    for (const server of [http.createServer(), http2.createServer()]) {
      const endpoint = await listen(server);
      assert.equal((await failure(probing(endpoint, trusted))).kind, 'tls-on-plaintext-port');
    }
    const settings = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]);
    const picky = net.createServer((socket) => {
      socket.once('data', (bytes) => {
        if (bytes.toString('latin1').startsWith('PRI')) socket.write(settings);
        else socket.destroy();
      });
    });
    assert.equal(
      (await failure(probing(await listen(picky), trusted))).kind,
      'tls-on-plaintext-port',
    );
  });

  it('plaintext-on-tls-port: OpenSSL, one that just closes, and one that says so in HTTP/1.1', async () => {
    const openssl = await failure(probing(await listen(secure()), null));
    assert.equal(openssl.kind, 'plaintext-on-tls-port');

    const behind = await listen(secure());
    assert.ok(behind.kind === 'tcp');
    const closing = net.createServer((socket) => {
      socket.once('data', (hello) => {
        if (hello[0] !== 0x16) {
          socket.destroy();
          return;
        }
        const onward = net.connect(behind.port, behind.host);
        onward.on('error', () => socket.destroy());
        onward.write(hello);
        socket.pipe(onward).pipe(socket);
      });
    });
    assert.equal(
      (await failure(probing(await listen(closing), null))).kind,
      'plaintext-on-tls-port',
    );

    const polite = net.createServer((socket) => {
      socket.end(
        'HTTP/1.1 400 Bad Request\r\n\r\nThe plain HTTP request was sent to HTTPS port\r\n',
      );
    });
    assert.equal(
      (await failure(probing(await listen(polite), null))).kind,
      'plaintext-on-tls-port',
    );
  });

  it('alpn-not-h2: other protocol, no ALPN at all', async () => {
    const other = tls.createServer({ ...CERTIFICATES.server, ALPNProtocols: ['http/1.1'] });
    assert.equal((await failure(probing(await listen(other), trusted))).kind, 'alpn-not-h2');
    const none = tls.createServer(CERTIFICATES.server);
    assert.equal((await failure(probing(await listen(none), trusted))).kind, 'alpn-not-h2');
  });

  it('certificate: unknown CA, wrong name; verify: false accepts both', async () => {
    const endpoint = await listen(secure());
    assert.equal((await failure(probing(endpoint, {}))).kind, 'certificate-unknown-authority');
    const misnamed = { ...trusted, serverName: 'elsewhere.test' };
    assert.equal((await failure(probing(endpoint, misnamed))).kind, 'certificate-wrong-name');
    await probing(endpoint, { serverName: 'elsewhere.test', verify: false });
  });

  it('credentials: PEM that is none', async () => {
    const endpoint = await listen(secure());
    const error = await failure(probing(endpoint, { cert: 'x', key: 'y' }));
    assert.equal(error.kind, 'credentials');
  });

  it('silent: no SETTINGS; no TLS answer', async () => {
    const mute = await listen(net.createServer());
    assert.equal((await failure(probing(mute, null, 100))).kind, 'silent');
    assert.equal((await failure(probing(mute, trusted, 100))).kind, 'silent');
  });

  it('closed', async () => {
    const endpoint = await listen(net.createServer((socket) => socket.destroy()));
    assert.equal((await failure(probing(endpoint, null))).kind, 'closed');
  });

  it('not-http2', async () => {
    const endpoint = await listen(
      net.createServer((socket) => socket.write('220 mail.test ESMTP\r\n')),
    );
    assert.equal((await failure(probing(endpoint, null))).kind, 'not-http2');
  });
});

describe('recogniseGreeting', () => {
  it('decides as soon as the bytes allow, one at a time', () => {
    const cases: [string, string, number][] = [
      ['485454502f312e31', 'http1', 5],
      ['150301000202', 'tls', 2],
      ['000012040000000000', 'http2', 9],
      ['00000007', 'other', 4],
      ['000005040000000000', 'other', 9],
      ['000000040000000001', 'other', 9],
    ];
    for (const [hex, expected, at] of cases) {
      const bytes = Buffer.from(hex, 'hex');
      for (let length = 0; length < at; length++) {
        assert.equal(recogniseGreeting(bytes.subarray(0, length)), 'undecided', hex);
      }
      assert.equal(recogniseGreeting(bytes.subarray(0, at)), expected, hex);
    }
  });
});
