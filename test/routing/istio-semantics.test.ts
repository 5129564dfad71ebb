import { runCases, type Case } from './case-table.js';
import {
  deployment,
  destinationRule,
  gateway,
  http,
  https,
  service,
  split,
  to,
  virtualService,
  type KubernetesObject,
} from './objects.js';
import { headers } from './request.js';

const DOCS = 'https://istio.io/latest/docs/reference/config/networking';
const VS = `${DOCS}/virtual-service/`;
const MATCH = `${VS}#HTTPMatchRequest`;
const GW = `${DOCS}/gateway/`;
const DR = `${DOCS}/destination-rule/`;
const CODE = 'istio/istio pilot/pkg/networking/core';
const ENVOY =
  'https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/route/v3/route_components.proto';

const GATEWAY = gateway([http(80)]);

/** The rule under test before one that takes the rest, both at a gateway. */
function orRest(match: readonly KubernetesObject[]): readonly KubernetesObject[] {
  return [GATEWAY, virtualService([to('hit', match), to('rest')])];
}

function uri(value: KubernetesObject): readonly KubernetesObject[] {
  return orRest([{ uri: value }]);
}

const GRPC_PATH = { path: '/helloworld.Greeter/SayHello' };

const PATHS: readonly Case[] = [
  {
    rule: 'exact takes the same path',
    source: MATCH,
    objects: uri({ exact: '/a' }),
    request: { path: '/a' },
    takes: 'hit',
  },
  {
    rule: 'exact takes no longer path',
    source: MATCH,
    objects: uri({ exact: '/a' }),
    request: { path: '/a/' },
    takes: 'rest',
  },
  {
    rule: 'exact is case-sensitive',
    source: MATCH,
    objects: uri({ exact: '/A' }),
    request: { path: '/a' },
    takes: 'rest',
  },
  {
    rule: 'exact ignores the query string',
    source: `${ENVOY}#envoy-v3-api-field-config-route-v3-routematch-path`,
    objects: uri({ exact: '/a' }),
    request: { path: '/a?b=c' },
    takes: 'hit',
  },
  {
    rule: 'prefix takes whatever begins with it',
    source: MATCH,
    objects: uri({ prefix: '/a' }),
    request: { path: '/abc' },
    takes: 'hit',
  },
  {
    rule: 'prefix takes itself',
    source: MATCH,
    objects: uri({ prefix: '/a' }),
    request: { path: '/a' },
    takes: 'hit',
  },
  {
    rule: 'prefix takes nothing shorter',
    source: MATCH,
    objects: uri({ prefix: '/ab' }),
    request: { path: '/a' },
    takes: 'rest',
  },
  {
    rule: 'a gRPC method is a path',
    source: MATCH,
    objects: uri({ exact: '/helloworld.Greeter/SayHello' }),
    request: GRPC_PATH,
    takes: 'hit',
  },
  {
    rule: 'a gRPC service is a prefix',
    source: MATCH,
    objects: uri({ prefix: '/helloworld.Greeter/' }),
    request: GRPC_PATH,
    takes: 'hit',
  },
  {
    rule: 'regex must take the whole path',
    source: MATCH,
    objects: uri({ regex: '/a' }),
    request: { path: '/ab' },
    takes: 'rest',
  },
  {
    rule: 'regex takes a whole path',
    source: MATCH,
    objects: uri({ regex: '/a.*' }),
    request: { path: '/ab' },
    takes: 'hit',
  },
  {
    rule: 'regex is RE2: alternation is of the whole',
    source: MATCH,
    objects: uri({ regex: '/a|/b' }),
    request: { path: '/b' },
    takes: 'hit',
  },
  {
    rule: 'regex is RE2: (?i) folds case',
    source: 'https://github.com/google/re2/wiki/Syntax',
    objects: uri({ regex: '(?i)/AB' }),
    request: { path: '/ab' },
    takes: 'hit',
  },
  {
    rule: 'regex sees no query string',
    source: `${ENVOY}#envoy-v3-api-field-config-route-v3-routematch-safe-regex`,
    objects: uri({ regex: '/a' }),
    request: { path: '/a?x=1' },
    takes: 'hit',
  },
  {
    rule: 'ignoreUriCase folds exact',
    source: MATCH,
    objects: orRest([{ uri: { exact: '/AB' }, ignoreUriCase: true }]),
    request: { path: '/ab' },
    takes: 'hit',
  },
  {
    rule: 'ignoreUriCase folds prefix',
    source: MATCH,
    objects: orRest([{ uri: { prefix: '/AB' }, ignoreUriCase: true }]),
    request: { path: '/abc' },
    takes: 'hit',
  },
  {
    rule: 'ignoreUriCase leaves regex alone',
    source: MATCH,
    objects: orRest([{ uri: { regex: '/AB' }, ignoreUriCase: true }]),
    request: { path: '/ab' },
    takes: 'rest',
  },
];

