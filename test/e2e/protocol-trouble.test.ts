import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import http2 from 'node:http2';
import type net from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import tls from 'node:tls';
import { after, before, describe, it } from 'node:test';
import { type RunRecord, scenarioOf, type Settings, verify } from '../../src/index.js';
import { type Backend, startBackend } from '../../src/mesh/backend.js';
import { certificateAuthority } from '../../src/mesh/certificates.js';
import { ISTIO_TEXT } from '../fixtures/access-log-formats.js';
import { type Envoy, startEnvoy } from '../fixtures/envoy.js';
import type { EnvoyCluster, EnvoyListener } from '../fixtures/envoy-config.js';
import { type PythonGreeter, startPythonGreeter } from '../fixtures/python-greeter.js';

const GRPC: Settings = { call: 'helloworld.Greeter/SayHello', weights: 'v1=1' };
const HTTP: Settings = {
  ...{ http: { path: '/' }, 'http-version': '2', weights: 'v1=1', identity: 'header:x-pod' },
};
const { constants: C } = http2;
const authority = await certificateAuthority();
const stranger = await certificateAuthority('an authority that nobody knows');
const secured = await authority.issue({ hosts: ['127.0.0.1'] });

/** A server of HTTP/2 in plaintext that does one thing with each stream. */
function streams(act: (stream: http2.ServerHttp2Stream) => void): http2.Http2Server {
  return http2.createServer().on('stream', (stream) => {
    stream.on('error', () => undefined);
    act(stream);
  });
}

function answering(status: number, type?: string, body?: string): http2.Http2Server {
  return streams((stream) => {
    stream.respond({ ':status': status, ...(type !== undefined && { 'content-type': type }) });
    stream.end(body);
  });
}

/** Backends by what they do, each a server on its own port. */
const BACKENDS = {
  'http/1.1': () =>
    http.createServer((_, response) => {
      response.setHeader('content-type', 'text/plain').end('hello');
    }),
  tls: () => tls.createServer({ ...secured, ALPNProtocols: ['h2'] }, (socket) => socket.resume()),
  resets: () =>
    streams((stream) => {
      stream.close(C.NGHTTP2_INTERNAL_ERROR);
    }),
  refuses: () =>
    streams((stream) => {
      stream.close(C.NGHTTP2_REFUSED_STREAM);
    }),
  silent: () => streams(() => undefined),
  'no trailers': () => answering(200, 'application/grpc', '\0\0\0\0\0'),
  '415': () => answering(415, 'text/plain', 'unsupported'),
  '426': () => answering(426),
  '502': () => answering(502, 'text/html', '<h1>bad gateway</h1>'),
  '503': () => answering(503, 'text/plain', 'later'),
  '504': () => answering(504),
} satisfies Record<string, () => net.Server>;

interface Case {
  what: string;
  backend: keyof typeof BACKENDS | 'greeter' | 'python' | 'python, TLS' | 'nobody';
  upstream?: EnvoyCluster['upstreamProtocol'];
  cluster?: Partial<EnvoyCluster>;
  /** What else the call has. */
  asked?: Settings;
  listener?: Partial<EnvoyListener & { kind: 'http' }>;
  /** What is found where gRPC is sent, and where HTTP/2 is; null: that is not asked. */
  grpc: string | null;
  http: string | null;
  /** Envoy's or the backend's words in the evidence of gRPC's. */
  words: RegExp;
  /** The same by the access log, which alone says why a connection failed. */
  logged?: { code: string; words: RegExp };
  /** What Envoy's access log has on each request; null: it passes on what the backend answers. Absent: either. */
  flag?: string | null;
}

