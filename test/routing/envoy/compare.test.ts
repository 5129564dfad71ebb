import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ConfiguredDestination } from '../../../src/routing/envoy/cluster-identity.js';
import { compareProgrammed } from '../../../src/routing/envoy/compare.js';
import { parseConfigDump } from '../../../src/routing/envoy/config-dump.js';
import { programmedRoute, type ProgrammedRoute } from '../../../src/routing/envoy/programmed.js';
import { request } from '../request.js';

const HOST = 'greeter.default.svc.cluster.local';

function subset(name: string, share: number): ConfiguredDestination {
  return { name, share, host: HOST, subset: name, port: 50051 };
}

function service(label: string, share: number): ConfiguredDestination {
  const host = `${label}.default.svc.cluster.local`;
  return { name: label, share, host, subset: null, port: 50051 };
}

function named(name: string, share: number): ConfiguredDestination {
  return { name, share, host: null, subset: null, port: null };
}

/** A proxy with one route to these clusters, and what its dump says of them. */
function proxy(
  weights: Readonly<Record<string, number>>,
  clusters: readonly object[] = [],
): ProgrammedRoute {
  const type = 'type.googleapis.com/envoy.admin.v3';
  const weighted = Object.entries(weights).map(([name, weight]) => ({ name, weight }));
  const route = { match: { prefix: '/' }, route: { weighted_clusters: { clusters: weighted } } };
  const table = { name: 'r', virtual_hosts: [{ name: 'h', domains: ['*'], routes: [route] }] };
  const dump = {
    configs: [
      {
        '@type': `${type}.ClustersConfigDump`,
        static_clusters: clusters.map((cluster) => ({ cluster })),
      },
      { '@type': `${type}.RoutesConfigDump`, static_route_configs: [{ route_config: table }] },
    ],
  };
  return programmedRoute(parseConfigDump(JSON.stringify(dump), 'dump.json'), request(), null);
}

const SUBSETS = [subset('v1', 0.6), subset('v2', 0.4)];
const SERVICES = [service('greeter', 0.6), service('greeter-canary', 0.4)];

type Outcome = 'agree' | 'differ' | 'cannot be compared';

function outcomeOf(configured: readonly ConfiguredDestination[], route: ProgrammedRoute): Outcome {
  const { difference, incomparable } = compareProgrammed(configured, route);
  assert.ok(difference === null || incomparable === null);
  if (incomparable !== null) return 'cannot be compared';
  return difference === null ? 'agree' : 'differ';
}

