import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { RouteRequest } from '../../../src/routing/request.js';
import { resolveRoute } from '../../../src/routing/resolve.js';
import { runCases, type Case } from '../case-table.js';
import {
  apiGateway,
  backends,
  httpRoute,
  type KubernetesObject,
  listener,
  manifestsOf,
} from '../objects.js';
import { headers, request } from '../request.js';

const ISTIO = 'istio/istio pilot/pkg/config/kube/gateway';
const EG = 'envoyproxy/gateway internal/gatewayapi/sort.go';
const SPEC = 'https://gateway-api.sigs.k8s.io/reference/spec/';

const GATEWAY = apiGateway([listener()]);
const GET: Partial<RouteRequest> = { method: 'GET', headers: headers({ accept: '*/*' }) };

const path = (value: string, type = 'PathPrefix'): KubernetesObject => ({
  matches: [{ path: { type, value } }],
});

const SHARED_HOST = [
  GATEWAY,
  httpRoute([backends({ grpc: null }, { matches: [{ method: { service: 'a.B' } }] })], {
    kind: 'GRPCRoute',
    name: 'g',
    day: 1,
  }),
  httpRoute([backends({ http: null }, path('/web'))], { name: 'h', day: 2 }),
];

/** On one host of a listener: `wide` writes none, and is older. */
const TWO_HOSTNAMES = [
  apiGateway([listener(80, { hostname: 'a.com' })]),
  httpRoute([backends({ wide: null }, path('/api'))], { name: 'wide', day: 1 }),
  httpRoute([backends({ exact: null }, path('/api/1'))], {
    name: 'exact',
    hostnames: ['a.com'],
    day: 2,
  }),
];

const call = (match: KubernetesObject, name: string): KubernetesObject =>
  backends({ [name]: null }, { matches: [match] });

const grpcRoute = (rules: readonly KubernetesObject[]): readonly KubernetesObject[] => [
  GATEWAY,
  httpRoute(rules, { kind: 'GRPCRoute' }),
];

const METHOD_ALONE = call({ method: { method: 'SayHello' } }, 'method');
const HEADER = call({ headers: [{ name: 'a', value: '1' }] }, 'header');

const KINDS: readonly Case[] = [
  {
    rule: 'Istio programs both kinds',
    source: `${ISTIO}/controller.go, httpAndGrpcVS`,
    objects: SHARED_HOST,
    request: { ...GET, path: '/web' },
    takes: 'http',
  },
  {
    rule: 'and sorts their rules together',
    source: `${ISTIO}/route_collections.go, mergeHTTPRoutes`,
    objects: [
      GATEWAY,
      httpRoute([call({}, 'grpc')], { kind: 'GRPCRoute', name: 'g', day: 1 }),
      httpRoute([backends({ http: null })], { name: 'h', day: 2 }),
    ],
    takes: 'http',
  },
  {
    rule: 'Envoy Gateway programs both',
    source: EG,
    objects: SHARED_HOST,
    request: { ...GET, path: '/web', gatewayClass: 'envoy-gateway' },
    takes: 'http',
  },
  {
    rule: 'the specification rejects the younger',
    source: `${SPEC}#grpcroutespec`,
    objects: SHARED_HOST,
    request: { ...GET, path: '/web', gatewayClass: 'specification' },
    takes: /no rule takes GET \/web/,
  },
];

