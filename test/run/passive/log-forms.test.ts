import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { verify } from '../../../src/run/verify.js';
import { type LogFolder, logFolder } from './logs.js';

/** One request, as each gateway writes it down. */
interface Logged {
  /** Milliseconds after noon. */
  atMs: number;
  version: string;
  status: number;
  durationMs: number;
  port: number;
}

const NOON_MS = Date.parse('2026-01-31T12:00:00Z');
const iso = ({ atMs }: Logged): string => new Date(NOON_MS + atMs).toISOString();
const cluster = ({ version }: Logged): string =>
  `outbound|80|${version}|shop.default.svc.cluster.local`;
const seconds = (ms: number): string => (ms / 1000).toFixed(3);

/** What a form of a log does not say. */
interface Lacking {
  host?: boolean;
  connections?: boolean;
}

/** The forms that are known by themselves, and some that are told; lines as their documentation has them. */
const FORMS: Readonly<
  Record<string, { line: (one: Logged) => string; format?: string; lacks?: Lacking }>
> = {
  'Istio, text': {
    line: (one) =>
      `[${iso(one)}] "GET /cart HTTP/1.1" ${one.status} - via_upstream - "-" 0 12 ${one.durationMs} ${one.durationMs} "10.0.0.9" "curl/8" "id" "shop" "10.1.0.1:8080" ${cluster(one)} 10.1.0.9:1 10.1.0.9:8080 10.2.0.1:${one.port} - -`,
  },
  'Istio, JSON': {
    line: (one) =>
      JSON.stringify({
        ...{ authority: 'shop', bytes_received: 0, duration: one.durationMs, method: 'GET' },
        ...{ path: '/cart', response_code: one.status, response_flags: '-', route_name: null },
        ...{ start_time: iso(one), upstream_cluster: cluster(one), upstream_host: '10.1.0.1:80' },
        ...{ downstream_remote_address: `10.2.0.1:${one.port}`, user_agent: 'curl/8' },
      }),
  },
  'Alibaba Cloud Service Mesh, JSON': {
    line: (one) =>
      JSON.stringify({
        ...{ authority_for: 'shop', authority: 'shop', duration: String(one.durationMs) },
        ...{ method: 'GET', path: '/cart', response_code: String(one.status), response_flags: '-' },
        ...{ start_time: iso(one), upstream_cluster: cluster(one), upstream_host: '10.1.0.1:80' },
        ...{ downstream_remote_address: `10.2.0.1:${one.port}`, user_agent: 'curl/8' },
      }),
  },
  'Envoy itself, text': {
    line: (one) =>
      `[${iso(one)}] "GET /cart HTTP/1.1" ${one.status} - 0 12 ${one.durationMs} ${one.durationMs} "-" "curl/8" "id" "shop" "10.1.0.${one.version.slice(1)}:8080"`,
    lacks: { connections: true },
  },
  'Envoy Gateway, JSON': {
    line: (one) =>
      JSON.stringify({
        ...{ start_time: iso(one), method: 'GET', 'x-envoy-origin-path': '/cart' },
        ...{ ':authority': 'shop', response_code: one.status, response_flags: '-' },
        ...{ duration: one.durationMs, upstream_cluster: cluster(one) },
        ...{ upstream_host: '10.1.0.1:80', downstream_remote_address: `10.2.0.1:${one.port}` },
      }),
  },
  'ingress-nginx': {
    line: (one) =>
      `10.2.0.1 - - [31/Jan/2026:12:00:00 +0000] "GET /cart HTTP/1.1" ${one.status} 12 "-" "curl/8" 80 ${seconds(one.durationMs)} [default-shop-${one.version}-80] [] 10.1.0.${one.version.slice(1)}:8080 12 ${seconds(one.durationMs)} ${one.status} 0a1b`,
    lacks: { host: true, connections: true },
  },
  'nginx, as it is told': {
    format: '$remote_addr:$remote_port $host "$request" $status $request_time $msec $upstream_addr',
    line: (one) =>
      `10.2.0.1:${one.port} shop "GET /cart HTTP/1.1" ${one.status} ${seconds(one.durationMs)} ${seconds(NOON_MS + one.atMs + one.durationMs)} 10.1.0.${one.version.slice(1)}:8080`,
  },
  'nginx, JSON by its variables': {
    line: (one) =>
      JSON.stringify({
        ...{ request: 'GET /cart HTTP/1.1', host: 'shop', status: String(one.status) },
        ...{ request_time: seconds(one.durationMs), remote_port: String(one.port) },
        ...{ upstream_addr: `10.1.0.${one.version.slice(1)}:8080` },
      }),
  },
  'Envoy, JSON as it is told': {
    format: JSON.stringify({
      ...{ at: '%START_TIME%', q: '%PATH%', h: '%REQ(:AUTHORITY)%', s: '%RESPONSE_CODE%' },
      ...{ took: '%DURATION%', to: '%UPSTREAM_CLUSTER%', from: '%DOWNSTREAM_REMOTE_ADDRESS%' },
    }),
    line: (one) =>
      JSON.stringify({
        ...{ at: iso(one), q: '/cart', h: 'shop', s: one.status, took: one.durationMs },
        ...{ to: cluster(one), from: `10.2.0.1:${one.port}` },
      }),
  },
};

const REQUESTS: readonly Logged[] = Array.from({ length: 200 }, (_, number) => {
  const version = number % 5 < 3 ? 'v1' : 'v2';
  return {
    ...{ atMs: 20 * number, version, port: 40_000 + (number % 7) },
    // Of v2 one in ten fails.
    status: version === 'v2' && number % 25 === 3 ? 503 : 200,
    durationMs: version === 'v1' ? 20 : 700,
  };
});

describe('lines of every form that is understood', () => {
  let world: LogFolder;
  before(() => {
    world = logFolder();
  });
  after(() => {
    world.close();
  });

  let files = 0;
  for (const [name, { line, format, lacks = {} }] of Object.entries(FORMS)) {
    it(`${name}: who answered, what failed, and how long it took`, async () => {
      const file = `${world.log}.${(files += 1)}`;
      world.append(REQUESTS.map(line), file);
      // Where an address is all that a line has, the weights' names are found by it.
      const byAddress = !line(REQUESTS[0]!).includes('v1');
      const [one, two] = byAddress ? ['10.1.0.1:8080', '10.1.0.2:8080'] : ['v1', 'v2'];
      const record = await verify({
        ...{ passive: true, authority: 'shop', http: { path: '/cart' }, requests: 200 },
        weights: { [one]: 60, [two]: 40 },
        identity: `access-log:${file}`,
        ...(format === undefined ? {} : { 'access-log-format': format }),
      });
      assert.deepEqual(record.passive, {
        ...{ counted: 200, otherRoutes: 0, notToldApart: 0, unreadable: 0 },
      });
      const { split, latencyMs, status } = record.calls[0]!;
      assert.deepEqual(
        split!.destinations.map((own) => [own.name, own.observed, own.failed]),
        [
          [one, 120, 0],
          [two, 80, 8],
        ],
      );
      assert.deepEqual(status, { 200: 192, 503: 8 });
      const means = [one, two].map((own) => latencyMs.byDestination[own]!.mean!);
      // A histogram has three digits.
      for (const [index, ms] of [20, 700].entries()) {
        assert.ok(Math.abs(means[index]! / ms - 1) < 0.01, `${name}: ${means.join(', ')}`);
      }
      const codes = record.findings.map(({ code }) => code);
      assert.equal(codes.includes('host-not-logged'), lacks.host === true);
      assert.equal(record.load.connections, lacks.connections === true ? 0 : 7);
    });
  }
});