const CONDITIONS: readonly Case[] = [
  {
    rule: 'method',
    source: MATCH,
    objects: orRest([{ method: { exact: 'GET' } }]),
    request: { method: 'GET' },
    takes: 'hit',
  },
  {
    rule: 'method: another',
    source: MATCH,
    objects: orRest([{ method: { exact: 'GET' } }]),
    takes: 'rest',
  },
  { rule: 'scheme', source: MATCH, objects: orRest([{ scheme: { exact: 'http' } }]), takes: 'hit' },
  {
    rule: 'authority, with its port',
    source: MATCH,
    objects: orRest([{ authority: { exact: 'a.com:80' } }]),
    request: { authority: 'a.com:80' },
    takes: 'hit',
  },
  {
    rule: 'authority prefix',
    source: MATCH,
    objects: orRest([{ authority: { prefix: 'a.' } }]),
    request: { authority: 'a.com' },
    takes: 'hit',
  },
  {
    rule: 'header exact',
    source: MATCH,
    objects: orRest([{ headers: { 'x-user': { exact: 'jack' } } }]),
    request: { headers: headers({ 'x-user': 'jack' }) },
    takes: 'hit',
  },
  {
    rule: 'header names fold case',
    source: MATCH,
    objects: orRest([{ headers: { 'X-User': { exact: 'jack' } } }]),
    request: { headers: headers({ 'x-user': 'jack' }) },
    takes: 'hit',
  },
  {
    rule: 'header values do not',
    source: MATCH,
    objects: orRest([{ headers: { 'x-user': { exact: 'Jack' } } }]),
    request: { headers: headers({ 'x-user': 'jack' }) },
    takes: 'rest',
  },
  {
    rule: 'header prefix',
    source: MATCH,
    objects: orRest([{ headers: { 'content-type': { prefix: 'application/grpc' } } }]),
    takes: 'hit',
  },
  {
    rule: 'header regex takes the whole value',
    source: MATCH,
    objects: orRest([{ headers: { 'x-user': { regex: 'ja' } } }]),
    request: { headers: headers({ 'x-user': 'jack' }) },
    takes: 'rest',
  },
  {
    rule: 'header {} asks for presence',
    source: MATCH,
    objects: orRest([{ headers: { 'x-user': {} } }]),
    request: { headers: headers({ 'x-user': 'any' }) },
    takes: 'hit',
  },
  {
    rule: 'header {}: not there',
    source: MATCH,
    objects: orRest([{ headers: { 'x-user': {} } }]),
    takes: 'rest',
  },
  {
    rule: 'header regex * asks for presence',
    source: `${CODE}/route/route.go canBeConvertedToPresentMatch`,
    objects: orRest([{ headers: { 'x-user': { regex: '*' } } }]),
    request: { headers: headers({ 'x-user': 'any' }) },
    takes: 'hit',
  },
  {
    rule: 'a missing header never matches a value',
    source: `${ENVOY}#config-route-v3-headermatcher`,
    objects: orRest([{ headers: { 'x-user': { regex: '.*' } } }]),
    takes: 'rest',
  },
  {
    rule: 'withoutHeaders: the value is excluded',
    source: MATCH,
    objects: orRest([{ withoutHeaders: { 'x-user': { exact: 'jack' } } }]),
    request: { headers: headers({ 'x-user': 'jack' }) },
    takes: 'rest',
  },
  {
    rule: 'withoutHeaders: another value',
    source: MATCH,
    objects: orRest([{ withoutHeaders: { 'x-user': { exact: 'jack' } } }]),
    request: { headers: headers({ 'x-user': 'jill' }) },
    takes: 'hit',
  },
  {
    rule: 'withoutHeaders: missing',
    source: `${CODE}/route/route.go TranslateRouteMatch`,
    objects: orRest([{ withoutHeaders: { 'x-user': { exact: 'jack' } } }]),
    takes: 'hit',
  },
  {
    rule: 'withoutHeaders: missing counts as empty',
    source: `${CODE}/route/route.go TranslateRouteMatch (treat_missing_header_as_empty)`,
    objects: orRest([{ withoutHeaders: { 'x-user': { regex: '.*' } } }]),
    takes: 'rest',
  },
  {
    rule: 'withoutHeaders {}: not there',
    source: MATCH,
    objects: orRest([{ withoutHeaders: { 'x-user': {} } }]),
    takes: 'hit',
  },
  {
    rule: 'withoutHeaders {}: there',
    source: MATCH,
    objects: orRest([{ withoutHeaders: { 'x-user': {} } }]),
    request: { headers: headers({ 'x-user': 'a' }) },
    takes: 'rest',
  },
  {
    rule: 'queryParams exact',
    source: MATCH,
    objects: orRest([{ queryParams: { v: { exact: '2' } } }]),
    request: { path: '/a?u=1&v=2' },
    takes: 'hit',
  },
  {
    rule: 'queryParams exact: missing',
    source: MATCH,
    objects: orRest([{ queryParams: { v: { exact: '2' } } }]),
    request: { path: '/a' },
    takes: 'rest',
  },
  {
    rule: 'queryParams regex',
    source: MATCH,
    objects: orRest([{ queryParams: { v: { regex: '\\d+' } } }]),
    request: { path: '/a?v=22' },
    takes: 'hit',
  },
  {
    rule: 'port is the gateway server’s',
    source: MATCH,
    objects: orRest([{ port: 80 }]),
    takes: 'hit',
  },
  { rule: 'port: another', source: MATCH, objects: orRest([{ port: 8080 }]), takes: 'rest' },
  {
    rule: 'gateways in a match',
    source: MATCH,
    objects: orRest([{ gateways: ['gw'] }]),
    takes: 'hit',
  },
  {
    rule: 'gateways in a match: with namespace',
    source: MATCH,
    objects: orRest([{ gateways: ['default/gw'] }]),
    takes: 'hit',
  },
  {
    rule: 'gateways in a match: mesh',
    source: MATCH,
    objects: orRest([{ gateways: ['mesh'] }]),
    takes: 'rest',
  },
  {
    rule: 'sourceLabels never fit a gateway without them',
    source: MATCH,
    objects: orRest([{ sourceLabels: { app: 'a' } }]),
    takes: 'rest',
  },
  {
    rule: 'sourceLabels do not count where gateways are named',
    source: `${CODE}/route/route.go sourceMatchHTTP`,
    objects: orRest([{ gateways: ['gw'], sourceLabels: { app: 'a' } }]),
    takes: 'hit',
  },
  {
    rule: 'a JWT claim cannot be told',
    source: MATCH,
    objects: orRest([{ headers: { '@request.auth.claims.sub': { exact: 'a' } } }]),
    takes: 'rest',
  },
  {
    rule: 'conditions of one entry are AND',
    source: MATCH,
    objects: orRest([{ uri: { prefix: '/a' }, method: { exact: 'GET' } }]),
    request: { path: '/a' },
    takes: 'rest',
  },
  {
    rule: 'entries are OR',
    source: MATCH,
    objects: orRest([{ uri: { prefix: '/b' } }, { uri: { prefix: '/a' } }]),
    request: { path: '/a' },
    takes: 'hit',
  },
  {
    rule: 'several headers are AND',
    source: MATCH,
    objects: orRest([{ headers: { a: { exact: '1' }, b: { exact: '2' } } }]),
    request: { headers: headers({ a: '1' }) },
    takes: 'rest',
  },
];