describe('configured against programmed', () => {
  const cases: readonly [
    what: string,
    configured: readonly ConfiguredDestination[],
    clusters: Readonly<Record<string, number>>,
    outcome: Outcome,
  ][] = [
    ['subsets by their names', SUBSETS, { v1: 60, v2: 40 }, 'agree'],
    ['subsets by their names, other weights', SUBSETS, { v1: 50, v2: 50 }, 'differ'],
    ['subsets with the service before', SUBSETS, { 'greeter-v1': 60, 'greeter-v2': 40 }, 'agree'],
    ['subsets before the host', SUBSETS, { [`v1.${HOST}`]: 3, [`v2.${HOST}`]: 2 }, 'agree'],
    ['the service without its subsets', SUBSETS, { greeter: 100 }, 'cannot be compared'],
    ['names that mean something else', SUBSETS, { blue: 60, green: 40 }, 'cannot be compared'],
    ['a subset and a stranger', SUBSETS, { v1: 60, green: 40 }, 'cannot be compared'],
    ['a stranger beside all', SUBSETS, { v1: 50, v2: 40, x: 10 }, 'differ'],
    ['only one of two', SUBSETS, { v1: 100 }, 'differ'],
    ['services', SERVICES, { greeter: 60, 'greeter-canary': 40 }, 'agree'],
    ['services, the other way round', SERVICES, { greeter: 40, 'greeter-canary': 60 }, 'differ'],
    [
      'services with their namespace',
      SERVICES,
      { 'default/greeter': 60, 'default/greeter-canary': 40 },
      'agree',
    ],
    [
      'services of another namespace',
      SERVICES,
      { 'prod/greeter': 60, 'prod/greeter-canary': 40 },
      'cannot be compared',
    ],
    [
      'Contour’s names',
      SERVICES,
      { 'default/greeter/50051/da39a3ee5e': 60, 'default/greeter-canary/50051/da39a3ee5e': 40 },
      'agree',
    ],
    [
      'Envoy Gateway’s one cluster, named after the route',
      SERVICES,
      { 'httproute/default/greeter/rule/0': 1 },
      'cannot be compared',
    ],
    [
      'Istio’s names',
      SUBSETS,
      { [`outbound|50051|v1|${HOST}`]: 60, [`outbound|50051|v2|${HOST}`]: 40 },
      'agree',
    ],
    [
      'Istio’s names of another host',
      SUBSETS,
      { 'outbound|50051|v1|x.default.svc.cluster.local': 60, BlackHoleCluster: 40 },
      'differ',
    ],
    ['nothing configured, and Istio forwards', [], { [`outbound|50051|v1|${HOST}`]: 1 }, 'differ'],
    ['names alone', [named('v1', 0.6), named('v2', 0.4)], { v1: 60, v2: 40 }, 'agree'],
    [
      'names alone, of Istio’s subsets',
      [named('v1', 0.6), named('v2', 0.4)],
      { [`outbound|50051|v1|${HOST}`]: 60, [`outbound|50051|v2|${HOST}`]: 40 },
      'agree',
    ],
    [
      'names alone, of none of Istio’s subsets',
      [named('blue', 0.6), named('green', 0.4)],
      { [`outbound|50051|v1|${HOST}`]: 60, [`outbound|50051|v2|${HOST}`]: 40 },
      'cannot be compared',
    ],
  ];
  for (const [what, configured, clusters, outcome] of cases) {
    it(`${what}: ${outcome}`, () => {
      assert.equal(outcomeOf(configured, proxy(clusters)), outcome);
    });
  }

  it('takes the name its endpoints are discovered by', () => {
    const clusters = ['v1', 'v2'].map((name) => ({
      name: `c-${name}`,
      eds_cluster_config: { service_name: `outbound|50051|${name}|${HOST}` },
    }));
    assert.equal(outcomeOf(SUBSETS, proxy({ 'c-v1': 60, 'c-v2': 40 }, clusters)), 'agree');
    assert.equal(outcomeOf(SUBSETS, proxy({ 'c-v1': 10, 'c-v2': 90 }, clusters)), 'differ');
  });

  it('takes the one host its endpoints are resolved from, but no address', () => {
    const cluster = (name: string, address: string): object => ({
      name,
      load_assignment: {
        endpoints: [{ lb_endpoints: [{ endpoint: { address: { socket_address: { address } } } }] }],
      },
    });
    const weights = { one: 60, two: 40 };
    const byName = [cluster('one', 'greeter'), cluster('two', 'greeter-canary.default')];
    assert.equal(outcomeOf(SERVICES, proxy(weights, byName)), 'agree');
    const byAddress = [cluster('one', '10.0.0.1'), cluster('two', '10.0.0.2')];
    assert.equal(outcomeOf(SERVICES, proxy(weights, byAddress)), 'cannot be compared');
  });

  it('says what cannot be told, and leaves the shares beside each other', () => {
    const comparison = compareProgrammed(SUBSETS, proxy({ blue: 60, green: 40 }));
    assert.match(
      comparison.incomparable ?? '',
      /blue \(60 %\), green \(40 %\), and these names do not say which of v1, v2/,
    );
    assert.deepEqual(comparison.destinations, [
      { name: 'v1', configuredShare: 0.6, programmedShare: null },
      { name: 'v2', configuredShare: 0.4, programmedShare: null },
      { name: 'blue', configuredShare: null, programmedShare: 0.6 },
      { name: 'green', configuredShare: null, programmedShare: 0.4 },
    ]);
  });
});
