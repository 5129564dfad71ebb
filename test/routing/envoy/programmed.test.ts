import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';

import { compareProgrammed, configuredBy } from '../../../src/routing/envoy/compare.js';
import { parseConfigDump } from '../../../src/routing/envoy/config-dump.js';
import {
  parseCluster,
  programmedRoute,
  servesHost,
  type ProgrammedRoute,
} from '../../../src/routing/envoy/programmed.js';
import { loadManifests } from '../../../src/inputs/manifests.js';
import type { RouteRequest } from '../../../src/routing/request.js';
import { forwardedBy, headers, request } from '../request.js';

const ROOT = path.resolve(import.meta.dirname, '../../../..');
const DUMP = readFileSync(
  path.join(ROOT, 'test/data/istio-ingressgateway-config-dump-60-40.json'),
  'utf8',
);

function greeter(weights: string): Promise<Awaited<ReturnType<typeof loadManifests>>> {
  const files = ['app', 'gateway', 'destination-rule', `virtual-service-${weights}`];
  return loadManifests(files.map((file) => path.join(ROOT, `scenarios/asm-greeter/${file}.yaml`)));
}

/** One virtual host with these routes, as istioctl prints it. */
function routed(routes: readonly object[], changes: Partial<RouteRequest> = {}): ProgrammedRoute {
  const text = JSON.stringify([
    { name: 'http.80', virtualHosts: [{ name: 'any', domains: ['*'], routes }] },
  ]);
  return programmedRoute(parseConfigDump(text, 'routes.json'), request(changes), 80);
}

function sharesOf({ destinations }: ProgrammedRoute): Record<string, number> {
  return Object.fromEntries(
    destinations.map(({ cluster, share }) => [cluster, Number(share.toFixed(9))]),
  );
}

/** A listener whose connection manager has these routes. */
function listener(port: number, routes: object): object {
  return {
    address: { socket_address: { address: '0.0.0.0', port_value: port } },
    filter_chains: [{ filters: [{ typed_config: routes }] }],
  };
}

function dump(listeners: readonly object[], routes: object): string {
  const type = 'type.googleapis.com/envoy.admin.v3';
  return JSON.stringify({
    configs: [
      {
        '@type': `${type}.ListenersConfigDump`,
        static_listeners: listeners.map((each) => ({ listener: each })),
      },
      { '@type': `${type}.RoutesConfigDump`, ...routes },
    ],
  });
}

const REST = { match: { prefix: '/' }, route: { cluster: 'rest' } };

