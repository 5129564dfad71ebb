import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import http2 from 'node:http2';
import net, { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import tls from 'node:tls';
import { after, before, describe, it } from 'node:test';
import { FORMATS, type RunRecord, scenarioOf, type Settings, verify } from '../../src/index.js';
import { type Backend, startBackend } from '../../src/mesh/backend.js';
import { certificateAuthority, selfSigned } from '../../src/mesh/certificates.js';
import { reasonsOf, recordOf } from '../fixtures/command.js';
import { type Envoy, startEnvoy } from '../fixtures/envoy.js';
import type { EnvoyListener, EnvoyTls } from '../fixtures/envoy-config.js';
import type { Gateway } from '../fixtures/gateway-on-port.js';
import { startHaproxy } from '../fixtures/haproxy.js';
import { nameLeadsTo } from '../fixtures/changing-name.js';
import { startTlsFront } from '../fixtures/tls-front.js';

const HOST = 'grpc.example.com';
const DAY_MS = 24 * 60 * 60 * 1000;
const inDays = (days: number): Date => new Date(Date.now() + days * DAY_MS);

const authority = await certificateAuthority();
const stranger = await certificateAuthority('an authority that nobody knows');
const hosts = [HOST, '127.0.0.1'];
/** Half a day more than the days that are claimed, so that an hour does not matter. */
const own = await authority.issue({
  ...{ hosts, uris: ['spiffe://cluster.local/ns/istio-system/sa/gateway'] },
  ...{ validFrom: inDays(-1), validUntil: inDays(30.5) },
});
const expired = await authority.issue({ hosts, validUntil: inDays(-2) });
const unborn = await authority.issue({ hosts, validFrom: inDays(3), validUntil: inDays(9) });
const strange = await stranger.issue({ hosts });
const alone = await selfSigned(hosts);
const forClients = await authority.issue({ hosts, usage: 'client' });
const next = await authority.issue({ hosts, validFrom: inDays(-1), validUntil: inDays(90.5) });
const client = await authority.issue({ hosts: ['client'] });
const strangeClient = await stranger.issue({ hosts: ['client'] });

const folder = mkdtempSync(path.join(tmpdir(), 'splitproof-tls-'));
function pem(name: string, text: string): string {
  const file = path.join(folder, `${name}.pem`);
  writeFileSync(file, text);
  return file;
}
const ca = pem('ca', authority.cert);
const asClient = { cert: pem('client', client.cert), key: pem('client-key', client.key) };
const asStranger = {
  ...{ cert: pem('stranger', strangeClient.cert), key: pem('stranger-key', strangeClient.key) },
};

let pods: { ours: Backend; other: Backend };
let envoy: Envoy;
let haproxy: Gateway;
/** By what they are like. */
const gateways = {
  simple: { serverName: HOST },
  leaking: { serverName: HOST },
  mutual: { serverName: HOST, clientCa: authority.cert },
  old: { maxVersion: 'TLSv1_2' },
  'mutual, old': { maxVersion: 'TLSv1_2', clientCa: authority.cert },
  http1: { alpn: ['http/1.1'] },
  'h2 alone': { alpn: ['h2'] },
  expired,
  plaintext: null,
} satisfies Record<string, Partial<EnvoyTls> | null>;
type GatewayName = keyof typeof gateways;

function addressOf(name: GatewayName): string {
  return envoy.addresses[Object.keys(gateways).indexOf(name)] ?? '';
}

before(async () => {
  const pod = (name: string) => startBackend({ service: 'greeter', version: 'v1', pod: name });
  pods = {
    ours: await pod('grpc-service-6d4cf56db6-x2x7k'),
    other: await pod('grpc-service-next-7c6d9f5b8-fghij'),
  };
  envoy = await startEnvoy({
    listeners: Object.entries(gateways).map(([name, own1]): EnvoyListener => {
      const clusters = [{ name: 'grpc-service', weight: 90, ports: [pods.ours.port] }];
      if (name === 'leaking') clusters.push({ name: 'next', weight: 10, ports: [pods.other.port] });
      const secured = own1 === null ? {} : { tls: { alpn: ['h2', 'http/1.1'], ...own, ...own1 } };
      return { kind: 'http', clusters, ...secured };
    }),
  });
  haproxy = await startHaproxy({
    backends: [{ name: 'grpc-service', port: pods.ours.port, weight: 1 }],
    tls: own,
  });
});
after(async () => {
  await envoy.stop();
  await haproxy.stop();
  await pods.ours.close();
  await pods.other.close();
  rmSync(folder, { recursive: true });
});

const SCENARIO = ['--scenario', 'scenarios/grpc-gateway-tls.yaml', '--cacert', ca];

describe('the gateway of scenarios/grpc-gateway-tls.yaml, as Envoy is one', () => {
  it('passes when asked for by its address, and says how it is secured', async () => {
    const { status, record } = await recordOf(['verify', addressOf('simple'), ...SCENARIO]);
    assert.equal(status, 0, reasonsOf(record));
    const { tls: session } = record.transport;
    assert.ok(session?.certificate);
    assert.deepEqual([session.version, session.alpn], ['TLSv1.3', 'h2']);
    assert.match(session.cipher, /^TLS_/);
    const { subject, issuer, altNames, daysLeft } = session.certificate;
    assert.equal(subject, `CN=${HOST}`);
    assert.equal(issuer, 'CN=splitproof test authority');
    assert.equal(
      altNames,
      `DNS:${HOST}, IP Address:127.0.0.1, URI:spiffe://cluster.local/ns/istio-system/sa/gateway`,
    );
    assert.ok(daysLeft! > 30 && daysLeft! < 31, String(daysLeft));
    assert.deepEqual(
      record.thresholds.map(({ expression, unit, ok }) => [expression, unit, ok]),
      [['cert-days>14', 'days', true]],
    );
    // As it was then, whenever it is shown.
    const later = structuredClone(record);
    later.transport.tls!.certificate!.daysLeft = 12.9;
    const shown = await FORMATS.console.render(later, { width: 80, colour: false });
    assert.match(shown, /^ {2}tls {5}TLSv1\.3, TLS_\w+, ALPN h2$/m);
    const words = shown.replaceAll(/\s+/g, ' ');
    assert.match(
      words,
      / cert CN=grpc\.example\.com, by CN=splitproof .*; 12 days left, until \d{4}-/,
    );
  });

  it('fails where it leaks to a version that no route leads to', async () => {
    const { status, record } = await recordOf(['verify', addressOf('leaking'), ...SCENARIO]);
    assert.equal(status, 1, reasonsOf(record));
  });
});

/** Runs of which nothing is written anywhere. */
async function run(target: string, settings: Settings): Promise<RunRecord> {
  return await verify(scenarioOf({ target, cacert: ca, requests: 40, ...settings }, 'verify'));
}

const GREETER: Settings = { call: 'helloworld.Greeter/SayHello', weights: 'v1=1' };
/** Each way to speak, with what it asks for. */
const CLIENTS: Readonly<Record<string, Settings>> = {
  h2: GREETER,
  'grpc-js': { ...GREETER, engine: 'grpc-js' },
  'HTTP/1.1': {
    ...{ http: { path: '/' }, 'http-version': '1.1', weights: 'v1=1', identity: 'header:x-pod' },
  },
};

function addressed(server: net.Server): string {
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

interface Case {
  what: string;
  /** A server of Node.js, or which gateway of Envoy. */
  server: (() => net.Server) | GatewayName | 'HAProxy';
  settings?: Settings;
  code: string;
  /** What is said of it. */
  evidence: RegExp;
  /** What to do about it. */
  advice?: RegExp;
  /** Those it happens to; all unless told. */
  clients?: readonly string[];
}

const GRPC = ['h2', 'grpc-js'];
const secure = (options: http2.SecureServerOptions = {}) =>
  http2.createSecureServer({ ...own, allowHTTP1: true, ...options });

/** A link to a TLS server that changes a byte of what is the first to be encrypted. */
function garbling(): net.Server {
  const target = secure();
  target.on('tlsClientError', () => undefined).listen(0, '127.0.0.1');
  return net
    .createServer((socket) => {
      const upstream = net.connect((target.address() as AddressInfo).port, '127.0.0.1');
      socket.pipe(upstream);
      upstream.on('data', (bytes: Buffer) => {
        bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1);
        socket.write(bytes);
      });
      upstream
        .on('error', () => undefined)
        .on('close', () => {
          socket.destroySoon();
        });
      socket.on('close', () => upstream.destroy());
    })
    .on('close', () => target.close());
}

const asked = { requestCert: true, rejectUnauthorized: true, ca: authority.cert };

const FAILURES: readonly Case[] = [
  {
    what: 'an expired certificate',
    server: () => secure(expired),
    code: 'certificate-expired',
    evidence: new RegExp(
      `has expired: .*CN=${HOST}, valid until ${inDays(-2).toISOString().slice(0, 10)}`,
    ),
  },
  {
    what: 'an expired certificate of Envoy',
    server: 'expired',
    code: 'certificate-expired',
    evidence: /valid until/,
  },
  {
    what: 'a certificate of next week',
    server: () => secure(unborn),
    code: 'certificate-not-yet-valid',
    evidence: new RegExp(`valid from ${inDays(3).toISOString().slice(0, 10)}`),
  },
  {
    what: 'a certificate for another name',
    server: () => secure(),
    settings: { authority: 'elsewhere.example' },
    code: 'certificate-wrong-name',
    evidence: /asked for elsewhere\.example, it is for DNS:grpc\.example\.com, IP Address/,
    advice: /^(?!.*--cacert).*--servername.*--skip-verify/,
  },
  {
    what: 'a certificate of an authority that nobody named',
    server: () => secure(strange),
    code: 'certificate-unknown-authority',
    evidence: /CN=grpc\.example\.com, signed by CN=an authority that nobody knows/,
    advice: /--cacert FILE, or go on without the check with --skip-verify/,
  },
  {
    what: 'a self-signed certificate',
    server: () => secure(alone),
    code: 'certificate-self-signed',
    evidence: /signed by itself.*\(CN=grpc\.example\.com\)/,
    advice: /--cacert FILE, or go on without the check with --skip-verify/,
  },
  {
    what: 'a certificate that is for clients alone',
    server: () => secure(forClients),
    code: 'certificate-not-trusted',
    evidence: /INVALID_PURPOSE: CN=grpc\.example\.com/,
  },
  ...(['TLSv1.2', 'TLSv1.3'] as const).flatMap((version): Case[] => [
    {
      what: `a client certificate wanted, in ${version}`,
      server: () => secure({ ...asked, minVersion: version, maxVersion: version }),
      code: 'client-certificate-wanted',
      evidence: /none was given/,
    },
    {
      what: `a client certificate refused, in ${version}`,
      server: () => secure({ ...asked, minVersion: version, maxVersion: version }),
      settings: asStranger,
      code: 'client-certificate-refused',
      evidence: /refused the client certificate/,
    },
  ]),
  ...(['mutual', 'mutual, old'] as const).flatMap((server): Case[] => [
    {
      what: `a client certificate wanted by Envoy, ${server}`,
      server,
      settings: { authority: HOST },
      code: 'client-certificate-wanted',
      evidence: /none was given/,
    },
    {
      what: `a client certificate refused by Envoy, ${server}`,
      server,
      settings: { authority: HOST, ...asStranger },
      code: 'client-certificate-refused',
      evidence: /refused the client certificate/,
    },
  ]),
  {
    what: 'TLS 1.3 wanted of Envoy that has 1.2',
    server: 'old',
    settings: { 'tls-min': '1.3' },
    code: 'tls-version-mismatch',
    evidence: /; offered TLSv1\.3\)/,
  },
  {
    what: 'TLS 1.2 at most, where 1.3 is wanted',
    server: () => secure({ minVersion: 'TLSv1.3' }),
    settings: { 'tls-max': '1.2' },
    code: 'tls-version-mismatch',
    evidence: /; offered TLSv1\.2\)/,
  },
  {
    what: 'no cipher in common',
    server: () => secure({ maxVersion: 'TLSv1.2', ciphers: 'ECDHE-RSA-AES128-GCM-SHA256' }),
    code: 'tls-cipher-mismatch',
    evidence: /no cipher in common/,
  },
  {
    what: 'a name that no host of the gateway has',
    server: 'simple',
    settings: { authority: 'elsewhere.example' },
    code: 'tls-handshake-closed',
    evidence: /asked for elsewhere\.example/,
  },
  {
    what: 'an address where the gateway goes by names',
    server: 'simple',
    code: 'tls-handshake-closed',
    evidence: /asked for 127\.0\.0\.1/,
  },
  {
    what: 'a name that HAProxy has no certificate for',
    server: 'HAProxy',
    settings: { authority: 'elsewhere.example' },
    code: 'server-name-unknown',
    evidence: /asked for elsewhere\.example/,
  },
  {
    what: 'a handshake that something on the way garbles',
    server: () => garbling(),
    code: 'tls-handshake-failed',
    evidence: /BAD_RECORD_MAC|DECRYPTION_FAILED/i,
  },
  {
    what: 'a server without ALPN',
    server: () => tls.createServer(own, (socket) => socket.resume()),
    code: 'alpn-not-h2',
    evidence: /no ALPN answer/,
    clients: GRPC,
  },
  {
    what: 'an Envoy that offers http/1.1',
    server: 'http1',
    code: 'alpn-not-h2',
    evidence: /HTTP\/2 was not agreed on/,
    clients: GRPC,
  },
  {
    what: 'a server that speaks h2 alone',
    server: () => tls.createServer({ ...own, ALPNProtocols: ['h2'] }, (socket) => socket.resume()),
    code: 'alpn-not-http1',
    evidence: /does not agree on HTTP\/1\.1/,
    clients: ['HTTP/1.1'],
  },
  ...(['plaintext', () => http.createServer(), () => http2.createServer()] as const).map(
    (server): Case => ({
      what: 'TLS spoken to plaintext',
      server,
      code: 'tls-on-plaintext-port',
      evidence: /TLS was spoken to a plaintext port/,
    }),
  ),
  ...(['simple', 'h2 alone', () => secure()] as const).map((server): Case => ({
    what: 'plaintext spoken to TLS',
    server,
    settings: { plaintext: true, authority: HOST },
    code: 'plaintext-on-tls-port',
    evidence: /plaintext was spoken to a TLS port/,
  })),
];