const THROUGH_ENVOY: readonly Case[] = [
  {
    what: 'HTTP/1.1 spoken to a backend of gRPC',
    ...{ backend: 'greeter', upstream: 'http1' },
    ...{ grpc: 'protocol-mismatch', http: 'protocol-mismatch' },
    flag: 'UPE',
    words: /reset reason: protocol error/,
  },
  {
    what: 'HTTP/2 spoken to a backend of HTTP/1.1',
    ...{ backend: 'http/1.1', upstream: 'h2' },
    ...{ grpc: 'protocol-mismatch', http: 'protocol-mismatch' },
    flag: 'UPE',
    words: /reset reason: protocol error/,
  },
  {
    what: 'gRPC passed on to a backend of HTTP/1.1, in its own protocol',
    ...{ backend: 'http/1.1', upstream: 'http1', grpc: 'http-error-page', http: null },
    flag: null,
    words: /"text\/plain" instead of application\/grpc/,
  },
  {
    what: 'plaintext spoken to a backend of TLS',
    ...{ backend: 'tls', grpc: 'upstream-unreachable', http: 'upstream-unreachable' },
    flag: 'UC',
    words: /reset reason: connection termination/,
  },
  {
    what: 'TLS spoken to a backend in plaintext',
    ...{ backend: 'greeter', cluster: { upstreamTls: {} } },
    ...{ grpc: 'upstream-unreachable', http: 'upstream-unreachable' },
    flag: 'UF',
    words: /reset reason: remote connection failure/,
    logged: { code: 'upstream-tls-mismatch', words: /TLS_error.*WRONG_VERSION_NUMBER/ },
  },
  {
    what: 'HTTP/1.1 spoken to gRPC’s own server',
    ...{ backend: 'python', upstream: 'http1' },
    ...{ grpc: 'protocol-mismatch', http: 'protocol-mismatch' },
    flag: 'UPE',
    words: /reset reason: protocol error/,
  },
  {
    what: 'plaintext spoken to gRPC’s own server in TLS',
    ...{ backend: 'python, TLS', grpc: 'upstream-unreachable', http: 'upstream-unreachable' },
    flag: 'UC',
    words: /reset reason: connection termination/,
  },
  {
    what: 'TLS spoken to gRPC’s own server in plaintext',
    ...{ backend: 'python', cluster: { upstreamTls: {} } },
    ...{ grpc: 'upstream-unreachable', http: 'upstream-unreachable' },
    flag: 'UF',
    words: /reset reason: remote connection failure/,
    logged: { code: 'upstream-tls-mismatch', words: /TLS_error.*WRONG_VERSION_NUMBER/ },
  },
  {
    what: 'a certificate of the backend that the gateway does not trust',
    ...{ backend: 'python, TLS', cluster: { upstreamTls: { ca: stranger.cert } } },
    ...{ grpc: 'upstream-unreachable', http: 'upstream-unreachable' },
    flag: 'UF',
    words: /reset reason: remote connection failure/,
    logged: { code: 'upstream-tls-mismatch', words: /CERTIFICATE_VERIFY_FAILED/ },
  },
  {
    what: 'plain HTTP sent to gRPC’s own server',
    ...{ backend: 'python', grpc: null, http: 'upstream-reset' },
    flag: 'UR',
    words: /reset reason: remote reset/,
  },
  {
    what: 'a gateway that pings gRPC’s own server too often',
    ...{ backend: 'python', cluster: { pingInterval: '0.02s' }, asked: { header: ['x-slow: 1'] } },
    ...{ grpc: 'enhance-your-calm', http: null },
    words: /UNAVAILABLE, "Too many pings"/,
  },
  {
    what: 'a circuit breaker of the gateway',
    ...{ backend: 'silent', cluster: { mostRequests: 1 }, listener: { timeout: '0.1s' } },
    ...{ grpc: 'upstream-overflow', http: 'upstream-overflow' },
    flag: 'UO',
    words: /overflow/,
  },
  {
    what: 'a destination that the gateway does not know',
    ...{ backend: 'greeter', cluster: { missing: true } },
    ...{ grpc: 'cluster-not-found', http: 'cluster-not-found' },
    flag: 'NC',
    words: /UNAVAILABLE without a message/,
  },
  {
    what: 'a backend that resets streams',
    ...{ backend: 'resets', grpc: 'upstream-reset', http: 'upstream-reset' },
    flag: 'UR',
    words: /reset reason: remote reset/,
  },
  {
    what: 'a backend that refuses streams',
    ...{ backend: 'refuses', grpc: 'upstream-refused-streams', http: 'upstream-refused-streams' },
    flag: 'UR',
    words: /remote refused stream reset/,
  },
  {
    what: 'a backend that answers later than the route waits',
    ...{ backend: 'silent', listener: { timeout: '0.1s' } },
    ...{ grpc: 'route-timeout', http: 'route-timeout' },
    flag: 'UT',
    words: /upstream request timeout/,
  },
  {
    what: 'a backend whose answers end without trailers',
    ...{ backend: 'no trailers', grpc: 'trailers-missing', http: null },
    flag: null,
    words: /ended without grpc-status/,
  },
  {
    what: 'plain HTTP sent to a backend of gRPC',
    ...{ backend: 'greeter', grpc: null, http: 'content-type-refused' },
    flag: null,
    words: /415/,
  },
  {
    what: 'a backend that refuses the content-type with 415',
    ...{ backend: '415', grpc: 'content-type-refused', http: 'content-type-refused' },
    flag: null,
    words: /HTTP status 415/,
  },
  {
    what: 'a backend that wants another version with 426',
    ...{ backend: '426', grpc: 'upgrade-required', http: 'upgrade-required' },
    flag: null,
    words: /HTTP status 426/,
  },
  ...(['502', '503', '504'] as const).map((backend): Case => ({
    what: `a bare ${backend}, as proxies behind the gateway answer`,
    ...{ backend, grpc: 'http-error-page', http: null },
    flag: null,
    words: new RegExp(`HTTP status ${backend}`),
  })),
  {
    what: 'no endpoint behind the gateway',
    ...{ backend: 'nobody', grpc: 'no-healthy-upstream', http: 'no-healthy-upstream' },
    flag: 'UH',
    words: /no healthy upstream/,
  },
  {
    what: 'a path that the gateway has no route for',
    ...{ backend: 'greeter', listener: { prefix: '/nowhere' }, grpc: 'no-route', http: 'no-route' },
    flag: 'NR',
    words: /UNIMPLEMENTED without a message/,
  },
];

