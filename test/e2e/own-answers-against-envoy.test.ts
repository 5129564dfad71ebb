import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, request as sendHttp, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';

import { readConfigDumps } from '../../src/inputs/config-dump.js';
import { parseConfigDump, type EnvoyRouteTable } from '../../src/routing/envoy/config-dump.js';
import { programmedRoute } from '../../src/routing/envoy/programmed.js';
import { parseManifests } from '../../src/routing/parse-manifests.js';
import type { RouteRequest } from '../../src/routing/request.js';
import { resolveRoute } from '../../src/routing/resolve.js';
import { type Envoy, startEnvoyWithConfig } from '../fixtures/envoy.js';

const TYPE = 'type.googleapis.com/envoy.extensions.filters';
const TIMEOUT_MS = 10_000;

/** What a route does, told to Envoy and to the VirtualService each in their own words. */
interface OwnAnswers {
  host: string;
  /** Of `spec.http[0]`, besides its destination. */
  istio: Readonly<Record<string, unknown>>;
  /** Of Envoy's route, besides its cluster. */
  envoy: Readonly<Record<string, unknown>>;
}

function cors(policy: object): Readonly<Record<string, unknown>> {
  const typed = { '@type': `${TYPE}.http.cors.v3.CorsPolicy`, ...policy };
  return { typed_per_filter_config: { 'envoy.filters.http.cors': typed } };
}

function abort(status: object): Readonly<Record<string, unknown>> {
  const typed = {
    '@type': `${TYPE}.http.fault.v3.HTTPFault`,
    abort: { ...status, percentage: { numerator: 100, denominator: 'HUNDRED' } },
  };
  return { typed_per_filter_config: { 'envoy.filters.http.fault': typed } };
}

const POLICIES: readonly OwnAnswers[] = [
  { host: 'none.test', istio: {}, envoy: {} },
  {
    host: 'exact.test',
    istio: { corsPolicy: { allowOrigins: [{ exact: 'https://a.com' }] } },
    envoy: cors({ allow_origin_string_match: [{ exact: 'https://a.com' }] }),
  },
  {
    host: 'prefix.test',
    istio: { corsPolicy: { allowOrigins: [{ prefix: 'https://a' }, { exact: 'null' }] } },
    envoy: cors({ allow_origin_string_match: [{ prefix: 'https://a' }, { exact: 'null' }] }),
  },
  {
    host: 'regex.test',
    istio: { corsPolicy: { allowOrigins: [{ regex: 'https://.*\\.com' }] } },
    envoy: cors({ allow_origin_string_match: [{ safe_regex: { regex: 'https://.*\\.com' } }] }),
  },
  {
    host: 'any.test',
    istio: { corsPolicy: { allowOrigins: [{ exact: '*' }] } },
    envoy: cors({ allow_origin_string_match: [{ exact: '*' }] }),
  },
  {
    host: 'any-regex.test',
    istio: { corsPolicy: { allowOrigins: [{ regex: '.' }] } },
    envoy: cors({ allow_origin_string_match: [{ safe_regex: { regex: '.' } }] }),
  },
  {
    host: 'ignore.test',
    istio: {
      corsPolicy: { allowOrigins: [{ exact: 'https://a.com' }], unmatchedPreflights: 'IGNORE' },
    },
    envoy: cors({
      allow_origin_string_match: [{ exact: 'https://a.com' }],
      forward_not_matching_preflights: false,
    }),
  },
];

const FAULTS: readonly OwnAnswers[] = [
  {
    host: 'http-503.test',
    istio: { fault: { abort: { percentage: { value: 100 }, httpStatus: 503 } } },
    envoy: abort({ http_status: 503 }),
  },
  {
    host: 'http-429.test',
    istio: { fault: { abort: { percentage: { value: 100 }, httpStatus: 429 } } },
    envoy: abort({ http_status: 429 }),
  },
  {
    host: 'grpc-14.test',
    istio: { fault: { abort: { percentage: { value: 100 }, grpcStatus: 'UNAVAILABLE' } } },
    envoy: abort({ grpc_status: 14 }),
  },
];