const ORDER: readonly Case[] = [
  {
    rule: 'the first matching rule wins',
    source: `${VS}#VirtualService (http)`,
    objects: [
      GATEWAY,
      virtualService([
        to('one', [{ uri: { prefix: '/' } }]),
        to('two', [{ uri: { exact: '/a' } }]),
      ]),
    ],
    request: { path: '/a' },
    takes: 'one',
  },
  {
    rule: 'a rule without match takes everything',
    source: `${VS}#HTTPRoute`,
    objects: [GATEWAY, virtualService([to('one'), to('two')])],
    takes: 'one',
  },
  {
    rule: 'nothing matches: 404',
    source: `${VS}#HTTPRoute`,
    objects: [GATEWAY, virtualService([to('one', [{ uri: { exact: '/a' } }])])],
    takes: /no rule takes POST/,
  },
  {
    rule: 'the exact host wins over a wildcard',
    source: `${ENVOY}#config-route-v3-virtualhost`,
    objects: [
      GATEWAY,
      virtualService([to('wild')], { name: 'w', hosts: ['*.a.com'] }),
      virtualService([to('exact')], { name: 'e', hosts: ['x.a.com'] }),
    ],
    request: { authority: 'x.a.com' },
    takes: 'exact',
  },
  {
    rule: 'the longer wildcard wins',
    source: `${ENVOY}#config-route-v3-virtualhost`,
    objects: [
      GATEWAY,
      virtualService([to('short')], { name: 's', hosts: ['*.com'] }),
      virtualService([to('long')], { name: 'l', hosts: ['*.a.com'] }),
    ],
    request: { authority: 'x.a.com' },
    takes: 'long',
  },
  {
    rule: '* is the last resort',
    source: `${ENVOY}#config-route-v3-virtualhost`,
    objects: [
      GATEWAY,
      virtualService([to('any')], { name: 'a' }),
      virtualService([to('wild')], { name: 'w', hosts: ['*.com'] }),
    ],
    request: { authority: 'x.org' },
    takes: 'any',
  },
  {
    rule: 'a wildcard does not stand for the bare domain',
    source: `${ENVOY}#config-route-v3-virtualhost`,
    objects: [GATEWAY, virtualService([to('wild')], { hosts: ['*.a.com'] })],
    request: { authority: 'a.com' },
    takes: /has the host a\.com: there are \*\.a\.com/,
  },
  {
    rule: 'no falling back to a wider host',
    source: `${ENVOY}#config-route-v3-virtualhost`,
    objects: [
      GATEWAY,
      virtualService([to('wild')], { name: 'w', hosts: ['*'] }),
      virtualService([to('exact', [{ uri: { exact: '/b' } }])], { name: 'e', hosts: ['a.com'] }),
    ],
    request: { authority: 'a.com', path: '/a' },
    takes: /no rule takes POST \/a/,
  },
  {
    rule: 'the port of the authority does not count',
    source: `${CODE}/gateway.go (IgnorePortInHostMatching)`,
    objects: [GATEWAY, virtualService([to('a')], { hosts: ['a.com'] })],
    request: { authority: 'a.com:1234' },
    takes: 'a',
  },
  {
    rule: 'hosts fold case',
    source: `${CODE}/gateway.go buildGatewayHTTPRouteConfig`,
    objects: [GATEWAY, virtualService([to('a')], { hosts: ['A.com'] })],
    request: { authority: 'a.COM' },
    takes: 'a',
  },
];