const HOSTNAMES: readonly Case[] = [
  {
    rule: 'Istio: routes of another hostname follow by age, whatever their matches',
    source: `${ISTIO}/route_collections.go, mergeHTTPRoutes; core/gateway.go, buildGatewayHTTPRouteConfig`,
    objects: TWO_HOSTNAMES,
    request: { path: '/api/1', authority: 'a.com' },
    takes: 'wide',
  },
  {
    rule: 'Istio: what takes everything moves to the end',
    source: 'istio/istio pilot/pkg/networking/core/route/route.go, SortVHostRoutes',
    objects: [
      apiGateway([listener(80, { hostname: 'a.com' })]),
      httpRoute([backends({ all: null })], { name: 'wide', day: 1 }),
      httpRoute([backends({ exact: null }, path('/api'))], {
        name: 'exact',
        hostnames: ['a.com'],
        day: 2,
      }),
    ],
    request: { path: '/api/1', authority: 'a.com' },
    takes: 'exact',
  },
  {
    rule: 'Istio: routes beside the Gateway come before older ones of elsewhere',
    source: 'istio/istio pilot/pkg/model/push_context.go, VirtualServicesForGateway',
    objects: [
      apiGateway([
        listener(80, { hostname: 'a.com', allowedRoutes: { namespaces: { from: 'All' } } }),
      ]),
      httpRoute([backends({ far: null }, path('/api'))], {
        name: 'far',
        namespace: 'elsewhere',
        parentRefs: [{ name: 'gw', namespace: 'default' }],
        day: 1,
      }),
      httpRoute([backends({ near: null }, path('/api'))], {
        name: 'near',
        hostnames: ['a.com'],
        day: 2,
      }),
    ],
    request: { path: '/api/1', authority: 'a.com' },
    takes: 'near',
  },
  {
    rule: 'Istio: without ages it cannot be told',
    source: `${ISTIO}/conversion.go, sortRoutesByCreationTime`,
    objects: [
      apiGateway([listener(80, { hostname: 'a.com' })]),
      httpRoute([backends({ wide: null }, path('/api'))], { name: 'wide' }),
      httpRoute([backends({ exact: null }, path('/api/1'))], {
        name: 'exact',
        hostnames: ['a.com'],
      }),
    ],
    request: { path: '/api/1', authority: 'a.com' },
    takes: /could both take the request, and the manifests do not say which is older/,
  },
  {
    rule: 'the specification: the more exact hostname first',
    source: `${SPEC}#httproutespec (hostnames)`,
    objects: [
      apiGateway([listener(80, { hostname: 'a.com' })]),
      httpRoute([backends({ wide: null }, path('/api/1'))], { name: 'wide', day: 1 }),
      httpRoute([backends({ exact: null }, path('/api'))], {
        name: 'exact',
        hostnames: ['a.com'],
        day: 2,
      }),
    ],
    request: { path: '/api/1', authority: 'a.com', gatewayClass: 'specification' },
    takes: 'exact',
  },
  {
    rule: 'Envoy Gateway: the longest prefix of all',
    source: EG,
    objects: TWO_HOSTNAMES,
    request: { path: '/api/1', authority: 'a.com', gatewayClass: 'envoy-gateway' },
    takes: 'exact',
  },
];

const REGEX_AND_PREFIX = [
  GATEWAY,
  httpRoute([
    backends({ prefix: null }, path('/web')),
    backends({ regex: null }, path('/w.*', 'RegularExpression')),
  ]),
];

