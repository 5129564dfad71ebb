import assert from 'node:assert/strict';
import http2 from 'node:http2';
import net, { type AddressInfo } from 'node:net';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import tls from 'node:tls';
import { after, describe, it } from 'node:test';
import { certificateAuthority } from '../../src/mesh/certificates.js';
import { recordOf, splitproof } from '../fixtures/command.js';

const CALL = ['helloworld.Greeter/SayHello', '--weights', 'v1=60,v2=40', '-n', '100'];
const authority = await certificateAuthority();
const own = await authority.issue({ hosts: ['127.0.0.1', 'localhost'] });
const folder = mkdtempSync(path.join(tmpdir(), 'splitproof-handshakes-'));
const ca = path.join(folder, 'ca.pem');
writeFileSync(ca, authority.cert);
const certificate = path.join(folder, 'own.pem');
writeFileSync(certificate, own.cert);
after(() => {
  rmSync(folder, { recursive: true });
});

/** Every way not to come to a session, each with what it is called. */
const CASES: { what: string; server: () => net.Server; words: string[]; code: string }[] = [
  {
    what: 'a TLS server without ALPN',
    server: () => tls.createServer(own, (socket) => socket.resume()),
    words: ['--cacert', ca],
    code: 'alpn-not-h2',
  },
  {
    what: 'a server that never says a word',
    server: () => net.createServer((socket) => socket.resume()),
    words: ['--plaintext', '--connect-timeout', '300ms'],
    code: 'target-unreachable',
  },
  {
    what: 'a server that allows no streams',
    server: () => http2.createServer({ settings: { maxConcurrentStreams: 0 } }),
    words: ['--plaintext', '--timeout', '300ms'],
    code: 'load-cut-short',
  },
  {
    what: 'a proxy with an error page',
    server: () =>
      http2.createServer((_request, response) => {
        response.writeHead(503, { 'content-type': 'text/html' });
        response.end('<h1>no server is available</h1>');
      }),
    words: ['--plaintext'],
    code: 'http-error-page',
  },
];

describe('a target that gives no answer', () => {
  for (const { what, server: start, words, code } of CASES) {
    it(`${what}: ${code}`, async () => {
      const server = start();
      const sockets = new Set<net.Socket>();
      server.on('connection', (socket: net.Socket) => {
        sockets.add(socket);
        socket.on('error', () => undefined);
      });
      server.on('sessionError', () => undefined).on('tlsClientError', () => undefined);
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
      try {
        const { status, record } = await recordOf(['verify', address, ...CALL, ...words]);
        assert.deepEqual(
          record.findings.map((finding) => finding.code),
          [code],
          JSON.stringify(record.findings),
        );
        assert.equal(status, 4);
        assert.equal(record.verdict, 'inconclusive');
      } finally {
        for (const socket of sockets) socket.destroy();
        await new Promise((resolve) => server.close(resolve));
      }
    });
  }
});

/** Each: what the file holds, the flags, and what the one line must say. */
const UNUSABLE: [string, string, (file: string) => string[], RegExp][] = [
  [
    'a damaged authority',
    `${authority.cert}-----BEGIN CERTIFICATE-----\nbm8=\n-----END CERTIFICATE-----\n`,
    (file) => ['--cacert', file],
    /--cacert: certificate 2 of 2 in it is damaged/,
  ],
  ['a key in place of an authority', own.key, (file) => ['--cacert', file], /holds no certificate/],
  [
    'a key of another certificate',
    (await authority.issue({ hosts: ['another'] })).key,
    (file) => ['--cert', certificate, '--key', file],
    /--key: the key cannot be used with the certificate of --cert/,
  ],
];

describe('certificates that cannot be used', () => {
  UNUSABLE.forEach(([what, text, words, expected], index) => {
    it(`${what}: said in one line, before anything is sent`, async () => {
      const file = path.join(folder, `unusable-${index}.pem`);
      writeFileSync(file, text);
      // Nobody listens there: a run that sends anything would end with status 4, not 2.
      const { status, stderr } = await splitproof([
        ...['verify', '127.0.0.1:1', ...CALL, '--quiet', ...words(file)],
      ]);
      assert.match(stderr, expected);
      assert.match(stderr, /^splitproof: [^\n]+\n$/);
      assert.equal(status, 2);
    });
  });
});