describe('ways in which a handshake fails', () => {
  for (const { what, server: start, settings, code, evidence, advice, clients } of FAILURES) {
    const own1 =
      typeof start !== 'string' ? 'Node.js' : start === 'HAProxy' ? start : `Envoy (${start})`;
    it(`${what}, ${own1}: ${code}`, async () => {
      const server = typeof start === 'string' ? null : start();
      const sockets = new Set<net.Socket>();
      server?.on('connection', (socket: net.Socket) => {
        sockets.add(socket.on('error', () => undefined));
      });
      server?.on('sessionError', () => undefined).on('tlsClientError', () => undefined);
      if (server !== null) {
        await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      }
      const target =
        server !== null
          ? addressed(server)
          : start === 'HAProxy'
            ? haproxy.address
            : addressOf(start as GatewayName);
      try {
        for (const [name, call] of Object.entries(CLIENTS)) {
          if (clients?.includes(name) === false) continue;
          const isPlaintext = settings?.plaintext === true;
          const { findings, end, verdict } = await run(target, {
            ...call,
            ...settings,
            ...(isPlaintext && { cacert: undefined }),
          });
          const own2 = findings.find((finding) => finding.code === code);
          assert.ok(own2, `${name}: ${JSON.stringify(findings)}`);
          assert.match(own2.evidence, evidence, name);
          if (advice !== undefined) assert.match(own2.advice, advice, name);
          assert.doesNotMatch(own2.evidence, /\n/);
          assert.deepEqual([own2.severity, own2.about], ['error', 'target']);
          assert.deepEqual([end, verdict], ['unreachable', 'inconclusive'], name);
          // HTTP/1.1 in plaintext is asked before it is known what answers.
          if (!(isPlaintext && name === 'HTTP/1.1')) assert.equal(findings.length, 1, name);
        }
      } finally {
        for (const socket of sockets) socket.destroy();
        if (server !== null) await new Promise((resolve) => server.close(resolve));
      }
    });
  }
});

