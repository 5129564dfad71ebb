import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { resolveRoute } from '../../../src/routing/resolve.js';
import { runCases, type Case } from '../case-table.js';
import {
  apiGateway,
  backends,
  httpRoute,
  type KubernetesObject,
  listener,
  manifestsOf,
  service,
} from '../objects.js';
import { forwardedBy, request, sharesOf } from '../request.js';

const COMPUTE_ROUTE =
  'istio/istio pilot/pkg/config/kube/gateway/route_collections.go, computeRoute';
const DESTINATION = 'istio/istio pilot/pkg/config/kube/gateway/conversion.go, buildDestination';
const SPEC = 'https://gateway-api.sigs.k8s.io/reference/spec/#httproutefilter';

const GATEWAY = apiGateway([listener()]);
const BAD_PATH = { matches: [{ path: { value: '/bad' } }] };

/** The mistake is in a rule that the request does not take. */
const beside = (
  bad: KubernetesObject,
  kind: 'HTTPRoute' | 'GRPCRoute' = 'HTTPRoute',
): readonly KubernetesObject[] => [
  GATEWAY,
  httpRoute([backends({ good: null }), kind === 'HTTPRoute' ? { ...BAD_PATH, ...bad } : bad], {
    kind,
  }),
];

const filtered = (type: string): KubernetesObject =>
  backends(
    { a: null },
    { filters: [{ type, extensionRef: { group: 'x', kind: 'Y', name: 'z' } }] },
  );

const DROPPED: readonly Case[] = [
  {
    rule: 'Istio: ExtensionRef',
    source: COMPUTE_ROUTE,
    objects: beside(filtered('ExtensionRef')),
    takes: /HTTPRoute default\/route .* is not programmed, with all its rules: .*ExtensionRef/,
  },
  {
    rule: 'Istio: a filter that it does not know',
    source: COMPUTE_ROUTE,
    objects: beside(filtered('Teleport')),
    takes: /is not programmed, with all its rules: .*Teleport/,
  },
  {
    rule: 'Istio: a redirect in a GRPCRoute',
    source: 'istio/istio pilot/pkg/config/kube/gateway/conversion.go, convertGRPCRoute',
    objects: beside(
      { matches: [{ method: { service: 'b' } }], filters: [{ type: 'RequestRedirect' }] },
      'GRPCRoute',
    ),
    takes: /GRPCRoute default\/route .* is not programmed/,
  },
  {
    rule: 'Istio: a mirror on a backendRef',
    source: 'istio/istio pilot/pkg/config/kube/gateway/conversion.go, buildHTTPDestination',
    objects: beside({
      backendRefs: [{ name: 'a', port: 80, filters: [{ type: 'RequestMirror' }] }],
    }),
    takes: /is not programmed, with all its rules: a backendRef of Istio takes no/,
  },
  {
    rule: 'Istio: a Service without port',
    source: DESTINATION,
    objects: beside({ backendRefs: [{ name: 'a' }] }),
    takes: /is not programmed, with all its rules: a Service needs a port/,
  },
  {
    rule: 'Istio: a host for the name of a Service',
    source: DESTINATION,
    objects: beside({ backendRefs: [{ name: 'a.default', port: 80 }] }),
    takes: /is not programmed, with all its rules: a\.default is a host/,
  },
  {
    rule: 'Istio: backends without weight are not looked at',
    source: 'istio/istio pilot/pkg/config/kube/gateway/conversion.go, buildHTTPDestination',
    objects: beside({ backendRefs: [{ name: 'a', weight: 0 }] }),
    takes: 'good',
  },
  {
    rule: 'Istio: header filters are fine everywhere',
    source: COMPUTE_ROUTE,
    objects: beside({
      filters: [{ type: 'RequestHeaderModifier' }],
      backendRefs: [{ name: 'a', port: 80, filters: [{ type: 'ResponseHeaderModifier' }] }],
    }),
    takes: 'good',
  },
  {
    rule: 'the specification: a filter of an unknown type',
    source: `${SPEC} (type)`,
    objects: beside(filtered('Teleport')),
    request: { gatewayClass: 'specification' },
    takes: /is not programmed, with all its rules: .*Teleport/,
  },
  {
    rule: 'the specification: ExtensionRef costs its rule alone',
    source: SPEC,
    objects: beside(filtered('ExtensionRef')),
    request: { gatewayClass: 'specification' },
    takes: 'good',
  },
  {
    rule: 'Envoy Gateway: each rule for itself',
    source: 'envoyproxy/gateway internal/gatewayapi/route.go, processHTTPRouteRules',
    objects: beside({ backendRefs: [{ name: 'a' }] }),
    request: { gatewayClass: 'envoy-gateway' },
    takes: 'good',
  },
];

runCases('Gateway API: what costs a whole route', DROPPED);

describe('Gateway API: a route that is dropped', () => {
  it('leaves its host to others, and is named', () => {
    const set = manifestsOf([
      GATEWAY,
      httpRoute([backends({ old: null })], { name: 'old', day: 1 }),
      httpRoute([filtered('ExtensionRef')], { name: 'new', hostnames: ['a.com'], day: 2 }),
    ]);
    const resolution = resolveRoute(set, request({ targetPort: 80, authority: 'a.com' }));
    assert.ok(resolution.kind === 'forward');
    assert.deepEqual(sharesOf(resolution), { old: 100 });
    assert.deepEqual(
      resolution.findings
        .filter(({ code }) => code === 'route-dropped')
        .map(({ severity, place }) => [severity, place?.path]),
      [['error', 'spec.rules[0].filters[0]']],
    );
  });
});

describe('Gateway API: a backend whose Service is absent', () => {
  const route = httpRoute([backends({ a: 3, b: 1 })]);
  const split = (
    ...objects: KubernetesObject[]
  ): { shares: Record<string, number>; failing: number } => {
    const forwarded = forwardedBy(
      manifestsOf([GATEWAY, route, ...objects]),
      request({ targetPort: 80 }),
    );
    return { shares: sharesOf(forwarded), failing: forwarded.effects.failing?.share ?? 0 };
  };

  it(`costs its share where others of the route are given [${DESTINATION}]`, () => {
    assert.deepEqual(split(service('a', { app: 'a' })), { shares: { a: 100 }, failing: 0.25 });
  });

  it('is taken to be there where none of the route is', () => {
    const both = { shares: { a: 75, b: 25 }, failing: 0 };
    assert.deepEqual(split(), both);
    assert.deepEqual(split(service('c', { app: 'c' })), both);
    assert.deepEqual(split(service('a', { app: 'a' }, { namespace: 'elsewhere' })), both);
  });
});