const GATEWAYS: readonly Case[] = [
  {
    rule: 'a VirtualService without gateways is for the mesh',
    source: `${VS}#VirtualService (gateways)`,
    objects: [GATEWAY, virtualService([to('a')], { gateways: null, hosts: ['a.com'] })],
    request: { via: { kind: 'gateway' }, authority: 'a.com' },
    takes: /no VirtualService is bound to the gateway/,
  },
  {
    rule: 'mesh beside a gateway counts for both',
    source: `${VS}#VirtualService (gateways)`,
    objects: [GATEWAY, virtualService([to('a')], { gateways: ['gw', 'mesh'], hosts: ['a.com'] })],
    request: { via: { kind: 'mesh' }, authority: 'a.com' },
    takes: 'a',
  },
  {
    rule: 'a gateway of another namespace is named with it',
    source: `${VS}#VirtualService (gateways)`,
    objects: [
      gateway([http(80)], { namespace: 'infra' }),
      virtualService([to('a')], { gateways: ['infra/gw'] }),
    ],
    takes: 'a',
  },
  {
    rule: 'a bare name is the own namespace’s',
    source: `${VS}#VirtualService (gateways)`,
    objects: [gateway([http(80)], { namespace: 'infra' }), virtualService([to('a')])],
    takes: /no VirtualService is bound to the gateway/,
  },
  {
    rule: 'the server’s hosts limit the VirtualService’s',
    source: `${GW}#Server (hosts)`,
    objects: [gateway([http(80, 'a.com')]), virtualService([to('a')])],
    request: { authority: 'a.com' },
    takes: 'a',
  },
  {
    rule: 'a host the server lacks is not served',
    source: `${GW}#Server (hosts)`,
    objects: [gateway([http(80, 'a.com')]), virtualService([to('a')])],
    request: { authority: 'b.com' },
    takes: /has the host b\.com: there are a\.com/,
  },
  {
    rule: 'ns/host takes only VirtualServices of ns',
    source: `${GW}#Server (hosts)`,
    objects: [gateway([http(80, 'team/*')]), virtualService([to('a')])],
    takes: /no VirtualService is bound/,
  },
  {
    rule: './host takes only its own namespace',
    source: `${GW}#Server (hosts)`,
    objects: [gateway([http(80, './*')]), virtualService([to('a')])],
    takes: 'a',
  },
  {
    rule: '*/host takes any namespace',
    source: `${GW}#Server (hosts)`,
    objects: [gateway([http(80, '*/*')]), virtualService([to('a')])],
    takes: 'a',
  },
  {
    rule: 'the target’s port chooses the server',
    source: `${GW}#Server`,
    objects: [
      gateway([http(80), http(8080)]),
      virtualService([to('a', [{ port: 80 }]), to('b', [{ port: 8080 }])]),
    ],
    request: { targetPort: 8080 },
    takes: 'b',
  },
  {
    rule: '--gateway-port decides',
    source: `${GW}#Server`,
    objects: [
      gateway([http(80), http(8080)]),
      virtualService([to('a', [{ port: 80 }]), to('b', [{ port: 8080 }])]),
    ],
    request: { targetPort: 3000, gatewayPort: 80 },
    takes: 'a',
  },
  {
    rule: 'several servers fit another target’s port',
    source: `${GW}#Server`,
    objects: [gateway([http(80), http(8080)]), virtualService([to('a')])],
    request: { targetPort: 3000 },
    takes: /port 80 of default\/gw .* and port 8080 .*choose with --gateway-port$/,
  },
  {
    rule: 'the only server with a route for it is taken',
    source: `${GW}#Server`,
    objects: [gateway([http(80), http(8080)]), virtualService([to('a', [{ port: 8080 }])])],
    request: { targetPort: 3000 },
    takes: 'a',
  },
  {
    rule: 'plaintext and TLS servers are told apart',
    source: `${GW}#ServerTLSSettings`,
    objects: [
      gateway([http(80), https(443, 'a.com')]),
      virtualService([to('a', [{ port: 80 }]), to('b')], { hosts: ['a.com'] }),
    ],
    request: { targetPort: 3000, scheme: 'https', authority: 'a.com' },
    takes: 'b',
  },
  {
    rule: 'the server name chooses the TLS server',
    source: `${CODE}/gateway.go (filter chains by SNI)`,
    objects: [
      gateway([https(443, '*.a.com')], { name: 'wild' }),
      gateway([https(443, 'x.a.com')], { name: 'exact' }),
      virtualService([to('w')], { name: 'w', gateways: ['wild'], hosts: ['*.a.com'] }),
      virtualService([to('e')], { name: 'e', gateways: ['exact'], hosts: ['x.a.com'] }),
    ],
    request: { targetPort: 443, scheme: 'https', authority: 'x.a.com' },
    takes: 'e',
  },
  {
    rule: 'Gateways with one selector are one proxy',
    source: `${GW}#Gateway (selector)`,
    objects: [
      gateway([http(80, 'a.com')], { name: 'one' }),
      gateway([http(80, 'b.com')], { name: 'two' }),
      virtualService([to('a')], { name: 'a', gateways: ['one'], hosts: ['a.com'] }),
      virtualService([to('b')], { name: 'b', gateways: ['two'], hosts: ['b.com'] }),
    ],
    request: { authority: 'b.com' },
    takes: 'b',
  },
  {
    rule: 'Gateways with other selectors are other proxies',
    source: `${GW}#Gateway (selector)`,
    objects: [
      gateway([http(80)], { name: 'one' }),
      gateway([http(80)], { name: 'two', selector: { istio: 'egress' } }),
      virtualService([to('a')], { name: 'a', gateways: ['one'] }),
      virtualService([to('b')], { name: 'b', gateways: ['two'] }),
    ],
    takes: /choose with --gateway-port or --via gateway:NS\/NAME$/,
  },
  {
    rule: '--via chooses the proxy',
    source: `${GW}#Gateway (selector)`,
    objects: [
      gateway([http(80)], { name: 'one' }),
      gateway([http(80)], { name: 'two', selector: { istio: 'egress' } }),
      virtualService([to('a')], { name: 'a', gateways: ['one'] }),
      virtualService([to('b')], { name: 'b', gateways: ['two'] }),
    ],
    request: { via: { kind: 'gateway', name: 'two' } },
    takes: 'b',
  },
  {
    rule: 'a Gateway that is not at hand is assumed on the target’s port',
    source: `${VS}#VirtualService (gateways)`,
    objects: [virtualService([to('a', [{ port: 80 }])])],
    takes: 'a',
  },
];