/** As the gateways are meant to be. */
const GATEWAY = `apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: grpc-gateway }
spec:
  selector: { istio: ingressgateway }
  servers:
    - port:
        number: 443
        name: https
        protocol: HTTPS
      hosts: ["*"]
      tls:
        mode: SIMPLE
        credentialName: grpc-tls-credential
        minProtocolVersion: TLSV1_3
`;

describe('where the manifests are given', () => {
  for (const [gateway, code, at, settings] of [
    ['expired', 'certificate-expired', 'credentialName:', {}],
    ['simple', 'tls-handshake-closed', 'hosts:', { servername: 'elsewhere.example' }],
    ['mutual', 'client-certificate-wanted', 'mode:', {}],
    ['old', 'tls-version-mismatch', 'minProtocolVersion:', { 'tls-min': '1.3' }],
    ['http1', 'alpn-not-h2', 'protocol: HTTPS', {}],
    ['plaintext', 'tls-on-plaintext-port', 'protocol: HTTPS', {}],
  ] as const) {
    it(`${code} has file and line of ${at}`, async () => {
      const file = path.join(folder, 'gateway.yaml');
      writeFileSync(file, GATEWAY);
      const { findings } = await run(addressOf(gateway), {
        ...{ call: 'helloworld.Greeter/SayHello', authority: HOST, 'gateway-port': 443 },
        manifest: [
          file,
          'scenarios/grpc-gateway/virtual-service.yaml',
          'scenarios/grpc-gateway/grpc-service.yaml',
        ],
        ...settings,
      });
      const found = findings.find((one) => one.code === code);
      const line = GATEWAY.split('\n').findIndex((text) => text.includes(at)) + 1;
      assert.deepEqual(
        [found?.place?.file, found?.place?.line],
        [file, line],
        JSON.stringify(findings),
      );
    });
  }
});