const folder = mkdtempSync(path.join(tmpdir(), 'splitproof-protocols-'));
const servers: net.Server[] = [];
const sockets = new Set<net.Socket>();
let greeter: Backend;
let python: PythonGreeter;
let envoy: Envoy;

function logOf(index: number): string {
  return path.join(folder, `${index}.log`);
}

async function listening(server: net.Server): Promise<number> {
  servers.push(server);
  server.on('connection', (socket: net.Socket) => {
    sockets.add(socket.on('error', () => undefined));
  });
  server.on('sessionError', () => undefined).on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

before(async () => {
  greeter = await startBackend({
    ...{ service: 'greeter', version: 'v1', pod: 'grpc-service-v1-6d4cf56db6-x2x7k' },
  });
  const ports = new Map<string, number>([['greeter', greeter.port]]);
  for (const [name, start] of Object.entries(BACKENDS)) ports.set(name, await listening(start()));
  python = await startPythonGreeter('grpc-service-v1-7c6d9f5b8-py311', secured);
  ports.set('python', python.plaintextPort).set('python, TLS', python.tlsPort);
  envoy = await startEnvoy({
    listeners: THROUGH_ENVOY.map(
      ({ backend, upstream, cluster, listener = {} }, index): EnvoyListener => {
        const port = ports.get(backend);
        return {
          kind: 'http',
          accessLog: { path: logOf(index), format: ISTIO_TEXT },
          clusters: [
            {
              ...{ name: 'v1', weight: 1, ports: port === undefined ? [] : [port] },
              ...(upstream !== undefined && { upstreamProtocol: upstream }),
              ...cluster,
            },
          ],
          ...listener,
        };
      },
    ),
  });
});
after(async () => {
  await envoy.stop();
  await greeter.close();
  await python.stop();
  for (const socket of sockets) socket.destroy();
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  rmSync(folder, { recursive: true });
});

async function run(target: string, settings: Settings): Promise<RunRecord> {
  const common = { target, plaintext: true, requests: 40, connections: 2, concurrency: 4 };
  return await verify(scenarioOf({ ...common, ...settings }, 'verify'));
}

/** The findings of what came from the wire, one code after the other. */
function refused({ findings }: RunRecord, code: string) {
  const finding = findings.find((one) => one.code === code && one.about === 'target');
  assert.ok(finding, JSON.stringify(findings));
  return finding;
}

describe('protocol trouble behind the real Envoy', () => {
  for (const [index, { what, grpc, http: plain, words, asked }] of THROUGH_ENVOY.entries()) {
    it(what, async () => {
      const target = envoy.addresses[index] ?? '';
      if (grpc !== null) {
        const { evidence, advice } = refused(await run(target, { ...GRPC, ...asked }), grpc);
        assert.match(evidence, words);
        assert.notEqual(advice, '');
      }
      if (plain !== null) {
        const { evidence } = refused(await run(target, HTTP), plain);
        if (grpc === null) assert.match(evidence, words);
      }
    });
  }

  it('each with the flags of the access log, and with what it alone says', async () => {
    await Promise.all(
      THROUGH_ENVOY.map(async ({ what, flag, grpc, http: plain, words, logged, asked }, index) => {
        if (flag === undefined) return;
        const record = await run(envoy.addresses[index] ?? '', {
          ...{ ...(grpc === null ? HTTP : GRPC), ...asked },
          identity: `access-log:${logOf(index)}`,
        });
        const code = logged?.code ?? grpc ?? plain ?? '';
        const { evidence } = refused(record, code);
        assert.match(evidence, logged?.words ?? words, what);
        const flags = record.calls[0]?.accessLog?.flags;
        if (flag === null) assert.deepEqual(flags, {}, what);
        else
          assert.match(
            evidence,
            new RegExp(`; by the flags of the access log: ${flag} \\d+$`),
            what,
          );
        // Where a circuit breaker lets one through, that one is too late.
        const others = flag === 'UO' ? ['UT'] : [];
        assert.deepEqual(
          Object.keys(flags ?? {}).filter((one) => !others.includes(one)),
          flag === null ? [] : [flag],
          what,
        );
        const codes = record.findings.flatMap((one) => (one.about === 'target' ? [one.code] : []));
        assert.deepEqual(codes.sort(), flag === 'UO' ? ['route-timeout', code] : [code], what);
      }),
    );
  });

  /** Each: what is in the way, with its setting in the manifests, and the line of that. */
  const settings: readonly (readonly [what: string, set: Partial<Manifests>, at: string])[] = [
    ['HTTP/1.1 spoken to a backend of gRPC', {}, 'name: http-api'],
    ['HTTP/1.1 spoken to a backend of gRPC', { port: '{ port: 50051 }' }, '{ port: 50051 }'],
    [
      'HTTP/2 spoken to a backend of HTTP/1.1',
      { policy: 'connectionPool: { http: { h2UpgradePolicy: UPGRADE } }' },
      'h2UpgradePolicy: UPGRADE',
    ],
    [
      'HTTP/2 spoken to a backend of HTTP/1.1',
      { policy: 'connectionPool: { http: { useClientProtocol: true } }' },
      'useClientProtocol: true',
    ],
    ['TLS spoken to a backend in plaintext', { policy: 'tls: { mode: SIMPLE }' }, 'mode: SIMPLE'],
    ['plaintext spoken to a backend of TLS', { policy: 'tls: { mode: DISABLE }' }, 'mode: DISABLE'],
    ['a backend that answers later than the route waits', { timeout: '0.1s' }, 'timeout: 0.1s'],
    [
      'a circuit breaker of the gateway',
      { policy: 'connectionPool: { http: { http2MaxRequests: 1 } }' },
      'connectionPool:',
    ],
  ];
  for (const [index, [what, set, at]] of settings.entries()) {
    it(`${what}: names file and line of ${at}`, async () => {
      const file = path.join(folder, `set-${index}.yaml`);
      const text = manifests({ ...MANIFESTS, ...set });
      writeFileSync(file, text);
      const one = THROUGH_ENVOY.findIndex((each) => each.what === what);
      const record = await run(envoy.addresses[one] ?? '', {
        ...{ call: 'helloworld.Greeter/SayHello', manifest: [file], authority: 'grpc.example.com' },
      });
      const { place, evidence } = refused(record, THROUGH_ENVOY[one]!.grpc ?? '');
      const line = text.split('\n').findIndex((each) => each.includes(at)) + 1;
      assert.deepEqual([place?.file, place?.line], [file, line], JSON.stringify(record.findings));
      assert.match(evidence, /; configured: /);
    });
  }
});

interface Manifests {
  port: string;
  timeout: string;
  policy: string;
}

const MANIFESTS: Manifests = {
  ...{
    port: '{ name: http-api, port: 50051 }',
    timeout: '15s',
    policy: 'loadBalancer: { simple: ROUND_ROBIN }',
  },
};

function manifests({ port, timeout, policy }: Manifests): string {
  return `apiVersion: v1
kind: Service
metadata: { name: grpc-service }
spec:
  selector: { app: grpc-service }
  ports:
    - ${port}
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: grpc-service-v1 }
spec:
  selector: { matchLabels: { app: grpc-service } }
  template:
    metadata: { labels: { app: grpc-service } }
    spec: { containers: [{ name: greeter, image: greeter }] }
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: gw }
spec:
  selector: { istio: ingressgateway }
  servers:
    - { port: { number: 80, name: http2, protocol: HTTP2 }, hosts: ["*"] }
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: vs }
spec:
  hosts: [grpc.example.com]
  gateways: [gw]
  http:
    - timeout: ${timeout}
      route: [{ destination: { host: grpc-service, port: { number: 50051 } } }]
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: dr }
spec:
  host: grpc-service
  trafficPolicy:
    ${policy}
`;
}

/** Resets and goodbyes on the connection to the target itself, by the code that is sent. */
const AT_THE_TARGET: readonly { what: string; server: () => http2.Http2Server; code: string }[] = [
  {
    what: 'a target that resets streams with PROTOCOL_ERROR',
    server: () =>
      streams((stream) => {
        stream.close(C.NGHTTP2_PROTOCOL_ERROR);
      }),
    code: 'protocol-mismatch',
  },
  {
    what: 'a target that resets streams with HTTP_1_1_REQUIRED',
    server: () =>
      streams((stream) => {
        stream.close(C.NGHTTP2_HTTP_1_1_REQUIRED);
      }),
    code: 'protocol-mismatch',
  },
  {
    what: 'a target that resets streams with ENHANCE_YOUR_CALM',
    server: () =>
      streams((stream) => {
        stream.close(C.NGHTTP2_ENHANCE_YOUR_CALM);
      }),
    code: 'enhance-your-calm',
  },
  {
    what: 'a target that says GOAWAY ENHANCE_YOUR_CALM',
    server: () =>
      streams((stream) => {
        const { session } = stream;
        session?.goaway(C.NGHTTP2_ENHANCE_YOUR_CALM, 0, Buffer.from('too_many_pings'));
        setTimeout(() => session?.destroy(), 5);
      }),
    code: 'enhance-your-calm',
  },
];

describe('protocol trouble at the target itself', () => {
  for (const { what, server, code } of AT_THE_TARGET) {
    it(what, async () => {
      const target = `127.0.0.1:${await listening(server())}`;
      for (const engine of ['h2', 'grpc-js'] as const) {
        const { summary } = refused(await run(target, { ...GRPC, engine, timeout: '2s' }), code);
        assert.match(summary, /target/, engine);
      }
    });
  }
});
