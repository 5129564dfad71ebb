import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http2 from 'node:http2';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { splitproof } from '../fixtures/command.js';

const TOKEN = 's3cr3t-token-value';
const TEAM = 't3am-secret-value';
const SESSION = 's3ss10n-value';
const KEY = 'k3y-of-the-api';
const PASSWORD = 'p4ssw0rd-of-jack';
const BASIC = Buffer.from(`jack:${PASSWORD}`).toString('base64');
const SECRETS = [TOKEN, TEAM, SESSION, KEY, PASSWORD, BASIC];

const HEADERS = [
  ...['-H', `authorization: Bearer ${TOKEN}`],
  ...['-H', `proxy-authorization: Basic ${BASIC}`],
  ...['-H', `cookie: theme=dark; session=${SESSION}`],
  ...['-H', `x-api-key: ${KEY}`],
  ...['-H', `x-team: ${TEAM}`, '--mask', 'x-team'],
];
const CALL = ['helloworld.Greeter/SayHello', '--plaintext', ...HEADERS];
const WEIGHTS = ['--weights', 'v1=60,v2=40'];

/** Nothing secret stands in what a command says: neither as it is, nor as JSON or a URL writes it. */
function keepsSecrets({ stdout, stderr }: { stdout: string; stderr: string }): void {
  const said = `${stdout}\n${stderr}`;
  // Reports for people break long words.
  const unbroken = said.replaceAll(/\s+/g, '');
  for (const secret of SECRETS) {
    for (const form of [secret, encodeURIComponent(secret)]) {
      assert.ok(!said.includes(form) && !unbroken.includes(form), `${form} is in:\n${said}`);
    }
  }
}

/** Refuses every call, and says why with all that it was sent. */
const ECHOES: Record<string, (stream: http2.ServerHttp2Stream, sent: string) => void> = {
  'in grpc-message': (stream, sent) => {
    stream.respond(
      {
        ':status': 200,
        'content-type': 'application/grpc',
        'grpc-status': '16',
        'grpc-message': encodeURIComponent(`refused: ${sent}`),
      },
      { endStream: true },
    );
  },
  'in grpc-message as it is': (stream, sent) => {
    stream.respond(
      {
        ':status': 200,
        'content-type': 'application/grpc',
        'grpc-status': '16',
        'grpc-message': `refused: ${sent}`,
      },
      { endStream: true },
    );
  },
  'in an error page': (stream, sent) => {
    stream.respond({ ':status': 401, 'content-type': 'text/html' });
    stream.end(`<p>${sent}</p>`);
  },
};

const folder = mkdtempSync(path.join(tmpdir(), 'splitproof-secrets-'));
after(() => {
  rmSync(folder, { recursive: true });
});