describe('addresses of one name', () => {
  it('that show different certificates are told, and held by the one that ends first', async () => {
    const first = await startTlsFront(own, 'h2', `127.0.0.1:${pods.ours.port}`);
    const port = Number(first.address.split(':')[1]);
    const at = { host: '127.0.0.2', port };
    const second = await startTlsFront(next, 'h2', `127.0.0.1:${pods.ours.port}`, at);
    try {
      nameLeadsTo('two.test', '127.0.0.1', '127.0.0.2');
      const { findings, thresholds, load, transport } = await run(`two.test:${port}`, {
        ...{ ...GREETER, weights: 'grpc-service=1', servername: HOST },
        threshold: ['cert-days>31'],
      });
      const differ = findings.find(({ code }) => code === 'certificates-differ');
      assert.match(
        differ?.evidence ?? '',
        /\(30 days left\).*\(90 days left\)|\(90.*\(30 days left\)/,
      );
      assert.deepEqual(
        thresholds.map(({ ok }) => ok),
        [false],
      );
      assert.equal(Math.floor(transport.tls?.certificate?.daysLeft ?? 0), 30);
      assert.equal(load.ok, 40);
    } finally {
      first.close();
      second.close();
    }
  });
});

describe('what a handshake agrees on', () => {
  const greeted = async (gateway: GatewayName, settings: Settings) =>
    await run(addressOf(gateway), { ...GREETER, weights: 'grpc-service=1', ...settings });

  for (const engine of ['h2', 'grpc-js'] as const) {
    it(`${engine}: a client certificate that the gateway knows; its key is in no output`, async () => {
      const record = await greeted('mutual', { engine, authority: HOST, ...asClient });
      assert.equal(record.load.ok, record.load.sent, JSON.stringify(record.findings));
      const text =
        JSON.stringify(record) +
        (await FORMATS.console.render(record, { width: 80, colour: false }));
      for (const line of client.key.split('\n').filter((part) => part.length > 20)) {
        assert.ok(!text.includes(line));
      }
    });

    it(`${engine}: versions of TLS`, async () => {
      for (const [settings, version] of [
        [{ 'tls-max': '1.2' }, 'TLSv1.2'],
        [{ 'tls-min': '1.3' }, 'TLSv1.3'],
      ] as const) {
        const record = await greeted('simple', { engine, authority: HOST, ...settings });
        assert.equal(record.transport.tls?.version, version);
        assert.equal(record.load.ok, record.load.sent, JSON.stringify(record.findings));
      }
    });
  }

  it('--servername says the name, --authority what is in the request', async () => {
    const record = await greeted('simple', { authority: 'other.example', servername: HOST });
    assert.equal(record.load.ok, record.load.sent, JSON.stringify(record.findings));
  });

  it('cert-days: kept, broken, and not to be said where nobody answers', async () => {
    const judged = async (gateway: GatewayName, expression: string, settings: Settings = {}) => {
      const { thresholds } = await greeted(gateway, {
        ...{ authority: HOST, threshold: [expression] },
        ...settings,
      });
      return thresholds.map(({ ok }) => ok);
    };
    assert.deepEqual(await judged('simple', 'cert-days>30'), [true]);
    assert.deepEqual(await judged('simple', 'cert-days>31'), [false]);
    assert.deepEqual(await judged('mutual', 'cert-days>30'), [null]);
    assert.deepEqual(await judged('expired', 'cert-days>0', { 'skip-verify': true }), [false]);
    await assert.rejects(
      verify(
        scenarioOf(
          {
            ...GREETER,
            ...{ target: addressOf('plaintext'), plaintext: true, threshold: ['cert-days>14'] },
          },
          'verify',
        ),
      ),
      /cert-days>14" is about a certificate, and the target is spoken to in plaintext/,
    );
  });
});