const MERGING: readonly Case[] = [
  {
    rule: 'one host of two VirtualServices at a gateway: their rules are merged',
    source:
      'https://istio.io/latest/docs/ops/best-practices/traffic-management/#split-virtual-services',
    objects: [
      GATEWAY,
      virtualService([to('a', [{ uri: { prefix: '/a' } }])], { name: 'a' }),
      virtualService([to('b', [{ uri: { prefix: '/b' } }])], { name: 'b' }),
    ],
    request: { path: '/b' },
    takes: 'b',
  },
  {
    rule: 'merged: a rule that takes everything comes last',
    source: `${CODE}/route/route.go SortVHostRoutes`,
    objects: [
      GATEWAY,
      virtualService([to('all')], { name: 'a', day: 1 }),
      virtualService([to('b', [{ uri: { prefix: '/b' } }])], { name: 'b', day: 2 }),
    ],
    request: { path: '/b' },
    takes: 'b',
  },
  {
    rule: 'merged: port alone still takes everything',
    source: `${CODE}/route/route.go IsCatchAllRoute`,
    objects: [
      GATEWAY,
      virtualService([to('all', [{ port: 80 }])], { name: 'a' }),
      virtualService([to('b', [{ uri: { prefix: '/b' } }])], { name: 'b' }),
    ],
    request: { path: '/b' },
    takes: 'b',
  },
  {
    rule: 'merged: one alternative of a rule may move to the end alone',
    source: `${CODE}/route/route.go BuildHTTPRoutesForVirtualService`,
    objects: [
      GATEWAY,
      virtualService([to('both', [{ uri: { prefix: '/x' } }, { uri: { prefix: '/' } }])], {
        name: 'a',
        day: 1,
      }),
      virtualService([to('b', [{ uri: { prefix: '/b' } }])], { name: 'b', day: 2 }),
    ],
    request: { path: '/b' },
    takes: 'b',
  },
  {
    rule: 'merged: the older one’s rules come first',
    source: 'istio/istio pilot/pkg/model/config.go sortByCreationComparator',
    objects: [
      GATEWAY,
      virtualService([to('young', [{ uri: { prefix: '/a' } }])], { name: 'a', day: 2 }),
      virtualService([to('old', [{ uri: { prefix: '/a' } }])], { name: 'b', day: 1 }),
    ],
    request: { path: '/a' },
    takes: 'old',
  },
  {
    rule: 'merged: of one age by name',
    source: 'istio/istio pilot/pkg/model/config.go sortByCreationComparator',
    objects: [
      GATEWAY,
      virtualService([to('b', [{ uri: { prefix: '/a' } }])], { name: 'b', day: 1 }),
      virtualService([to('a', [{ uri: { prefix: '/a' } }])], { name: 'a', day: 1 }),
    ],
    request: { path: '/a' },
    takes: 'a',
  },
  {
    rule: 'merged: without ages it cannot be told',
    source: 'istio/istio pilot/pkg/model/config.go sortByCreationComparator',
    objects: [
      GATEWAY,
      virtualService([to('a')], { name: 'a' }),
      virtualService([to('b')], { name: 'b' }),
    ],
    takes: /could both take the request.*--virtual-service/,
  },
  {
    rule: '--virtual-service chooses',
    source: 'istio/istio pilot/pkg/model/config.go sortByCreationComparator',
    objects: [
      GATEWAY,
      virtualService([to('a')], { name: 'a' }),
      virtualService([to('b')], { name: 'b' }),
    ],
    request: { virtualService: { namespace: 'default', name: 'b' } },
    takes: 'b',
  },
  {
    rule: 'the mesh does not merge: the oldest one has the host',
    source:
      'https://istio.io/latest/docs/ops/best-practices/traffic-management/#split-virtual-services',
    objects: [
      virtualService([to('a', [{ uri: { prefix: '/a' } }])], {
        name: 'a',
        gateways: null,
        hosts: ['s'],
        day: 1,
      }),
      virtualService([to('b', [{ uri: { prefix: '/b' } }])], {
        name: 'b',
        gateways: null,
        hosts: ['s'],
        day: 2,
      }),
    ],
    request: { authority: 's:80', path: '/b' },
    takes: /no rule takes POST \/b/,
  },
];

