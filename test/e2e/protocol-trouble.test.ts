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
import { type Envoy, startEnvoy } from '../fixtures/envoy.js';
import type { EnvoyCluster, EnvoyListener } from '../fixtures/envoy-config.js';

const GRPC: Settings = { call: 'helloworld.Greeter/SayHello', weights: 'v1=1' };
const HTTP: Settings = {
  ...{ http: { path: '/' }, 'http-version': '2', weights: 'v1=1', identity: 'header:x-pod' },
};
const { constants: C } = http2;
const authority = await certificateAuthority();
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
  backend: keyof typeof BACKENDS | 'greeter' | 'nobody';
  upstream?: EnvoyCluster['upstreamProtocol'];
  listener?: Partial<EnvoyListener & { kind: 'http' }>;
  /** What is found where gRPC is sent, and where HTTP/2 is; null: that is not asked. */
  grpc: string | null;
  http: string | null;
  /** Envoy's or the backend's words in the evidence of gRPC's. */
  words: RegExp;
}

const THROUGH_ENVOY: readonly Case[] = [
  {
    what: 'HTTP/1.1 spoken to a backend of gRPC',
    ...{ backend: 'greeter', upstream: 'http1' },
    ...{ grpc: 'protocol-mismatch', http: 'protocol-mismatch' },
    words: /reset reason: protocol error/,
  },
  {
    what: 'HTTP/2 spoken to a backend of HTTP/1.1',
    ...{ backend: 'http/1.1', upstream: 'h2' },
    ...{ grpc: 'protocol-mismatch', http: 'protocol-mismatch' },
    words: /reset reason: protocol error/,
  },
  {
    what: 'gRPC passed on to a backend of HTTP/1.1, in its own protocol',
    ...{ backend: 'http/1.1', upstream: 'http1', grpc: 'http-error-page', http: null },
    words: /"text\/plain" instead of application\/grpc/,
  },
  {
    what: 'plaintext spoken to a backend of TLS',
    ...{ backend: 'tls', grpc: 'upstream-unreachable', http: 'upstream-unreachable' },
    words: /reset reason: connection termination/,
  },
  {
    what: 'a backend that resets streams',
    ...{ backend: 'resets', grpc: 'upstream-reset', http: 'upstream-reset' },
    words: /reset reason: remote reset/,
  },
  {
    what: 'a backend that refuses streams',
    ...{ backend: 'refuses', grpc: 'upstream-refused-streams', http: 'upstream-refused-streams' },
    words: /remote refused stream reset/,
  },
  {
    what: 'a backend that answers later than the route waits',
    ...{ backend: 'silent', listener: { timeout: '0.1s' } },
    ...{ grpc: 'route-timeout', http: 'route-timeout' },
    words: /upstream request timeout/,
  },
  {
    what: 'a backend whose answers end without trailers',
    ...{ backend: 'no trailers', grpc: 'trailers-missing', http: null },
    words: /ended without grpc-status/,
  },
  {
    what: 'plain HTTP sent to a backend of gRPC',
    ...{ backend: 'greeter', grpc: null, http: 'content-type-refused' },
    words: /415/,
  },
  {
    what: 'a backend that refuses the content-type with 415',
    ...{ backend: '415', grpc: 'content-type-refused', http: 'content-type-refused' },
    words: /HTTP status 415/,
  },
  {
    what: 'a backend that wants another version with 426',
    ...{ backend: '426', grpc: 'upgrade-required', http: 'upgrade-required' },
    words: /HTTP status 426/,
  },
  ...(['502', '503', '504'] as const).map((backend): Case => ({
    what: `a bare ${backend}, as proxies behind the gateway answer`,
    ...{ backend, grpc: 'http-error-page', http: null },
    words: new RegExp(`HTTP status ${backend}`),
  })),
  {
    what: 'no endpoint behind the gateway',
    ...{ backend: 'nobody', grpc: 'no-healthy-upstream', http: 'no-healthy-upstream' },
    words: /no healthy upstream/,
  },
  {
    what: 'a path that the gateway has no route for',
    ...{ backend: 'greeter', listener: { prefix: '/nowhere' }, grpc: 'no-route', http: 'no-route' },
    words: /UNIMPLEMENTED without a message/,
  },
];

const folder = mkdtempSync(path.join(tmpdir(), 'splitproof-protocols-'));
const servers: net.Server[] = [];
const sockets = new Set<net.Socket>();
let greeter: Backend;
let envoy: Envoy;

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
  envoy = await startEnvoy({
    listeners: THROUGH_ENVOY.map(({ backend, upstream, listener = {} }): EnvoyListener => {
      const port = ports.get(backend);
      return {
        kind: 'http',
        clusters: [
          {
            ...{ name: 'v1', weight: 1, ports: port === undefined ? [] : [port] },
            ...(upstream !== undefined && { upstreamProtocol: upstream }),
          },
        ],
        ...listener,
      };
    }),
  });
});
after(async () => {
  await envoy.stop();
  await greeter.close();
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
  for (const [index, { what, grpc, http: plain, words }] of THROUGH_ENVOY.entries()) {
    it(what, async () => {
      const target = envoy.addresses[index] ?? '';
      if (grpc !== null) {
        const { evidence, advice } = refused(await run(target, GRPC), grpc);
        assert.match(evidence, words);
        assert.notEqual(advice, '');
      }
      if (plain !== null) {
        const { evidence } = refused(await run(target, HTTP), plain);
        if (grpc === null) assert.match(evidence, words);
      }
    });
  }

  it('names file and line of the Service port that has the gateway speak HTTP/1.1', async () => {
    for (const [port, line] of [
      ['{ name: http-api, port: 50051 }', 7],
      ['{ port: 50051 }', 7],
    ] as const) {
      const file = path.join(folder, 'set.yaml');
      writeFileSync(file, manifests(port));
      const target = envoy.addresses[0] ?? '';
      const record = await run(target, {
        ...{ call: 'helloworld.Greeter/SayHello', manifest: [file], authority: 'grpc.example.com' },
      });
      const { place, summary } = refused(record, 'protocol-mismatch');
      assert.deepEqual([place?.file, place?.line], [file, line], JSON.stringify(record.findings));
      assert.match(summary, /gateway and the backend/);
    }
  });
});

function manifests(port: string): string {
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
    - route: [{ destination: { host: grpc-service, port: { number: 50051 } } }]
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