/** Its virtual host sends plaintext to HTTPS. */
const HTTPS_HOST = 'https-only.test';

function envoyConfig(upstreamPort: number): object {
  const address = (port: number): object => ({
    socket_address: { address: '127.0.0.1', port_value: port },
  });
  const route = { match: { prefix: '/' }, route: { cluster: 'upstream' } };
  const virtualHost = ({ host, envoy }: OwnAnswers): object => ({
    name: host,
    domains: [host],
    routes: [{ ...route, ...envoy }],
  });
  const https = { name: HTTPS_HOST, domains: [HTTPS_HOST], require_tls: 'ALL', routes: [route] };
  const filter = (name: string, type: string): object => ({
    name: `envoy.filters.http.${name}`,
    typed_config: { '@type': `${TYPE}.http.${name}.v3.${type}` },
  });
  const manager = {
    '@type': `${TYPE}.network.http_connection_manager.v3.HttpConnectionManager`,
    stat_prefix: 'gateway',
    route_config: {
      name: 'own-answers',
      virtual_hosts: [...[...POLICIES, ...FAULTS].map(virtualHost), https],
    },
    // In Istio's order.
    http_filters: [
      filter('fault', 'HTTPFault'),
      filter('cors', 'Cors'),
      filter('router', 'Router'),
    ],
  };
  return {
    static_resources: {
      listeners: [
        {
          name: 'gateway',
          address: address(0),
          filter_chains: [{ filters: [{ name: 'http', typed_config: manager }] }],
        },
      ],
      clusters: [
        {
          name: 'upstream',
          type: 'STATIC',
          load_assignment: {
            cluster_name: 'upstream',
            endpoints: [{ lb_endpoints: [{ endpoint: { address: address(upstreamPort) } }] }],
          },
        },
      ],
    },
  };
}

function manifestsOf({ host, istio }: OwnAnswers): string {
  const server = { port: { number: 80, name: 'http', protocol: 'HTTP' }, hosts: ['*'] };
  const own = host === HTTPS_HOST ? { ...server, tls: { httpsRedirect: true } } : server;
  const objects = [
    { kind: 'Gateway', metadata: { name: 'gw' }, spec: { servers: [own] } },
    {
      kind: 'VirtualService',
      metadata: { name: 'vs' },
      spec: {
        hosts: [host],
        gateways: ['gw'],
        http: [{ route: [{ destination: { host: 'upstream.example.com' } }], ...istio }],
      },
    },
  ];
  return objects
    .map((object) => JSON.stringify({ apiVersion: 'networking.istio.io/v1', ...object }))
    .join('\n---\n');
}

const REQUESTS = ['https://a.com', 'https://b.com', 'https://a', 'null', ''].flatMap((origin) =>
  ['OPTIONS', 'GET'].flatMap((method) =>
    ['PUT', ''].map((asked) => ({
      method,
      headers: {
        ...(origin === '' ? {} : { origin }),
        ...(asked === '' ? {} : { 'access-control-request-method': asked }),
      },
    })),
  ),
);

/** The status with which the service behind Envoy answers, and Envoy itself never. */
const SERVICE_STATUS = 207;