function delegation(
  root: KubernetesObject,
  rules: readonly KubernetesObject[],
  changes = {},
): readonly KubernetesObject[] {
  return [
    GATEWAY,
    virtualService([{ ...root, delegate: { name: 'leaf', namespace: 'team' } }, to('rest')]),
    virtualService(rules, {
      name: 'leaf',
      namespace: 'team',
      hosts: [],
      gateways: null,
      ...changes,
    }),
  ];
}

const DELEGATES: readonly Case[] = [
  {
    rule: 'a delegate’s rules take the place of the delegation',
    source: `${VS}#Delegate`,
    objects: delegation({ match: [{ uri: { prefix: '/a' } }] }, [to('leaf')]),
    request: { path: '/a' },
    takes: 'leaf',
  },
  {
    rule: 'a delegate’s conditions narrow the root’s',
    source: `${VS}#Delegate`,
    objects: delegation({ match: [{ uri: { prefix: '/a' } }] }, [
      to('leaf', [{ uri: { prefix: '/a/b' } }]),
    ]),
    request: { path: '/a/c' },
    takes: 'rest',
  },
  {
    rule: 'both sides’ conditions hold',
    source: `${VS}#Delegate`,
    objects: delegation({ match: [{ uri: { prefix: '/a' } }] }, [
      to('leaf', [{ headers: { x: { exact: '1' } } }]),
    ]),
    request: { path: '/a', headers: headers({ x: '1' }) },
    takes: 'leaf',
  },
  {
    rule: 'a delegate’s rule outside the root’s is dropped',
    source: 'istio/istio pilot/pkg/model/virtualservice.go hasConflict',
    objects: delegation({ match: [{ uri: { prefix: '/a' } }] }, [
      to('leaf', [{ uri: { prefix: '/b' } }]),
    ]),
    request: { path: '/b' },
    takes: 'rest',
  },
  {
    rule: 'regular expressions on both sides conflict',
    source: 'istio/istio pilot/pkg/model/virtualservice.go stringMatchConflict',
    objects: delegation({ match: [{ uri: { regex: '/a.*' } }] }, [
      to('leaf', [{ uri: { exact: '/a' } }]),
    ]),
    request: { path: '/a' },
    takes: 'rest',
  },
  {
    rule: 'a missing delegate drops the rule',
    source: 'istio/istio pilot/pkg/model/virtualservice.go mergeVirtualServicesIfNeeded',
    objects: [GATEWAY, virtualService([{ delegate: { name: 'none' } }, to('rest')])],
    takes: 'rest',
  },
  {
    rule: 'a delegate that is not exported drops the rule',
    source: 'istio/istio pilot/pkg/model/virtualservice.go mergeVirtualServicesIfNeeded',
    objects: delegation({}, [to('leaf')], { exportTo: ['.'] }),
    takes: 'rest',
  },
];