describe('what a proxy was programmed with', () => {
  it('the dump of an Istio gateway: 60/40 on port 8080', () => {
    const route = programmedRoute(parseConfigDump(DUMP, 'dump.json'), request(), 8080);
    assert.equal(route.table, 'http.8080');
    assert.deepEqual(
      route.destinations.map(({ host, subset, port, share }) => ({ host, subset, port, share })),
      [
        {
          host: 'grpc-helloworld-py.default.svc.cluster.local',
          subset: 'v1',
          port: 50051,
          share: 0.6,
        },
        {
          host: 'grpc-helloworld-py.default.svc.cluster.local',
          subset: 'v2',
          port: 50051,
          share: 0.4,
        },
      ],
    );
    assert.equal(route.answeredByProxy, 0);
  });

  it('agrees with the manifests it was made from', async () => {
    const expectation = forwardedBy(await greeter('60-40'), request());
    const route = programmedRoute(parseConfigDump(DUMP, 'dump.json'), request(), 8080);
    assert.equal(compareProgrammed(configuredBy(expectation.destinations), route).difference, null);
  });

  it('parts from manifests applied since', async () => {
    const expectation = forwardedBy(await greeter('100-0'), request());
    const route = programmedRoute(parseConfigDump(DUMP, 'dump.json'), request(), 8080);
    assert.equal(
      compareProgrammed(configuredBy(expectation.destinations), route).difference,
      'v1 is configured with 100 % and programmed with 60 %, v2 is configured with 0 % and programmed with 40 % (http.8080)',
    );
  });

  it('weights of any sum', () => {
    const clusters = [
      { name: 'a', weight: 1 },
      { name: 'b', weight: 3 },
      { name: 'c', weight: 0 },
    ];
    const route = routed([{ match: { prefix: '/' }, route: { weightedClusters: { clusters } } }]);
    assert.deepEqual(sharesOf(route), { a: 0.25, b: 0.75 });
  });

  it('a runtime fraction leaves the rest to later routes', () => {
    const fraction = { defaultValue: { numerator: 25, denominator: 'HUNDRED' } };
    const route = routed([
      { match: { prefix: '/', runtimeFraction: fraction }, route: { cluster: 'some' } },
      REST,
    ]);
    assert.deepEqual(sharesOf(route), { some: 0.25, rest: 0.75 });
    assert.deepEqual(route.routes, ['routes[0]', 'routes[1]']);
  });

  it('a denominator of a million, and what no route takes', () => {
    const fraction = { default_value: { numerator: 500_000, denominator: 'MILLION' } };
    const route = routed([
      { match: { prefix: '/', runtime_fraction: fraction }, route: { cluster: 'some' } },
    ]);
    assert.deepEqual(sharesOf(route), { some: 0.5 });
    assert.equal(route.answeredByProxy, 0.5);
  });

  const matches: readonly [string, object, boolean][] = [
    ['path', { path: '/helloworld.Greeter/SayHello' }, true],
    ['path, another', { path: '/helloworld.Greeter' }, false],
    ['prefix', { prefix: '/helloworld.' }, true],
    ['prefix, case', { prefix: '/HelloWorld.', case_sensitive: false }, true],
    ['separated prefix', { path_separated_prefix: '/helloworld.Greeter' }, true],
    ['separated prefix, half a segment', { path_separated_prefix: '/helloworld' }, false],
    ['regex takes the whole path', { safe_regex: { regex: '/helloworld' } }, false],
    ['regex', { safe_regex: { regex: '/helloworld.*' } }, true],
    ['grpc', { prefix: '/', grpc: {} }, true],
    ['header exact', { prefix: '/', headers: [{ name: 'x', string_match: { exact: '1' } }] }, true],
    [
      'header suffix',
      { prefix: '/', headers: [{ name: 'y', string_match: { suffix: 'c' } }] },
      true,
    ],
    [
      'header contains',
      { prefix: '/', headers: [{ name: 'y', string_match: { contains: 'z' } }] },
      false,
    ],
    [
      'header inverted',
      { prefix: '/', headers: [{ name: 'x', string_match: { exact: '1' }, invert_match: true }] },
      false,
    ],
    [
      'header missing, inverted',
      { prefix: '/', headers: [{ name: 'z', string_match: { exact: '1' }, invert_match: true }] },
      true,
    ],
    ['header present', { prefix: '/', headers: [{ name: 'z', present_match: true }] }, false],
    [
      ':method',
      { prefix: '/', headers: [{ name: ':method', string_match: { exact: 'POST' } }] },
      true,
    ],
    [
      ':authority',
      { prefix: '/', headers: [{ name: ':authority', string_match: { exact: 'a' } }] },
      false,
    ],
    [
      'query',
      { prefix: '/', query_parameters: [{ name: 'q', string_match: { exact: '1' } }] },
      false,
    ],
    ['metadata that cannot be told', { prefix: '/', dynamic_metadata: [{}] }, false],
  ];
  for (const [what, match, hit] of matches) {
    it(`match: ${what}`, () => {
      const route = routed([{ match, route: { cluster: 'hit' } }, REST], {
        headers: headers({ 'content-type': 'application/grpc', x: '1', y: 'abc' }),
      });
      assert.deepEqual(sharesOf(route), hit ? { hit: 1 } : { rest: 1 });
    });
  }

  it('a table inside a listener is found by the listener’s port', () => {
    const table = {
      name: 'local',
      virtual_hosts: [{ name: 'any', domains: ['*'], routes: [REST] }],
    };
    const listener = {
      address: { socket_address: { address: '0.0.0.0', port_value: 8080 } },
      filter_chains: [{ filters: [{ typed_config: { route_config: table } }] }],
    };
    const text = JSON.stringify({
      configs: [
        {
          '@type': 'type.googleapis.com/envoy.admin.v3.ListenersConfigDump',
          static_listeners: [{ listener }],
        },
        {
          '@type': 'type.googleapis.com/envoy.admin.v3.RoutesConfigDump',
          static_route_configs: [{ route_config: table }],
        },
      ],
    });
    const tables = parseConfigDump(text, 'dump.json');
    assert.deepEqual(
      tables.map(({ name, ports }) => ({ name, ports })),
      [{ name: 'local', ports: [8080] }],
    );
    assert.deepEqual(sharesOf(programmedRoute(tables, request(), 8080)), { rest: 1 });
  });

  it('nor is a table without a name found twice', () => {
    const table = { virtual_hosts: [{ name: 'any', domains: ['*'], routes: [REST] }] };
    const typed = { '@type': 'type.googleapis.com/envoy.config.route.v3.RouteConfiguration' };
    const tables = parseConfigDump(
      dump([listener(8080, { route_config: table }), listener(8081, { route_config: table })], {
        static_route_configs: [
          { route_config: { ...typed, ...table } },
          { route_config: { ...typed, ...table } },
        ],
      }),
      'dump.json',
    );
    assert.deepEqual(
      tables.map(({ ports }) => ports),
      [[8080], [8081]],
    );
    assert.deepEqual(sharesOf(programmedRoute(tables, request(), 8081)), { rest: 1 });
    assert.throws(() => programmedRoute(tables, request(), null), {
      name: 'InputError',
      message: /^--gateway-port: .*that of port 8080 and that of port 8081/,
    });
  });

  it('a table that is fetched and not in the dump may have any host', () => {
    const rds = { rds: { route_config_name: 'http.8080' } };
    const tables = parseConfigDump(dump([listener(8080, rds)], {}), 'dump.json');
    assert.throws(() => servesHost(tables, request(), 8080), {
      name: 'InputError',
      message: /http\.8080 may have the host .* fetched by RDS and is not in the dump: take the/,
    });
  });

  it('a host that no table has is not a mistake of the user', () => {
    const host = { name: 'shop', domains: ['shop.example.com'], routes: [REST] };
    const text = JSON.stringify([{ name: 'http.80', virtualHosts: [host] }]);
    const tables = parseConfigDump(text, 'routes.json');
    assert.equal(servesHost(tables, request({ authority: 'shop.example.com' }), 80), true);
    assert.equal(servesHost(tables, request({ authority: 'other.example.com' }), 80), false);
  });

  it('a sidecar’s tables have a host for everything; the one that names the service is meant', () => {
    const passthrough = { name: 'allow_any', domains: ['*'], routes: [REST] };
    const reviews = {
      name: 'reviews',
      domains: ['reviews', 'reviews:9080'],
      routes: [{ match: { prefix: '/' }, route: { cluster: 'hit' } }],
    };
    const text = JSON.stringify([
      { name: '80', virtualHosts: [passthrough] },
      { name: '9080', virtualHosts: [reviews, passthrough] },
    ]);
    const tables = parseConfigDump(text, 'routes.json');
    assert.deepEqual(sharesOf(programmedRoute(tables, request({ authority: 'reviews' }), null)), {
      hit: 1,
    });
  });

  it('a cluster chosen at run time is not known', () => {
    const route = routed([{ match: { prefix: '/' }, route: { cluster_header: 'x-cluster' } }]);
    assert.match(route.unknown ?? '', /routes\[0\] chooses its cluster by the header x-cluster/);
  });

  it('text other than a dump is an input error', () => {
    assert.throws(() => parseConfigDump('{"a": 1}', 'x.json'), {
      name: 'InputError',
      message: /^x\.json: no route tables/,
    });
    assert.throws(() => parseConfigDump('', 'x.json'), { name: 'InputError' });
  });

  it('cluster names that are not Istio’s stay whole', () => {
    assert.deepEqual(parseCluster('greeter|v1'), {
      cluster: 'greeter|v1',
      aliases: [],
      host: null,
      subset: null,
      port: null,
    });
    assert.deepEqual(parseCluster('outbound|80||a.b'), {
      cluster: 'outbound|80||a.b',
      aliases: [],
      host: 'a.b',
      subset: null,
      port: 80,
    });
  });
});