describe('the real Envoy answers itself what explain says it does', () => {
  let upstream: Server;
  let envoy: Envoy;
  let programmed: EnvoyRouteTable[];

  before(async () => {
    upstream = createServer((_, response) => response.writeHead(SERVICE_STATUS).end());
    upstream.listen(0, '127.0.0.1');
    await once(upstream, 'listening');
    envoy = await startEnvoyWithConfig(envoyConfig((upstream.address() as AddressInfo).port));
    const [dump] = await readConfigDumps(
      { kind: 'envoy-admin', urls: [envoy.adminUrl] },
      (one) => one,
    );
    programmed = parseConfigDump(dump!.text, 'config_dump');
  });

  after(async () => {
    await envoy.stop();
    upstream.close();
    upstream.closeAllConnections();
  });

  async function answer(
    host: string,
    { method, headers }: { method: string; headers: Readonly<Record<string, string>> },
  ): Promise<{ status: number; body: string; grpcStatus: string | undefined }> {
    const [hostname, port] = envoy.address.split(':');
    const outgoing = sendHttp({
      ...{ hostname, port, method, path: '/', timeout: TIMEOUT_MS },
      headers: { ...headers, host },
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error('Envoy did not answer in time')));
    outgoing.end();
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    let body = '';
    for await (const chunk of response) body += String(chunk);
    const grpcStatus = response.headers['grpc-status'];
    return { status: response.statusCode ?? 0, body, grpcStatus: grpcStatus?.toString() };
  }

  function asked(
    host: string,
    { method, headers }: { method: string; headers: Readonly<Record<string, string>> },
  ): RouteRequest {
    return {
      ...{ method, path: '/', scheme: 'http', authority: host, targetPort: 80, via: undefined },
      ...{ headers: new Map(Object.entries(headers)), namespace: 'default' },
    };
  }

  for (const policy of POLICIES) {
    it(`preflight requests, ${policy.host}`, async () => {
      const manifests = parseManifests(manifestsOf(policy), 'test.yaml');
      const outcomes = new Set<string>();
      for (const request of REQUESTS) {
        const { status } = await answer(policy.host, request);
        const what = `${JSON.stringify(request)}: ${status}`;
        const resolution = resolveRoute(manifests, asked(policy.host, request));
        outcomes.add(resolution.kind);
        if (resolution.kind === 'respond') assert.equal(resolution.answer, `HTTP ${status}`, what);
        else assert.deepEqual([resolution.kind, status], ['forward', SERVICE_STATUS], what);
        // The same through the routes that Envoy says it has.
        const route = programmedRoute(programmed, asked(policy.host, request), null);
        assert.equal(route.answeredByProxy, status === SERVICE_STATUS ? 0 : 1, what);
      }
      const expected = policy.host === 'none.test' ? ['forward'] : ['forward', 'respond'];
      assert.deepEqual([...outcomes].sort(), expected);
    });
  }

  for (const fault of FAULTS) {
    it(`aborts, ${fault.host}`, async () => {
      const manifests = parseManifests(manifestsOf(fault), 'test.yaml');
      const get = { method: 'GET', headers: {} };
      const { status, body } = await answer(fault.host, get);
      const { effects } = resolveRoute(manifests, asked(fault.host, get));
      assert.equal(effects?.abort?.httpStatus, status);
      // How aborts are told from other failures.
      assert.equal(body, 'fault filter abort');
      const call = { method: 'POST', headers: { 'content-type': 'application/grpc' } };
      const called = await answer(fault.host, call);
      assert.equal(called.status, 200);
      assert.match(called.grpcStatus ?? '', /^[1-9]/);
      const ofCall = resolveRoute(manifests, asked(fault.host, call)).effects;
      assert.equal(ofCall?.abort?.httpStatus, null);
    });
  }

  it('a host that requires TLS', async () => {
    const get = { method: 'GET', headers: {} };
    const { status } = await answer(HTTPS_HOST, get);
    const rules = manifestsOf({ host: HTTPS_HOST, istio: {}, envoy: {} });
    const resolution = resolveRoute(parseManifests(rules, 'test.yaml'), asked(HTTPS_HOST, get));
    assert.equal(
      resolution.kind === 'redirect' && resolution.to,
      `the same address over HTTPS (${status})`,
    );
    assert.equal(programmedRoute(programmed, asked(HTTPS_HOST, get), null).answeredByProxy, 1);
  });
});