const SPLITS: readonly Case[] = [
  {
    rule: 'weights are shares of their sum',
    source: `${VS}#HTTPRouteDestination (weight)`,
    objects: [GATEWAY, virtualService([split({ a: 1, b: 3 })])],
    takes: { a: 25, b: 75 },
  },
  {
    rule: 'a single destination ignores its weight',
    source: `${CODE}/route/route.go applyHTTPRouteDestination`,
    objects: [GATEWAY, virtualService([split({ a: 10 })])],
    takes: 'a',
  },
  {
    rule: 'zero gets nothing',
    source: `${CODE}/route/route.go applyHTTPRouteDestination`,
    objects: [GATEWAY, virtualService([split({ a: 0, b: 100 })])],
    takes: { a: 0, b: 100 },
  },
  {
    rule: 'a missing weight counts as zero',
    source: `${VS}#HTTPRouteDestination (weight)`,
    objects: [
      GATEWAY,
      virtualService([
        { route: [{ destination: { host: 'a' }, weight: 5 }, { destination: { host: 'b' } }] },
      ]),
    ],
    takes: { a: 100, b: 0 },
  },
  {
    rule: 'three ways',
    source: `${VS}#HTTPRouteDestination (weight)`,
    objects: [GATEWAY, virtualService([split({ a: 10, b: 40, c: 50 })])],
    takes: { a: 10, b: 40, c: 50 },
  },
  {
    rule: 'redirect: nothing to split',
    source: `${VS}#HTTPRedirect`,
    objects: [GATEWAY, virtualService([{ redirect: { uri: '/x', authority: 'b.com' } }])],
    takes: /redirects to b\.com\/x \(301\), so there is no split/,
  },
  {
    rule: 'directResponse: nothing to split',
    source: `${VS}#HTTPDirectResponse`,
    objects: [GATEWAY, virtualService([{ directResponse: { status: 418 } }])],
    takes: /answers 418 itself/,
  },
  {
    rule: 'mirrors are not in the split',
    source: `${VS}#HTTPRoute (mirror)`,
    objects: [GATEWAY, virtualService([{ ...split({ a: 1, b: 1 }), mirror: { host: 'c' } }])],
    takes: { a: 50, b: 50 },
  },
  {
    rule: 'rewrite does not change the match',
    source: `${VS}#HTTPRewrite`,
    objects: [
      GATEWAY,
      virtualService([
        { ...to('a', [{ uri: { prefix: '/a' } }]), rewrite: { uri: '/b' } },
        to('rest'),
      ]),
    ],
    request: { path: '/a' },
    takes: 'a',
  },
  {
    rule: 'subsets of one host are named by subset',
    source: `${VS}#Destination`,
    objects: [
      GATEWAY,
      virtualService([split({ 's/v1': 60, 's/v2': 40 })]),
      destinationRule('s', { v1: { version: 'v1' }, v2: { version: 'v2' } }),
    ],
    takes: { v1: 60, v2: 40 },
  },
  {
    rule: 'one subset name of two hosts is told with its host',
    source: `${VS}#Destination`,
    objects: [GATEWAY, virtualService([split({ 's/v1': 60, 't/v1': 40 })])],
    takes: { 's/v1': 60, 't/v1': 40 },
  },
];

const RULES: readonly Case[] = [
  {
    rule: 'DestinationRules of one host are merged',
    source: 'istio/istio pilot/pkg/model/destination_rule.go mergeDestinationRule',
    objects: [
      GATEWAY,
      virtualService([split({ 's/v1': 1, 's/v2': 1 })]),
      destinationRule('s', { v1: { version: 'v1' } }, { name: 'one' }),
      destinationRule('s', { v2: { version: 'v2' } }, { name: 'two' }),
    ],
    takes: { v1: 50, v2: 50 },
  },
  {
    rule: 'a short host is the rule’s own namespace’s',
    source: `${DR}#DestinationRule (host)`,
    objects: [
      GATEWAY,
      virtualService([split({ 's/v1': 1, 's/v2': 1 })]),
      destinationRule('s', { v1: {}, v2: { version: 'v2' } }, { namespace: 'other' }),
      destinationRule('s', { v1: { version: 'v1' } }),
    ],
    takes: /has no subset v2: there is v1/,
  },
  {
    rule: 'a host in full',
    source: `${DR}#DestinationRule (host)`,
    objects: [
      GATEWAY,
      virtualService([split({ 's/v1': 1, 's/v2': 1 })]),
      destinationRule('s.default.svc.cluster.local', {
        v1: { version: 'v1' },
        v2: { version: 'v2' },
      }),
    ],
    takes: { v1: 50, v2: 50 },
  },
  {
    rule: 'a wildcard host holds for every host below',
    source: `${DR}#DestinationRule (host)`,
    objects: [
      GATEWAY,
      virtualService([split({ 's/v1': 1, 's/v2': 1 })]),
      destinationRule('*.default.svc.cluster.local', { v1: { version: 'v1' } }),
    ],
    takes: /has no subset v2/,
  },
  {
    rule: 'the most specific host wins',
    source: 'istio/istio pilot/pkg/model/push_context.go MostSpecificHostMatch',
    objects: [
      GATEWAY,
      virtualService([split({ 's/v1': 1, 's/v2': 1 })]),
      destinationRule('*.default.svc.cluster.local', { v1: { version: 'v1' } }, { name: 'wild' }),
      destinationRule('s', { v1: { version: 'v1' }, v2: { version: 'v2' } }),
    ],
    takes: { v1: 50, v2: 50 },
  },
  {
    rule: 'the client’s namespace comes first',
    source: 'istio/istio pilot/pkg/model/push_context.go destinationRule',
    objects: [
      virtualService(
        [split({ 's.default.svc.cluster.local/v1': 1, 's.default.svc.cluster.local/v2': 1 })],
        { gateways: null, hosts: ['s.default.svc.cluster.local'] },
      ),
      destinationRule('s', { v1: { version: 'v1' }, v2: { version: 'v2' } }),
      destinationRule(
        's.default.svc.cluster.local',
        { v1: { version: 'v1' } },
        { namespace: 'client' },
      ),
    ],
    request: {
      via: { kind: 'mesh' },
      authority: 's.default.svc.cluster.local',
      namespace: 'client',
    },
    takes: /has no subset v2/,
  },
  {
    rule: 'exportTo . hides a rule from other namespaces',
    source: `${DR}#DestinationRule (exportTo)`,
    objects: [
      virtualService([split({ 's.a.svc.cluster.local/v1': 1, 's.a.svc.cluster.local/v2': 1 })], {
        gateways: null,
        hosts: ['s.a.svc.cluster.local'],
      }),
      destinationRule(
        's',
        { v1: { version: 'v1' } },
        { namespace: 'a', name: 'hidden', exportTo: ['.'] },
      ),
      destinationRule(
        's.a.svc.cluster.local',
        { v1: { version: 'v1' }, v2: { version: 'v2' } },
        { namespace: 'istio-system' },
      ),
    ],
    request: { via: { kind: 'mesh' }, authority: 's.a.svc.cluster.local' },
    takes: { v1: 50, v2: 50 },
  },
];