for (const [where, answer] of Object.entries(ECHOES)) {
  describe(`secrets that a server repeats ${where}`, () => {
    let server: http2.Http2Server;
    let address: string;
    const sessions = new Set<http2.ServerHttp2Session>();
    const received: string[] = [];
    before(async () => {
      server = http2.createServer();
      server.on('session', (session) => sessions.add(session));
      server.on('stream', (stream, headers) => {
        const sent = Object.entries(headers)
          .filter(([name]) => !name.startsWith(':'))
          .map(([name, value]) => `${name}: ${String(value)}`)
          .join(', ');
        received.push(sent);
        stream.on('error', () => undefined);
        answer(stream, sent);
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    });
    after(async () => {
      for (const session of sessions) session.destroy();
      await new Promise((resolve) => server.close(resolve));
    });

    for (const words of [
      ['verify', ...WEIGHTS],
      ['verify', ...WEIGHTS, '--format', 'json'],
      ['bench'],
      ['bench', '--format', 'json'],
      ['bench', '--workers', '2', '--engine', 'grpc-js', '--format', 'json'],
    ]) {
      it(words.join(' '), async () => {
        received.length = 0;
        const file = path.join(folder, 'run.json');
        const result = await splitproof([...words, address, ...CALL, '-n', '50', '-o', file]);
        // They were sent, and came back.
        for (const secret of [TOKEN, BASIC, SESSION, KEY, TEAM]) {
          assert.ok(received[0]?.includes(secret), secret);
        }
        assert.match(result.stdout, /UNAUTHENTICATED/);
        keepsSecrets(result);
        keepsSecrets({ stdout: readFileSync(file, 'utf8'), stderr: '' });
        for (const command of ['report', 'merge']) {
          const again = await splitproof([command, file]);
          assert.notEqual(again.stdout, '');
          keepsSecrets(again);
        }
      });
    }
  });
}

describe('secrets that a route looks at', () => {
  const manifests = path.join(folder, 'routes.yaml');
  const of = (token: string): string => `apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: gw}
spec:
  servers:
  - port: {number: 80, name: http, protocol: HTTP}
    hosts: ["*"]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: shop}
spec:
  hosts: ["*"]
  gateways: [gw]
  http:
  - match: [{headers: {x-team: {exact: others}}}, {headers: {authorization: {exact: "${token}"}}}]
    route: [{destination: {host: shop}}]
`;

  for (const words of [
    ['explain'],
    ['explain', '--format', 'json'],
    ['plan'],
    ['verify'],
    ['bench'],
  ]) {
    it(`${words.join(' ')}: a rule that does not take the request`, async () => {
      writeFileSync(manifests, of('Bearer another'));
      const result = await splitproof([...words, '127.0.0.1:80', '-f', manifests, ...CALL]);
      assert.equal(result.status, 2);
      assert.match(result.stdout + result.stderr, /the header x-team is \*\*\*/);
      keepsSecrets(result);
    });
  }

  for (const words of [
    ['explain'],
    ['explain', '--format', 'json'],
    ['plan'],
    ['plan', '--format', 'json'],
  ]) {
    it(`${words.join(' ')}: a rule that takes it`, async () => {
      writeFileSync(manifests, of(`Bearer ${TOKEN}`));
      const result = await splitproof([...words, '127.0.0.1:80', '-f', manifests, ...CALL]);
      assert.equal(result.status, 0, result.stderr);
      keepsSecrets(result);
    });
  }

  it('explain: a path with a query', async () => {
    writeFileSync(manifests, of('Bearer another'));
    for (const format of ['console', 'json']) {
      const result = await splitproof([
        ...['explain', '127.0.0.1:80', '-f', manifests, '--path', `/x?token=${TOKEN}&page=2`],
        ...['--plaintext', '--format', format],
      ]);
      assert.match(result.stdout, /\/x\?/);
      keepsSecrets(result);
    }
  });
});

describe('secrets in words that are wrong', () => {
  const scenario = (text: string): string[] => {
    const file = path.join(folder, 'scenario.yaml');
    writeFileSync(file, text);
    return ['verify', '--scenario', file];
  };
  const verify = ['verify', '127.0.0.1:1', 'helloworld.Greeter/SayHello', '--plaintext'];
  const cases: [string, () => string[]][] = [
    [
      'a header without colon',
      () => [...verify, ...WEIGHTS, '-H', `authorization Bearer ${TOKEN}`],
    ],
    [
      'a header without quotes',
      () => [...verify, ...WEIGHTS, '-H', 'authorization:', 'Bearer', TOKEN],
    ],
    ['a header with a bad value', () => [...verify, ...WEIGHTS, '-H', `x-team: ${TEAM}\u0001`]],
    [
      'metadata that is not JSON',
      () => [...verify, ...WEIGHTS, '-m', `{"authorization": "${TOKEN}"`],
    ],
    ['metadata of another form', () => [...verify, ...WEIGHTS, '-m', `{"cookie": ["${TOKEN}"]}`]],
    ['a user in the target', () => ['verify', `http://jack:${PASSWORD}@127.0.0.1:1`, ...CALL]],
    [
      'a user in the address of an admin interface',
      () => [...verify, ...WEIGHTS, '--envoy-admin', `http://jack:${PASSWORD}@127.0.0.1:1`],
    ],
    [
      'a URL where a file is expected',
      () => [...verify, '-f', `https://jack:${PASSWORD}@example.com/?token=${TOKEN}`],
    ],
    [
      'a URL where weights are expected',
      () => [...verify, ...WEIGHTS, '--previous', `https://example.com/?token=${TOKEN}`],
    ],
    [
      'a header of another form in a scenario',
      () => scenario(`target: localhost:1\nheader: {authorization: Bearer ${TOKEN}}\n`),
    ],
    [
      'an unknown setting of a scenario',
      () => scenario(`target: localhost:1\nheaders: {authorization: Bearer ${TOKEN}}\n`),
    ],
    [
      'a scenario that is not YAML',
      () => scenario(`target: localhost:1\nheader: ["authorization: Bearer ${TOKEN}]\n`),
    ],
  ];
  for (const [what, words] of cases) {
    it(what, async () => {
      const result = await splitproof(words());
      assert.equal(result.status, 2, result.stderr);
      assert.match(result.stderr, /^splitproof: .+\n$/);
      keepsSecrets(result);
    });
  }
});