const RANKS: readonly Case[] = [
  {
    rule: 'Istio: a rule without matches is tried last',
    source: `${ISTIO}/conversion.go, sortHTTPRoutes`,
    objects: grpcRoute([backends({ none: null }), call({}, 'empty')]),
    takes: 'empty',
  },
  {
    rule: 'Istio: a service alone is a prefix, before a method alone',
    source: `${ISTIO}/conversion.go, createGRPCURIMatch`,
    objects: grpcRoute([
      METHOD_ALONE,
      call({ method: { service: 'helloworld.Greeter' } }, 'service'),
    ]),
    takes: 'service',
  },
  {
    rule: 'Istio: regular expressions after an exact service, however long',
    source: `${ISTIO}/conversion.go, getURIRank`,
    objects: grpcRoute([
      call(
        {
          method: {
            type: 'RegularExpression',
            service: 'helloworld[.]Greeter',
            method: '(SayHello|SayGoodbye)',
          },
        },
        'regex',
      ),
      call({ method: { service: 'helloworld.Greeter' } }, 'service'),
    ]),
    takes: 'service',
  },
  {
    rule: 'the specification: the longer service first, whatever the type',
    source: `${SPEC}#grpcrouterule (matches)`,
    objects: grpcRoute([
      call({ method: { service: 'helloworld.Greeter' } }, 'service'),
      call({ method: { type: 'RegularExpression', service: 'helloworld[.]Greeter' } }, 'regex'),
    ]),
    request: { gatewayClass: 'specification' },
    takes: 'regex',
  },
  {
    rule: 'Istio: a method alone before headers alone',
    source: `${ISTIO}/conversion.go, getURIRank`,
    objects: grpcRoute([HEADER, METHOD_ALONE]),
    request: { headers: headers({ 'content-type': 'application/grpc', a: '1' }) },
    takes: 'method',
  },
  {
    rule: 'Envoy Gateway: a method alone is a header, and an exact header counts more',
    source: 'envoyproxy/gateway internal/gatewayapi/route.go, processGRPCRouteMethodExact',
    objects: grpcRoute([METHOD_ALONE, HEADER]),
    request: {
      headers: headers({ 'content-type': 'application/grpc', a: '1' }),
      gatewayClass: 'envoy-gateway',
    },
    takes: 'header',
  },
  {
    rule: 'Istio: regular expressions after prefixes',
    source: `${ISTIO}/conversion.go, getURIRank`,
    objects: REGEX_AND_PREFIX,
    request: { path: '/web' },
    takes: 'prefix',
  },
  {
    rule: 'Envoy Gateway: before them',
    source: EG,
    objects: REGEX_AND_PREFIX,
    request: { path: '/web', gatewayClass: 'envoy-gateway' },
    takes: 'regex',
  },
];

runCases('Gateway API: HTTPRoute and GRPCRoute on one host', KINDS);
runCases('Gateway API: routes that write different hostnames', HOSTNAMES);
runCases('Gateway API: the order of matches', RANKS);

describe('whose rules a Gateway follows', () => {
  const gatewayClass = (controllerName: string): KubernetesObject => ({
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'GatewayClass',
    metadata: { name: 'istio' },
    spec: { controllerName },
  });
  const saidOf = (
    objects: readonly KubernetesObject[],
    asked: Partial<RouteRequest> = {},
  ): { takes: string[]; said: string[] } => {
    const resolution = resolveRoute(
      manifestsOf(objects),
      request({ targetPort: 80, path: '/api/1', authority: 'a.com', ...asked }),
    );
    return {
      takes: resolution.kind === 'forward' ? resolution.destinations.map(({ name }) => name) : [],
      said: resolution.findings
        .filter(({ code }) => code === 'implementation-specific')
        .map(({ summary }) => summary),
    };
  };

  it('is assumed by the name of its class, and said where another would answer otherwise', () => {
    const { takes, said } = saidOf(TWO_HOSTNAMES);
    assert.deepEqual(takes, ['wide']);
    assert.equal(said.length, 1);
    assert.match(
      said[0]!,
      /^by its GatewayClass istio the Gateway is taken to follow Istio.*by Envoy Gateway .*HTTPRoute default\/exact.*--gateway-class/,
    );
  });

  it('is not said where they agree', () => {
    assert.deepEqual(saidOf(TWO_HOSTNAMES, { path: '/api/2' }).said, []);
  });

  it("is known by the controller of its class, or by the user's word", () => {
    const istio = [...TWO_HOSTNAMES, gatewayClass('istio.io/gateway-controller')];
    assert.deepEqual(saidOf(istio), { takes: ['wide'], said: [] });
    const envoy = [...TWO_HOSTNAMES, gatewayClass('gateway.envoyproxy.io/gatewayclass-controller')];
    assert.deepEqual(saidOf(envoy), { takes: ['exact'], said: [] });
    assert.deepEqual(saidOf(envoy, { gatewayClass: 'istio' }), { takes: ['wide'], said: [] });
  });
});