const MESH: readonly Case[] = [
  {
    rule: 'a short VirtualService host is its own namespace’s service',
    source: `${VS}#VirtualService (hosts)`,
    objects: [virtualService([to('a')], { gateways: null, hosts: ['s'] })],
    request: { via: { kind: 'mesh' }, authority: 's.default.svc.cluster.local:80' },
    takes: 'a',
  },
  {
    rule: 'a client may use the short name',
    source: `${VS}#VirtualService (hosts)`,
    objects: [
      virtualService([to('a')], { gateways: null, hosts: ['s.default.svc.cluster.local'] }),
    ],
    request: { via: { kind: 'mesh' }, authority: 's' },
    takes: 'a',
  },
  {
    rule: 'or name and namespace',
    source: `${VS}#VirtualService (hosts)`,
    objects: [virtualService([to('a')], { gateways: null, hosts: ['s.team.svc.cluster.local'] })],
    request: { via: { kind: 'mesh' }, authority: 's.team:80' },
    takes: 'a',
  },
  {
    rule: 'the short name is the client’s namespace’s',
    source: `${VS}#VirtualService (hosts)`,
    objects: [virtualService([to('a')], { gateways: null, hosts: ['s.team.svc.cluster.local'] })],
    request: { via: { kind: 'mesh' }, authority: 's:80' },
    takes: /no VirtualService of the mesh has the host s/,
  },
  {
    rule: 'exportTo . keeps it in its namespace',
    source: `${VS}#VirtualService (exportTo)`,
    objects: [
      virtualService([to('a')], {
        gateways: null,
        hosts: ['s.team.svc.cluster.local'],
        namespace: 'team',
        exportTo: ['.'],
      }),
    ],
    request: { via: { kind: 'mesh' }, authority: 's.team:80' },
    takes: /none is bound to the mesh/,
  },
  {
    rule: 'exportTo a namespace',
    source: `${VS}#VirtualService (exportTo)`,
    objects: [
      virtualService([to('a')], {
        gateways: null,
        hosts: ['s.team.svc.cluster.local'],
        namespace: 'team',
        exportTo: ['default'],
      }),
    ],
    request: { via: { kind: 'mesh' }, authority: 's.team:80' },
    takes: 'a',
  },
  {
    rule: 'sourceNamespace',
    source: MATCH,
    objects: [
      virtualService([to('a', [{ sourceNamespace: 'client' }]), to('b')], {
        gateways: null,
        namespace: 'default',
        hosts: ['s.default.svc.cluster.local'],
      }),
    ],
    request: { via: { kind: 'mesh' }, authority: 's.default', namespace: 'client' },
    takes: 'a',
  },
  {
    rule: 'the port is the service’s',
    source: MATCH,
    objects: [
      virtualService([to('a', [{ port: 7070 }]), to('b')], { gateways: null, hosts: ['s'] }),
    ],
    request: { via: { kind: 'mesh' }, authority: 's:7070' },
    takes: 'a',
  },
  {
    rule: 'without a route the replicas share',
    source:
      'https://istio.io/latest/docs/concepts/traffic-management/#introducing-istio-traffic-management',
    objects: [
      service('s', { app: 's' }),
      deployment('s-v1', { app: 's' }, { replicas: 3 }),
      deployment('s-v2', { app: 's' }, { replicas: 1 }),
    ],
    request: { via: { kind: 'mesh' }, authority: 's' },
    takes: { 's-v1': 75, 's-v2': 25 },
  },
  {
    rule: 'without a route and replicas nothing is known',
    source:
      'https://istio.io/latest/docs/concepts/traffic-management/#introducing-istio-traffic-management',
    objects: [service('s', { app: 's' }), deployment('s-v1', { app: 's' }, { kind: 'DaemonSet' })],
    request: { via: { kind: 'mesh' }, authority: 's' },
    takes: /how many replicas DaemonSet s-v1 has/,
  },
  {
    rule: 'proxyless clients follow the mesh’s routes',
    source: 'https://istio.io/latest/blog/2021/proxyless-grpc/',
    objects: [virtualService([split({ a: 20, b: 80 })], { gateways: null, hosts: ['s'] })],
    request: { via: { kind: 'proxyless' }, authority: 's:7070' },
    takes: { a: 20, b: 80 },
  },
];

runCases('Istio: paths', PATHS);
runCases('Istio: conditions', CONDITIONS);
runCases('Istio: order and hosts', ORDER);
runCases('Istio: gateways', GATEWAYS);
runCases('Istio: merging', MERGING);
runCases('Istio: delegates', DELEGATES);
runCases('Istio: splits', SPLITS);
runCases('Istio: DestinationRules', RULES);
runCases('Istio: the mesh', MESH);
