import { runCases, type Case } from '../case-table.js';
import {
  deployment,
  gateway,
  http,
  https,
  service,
  to,
  virtualService,
  type KubernetesObject,
} from '../objects.js';

const CODE = 'istio/istio pilot/pkg';
const GATEWAY_ROUTES = `${CODE}/networking/core/gateway.go buildGatewayHTTPRouteConfig`;
const SIDECAR = `${CODE}/networking/core/route/route.go buildSidecarVirtualHostsForVirtualService`;
const NAMES = `${CODE}/model/config.go resolveGatewayName`;
const SELECTORS = `${CODE}/model/push_context.go mergeGateways`;
const PORTS = `${CODE}/model/gateway.go resolvePorts`;
const MERGE = `${CODE}/model/gateway.go mergeGateways`;
const EXPORT = `${CODE}/model/push_context.go VirtualServicesForGateway`;
const GATEWAY = gateway([http(80), http(8080)]);
const PODS = { istio: 'ingressgateway' };

function service80(name: string): KubernetesObject[] {
  return [service(name, { app: name }), deployment(name, { app: name }, { replicas: 1 })];
}

const APPLICABLE: readonly Case[] = [
  {
    rule: 'no rule for the Gateway: the wider host has the request',
    source: GATEWAY_ROUTES,
    objects: [
      GATEWAY,
      virtualService([to('exact', [{ gateways: ['other'] }])], { name: 'e', hosts: ['x.a.com'] }),
      virtualService([to('wild')], { name: 'w', hosts: ['*.a.com'] }),
    ],
    request: { authority: 'x.a.com' },
    takes: 'wild',
  },
  {
    rule: 'no rule for pods of the namespace: the wider host has the request',
    source: GATEWAY_ROUTES,
    objects: [
      GATEWAY,
      virtualService([to('exact', [{ sourceNamespace: 'team' }])], {
        name: 'e',
        hosts: ['x.a.com'],
      }),
      virtualService([to('wild')], { name: 'w', hosts: ['*.a.com'] }),
    ],
    request: { authority: 'x.a.com' },
    takes: 'wild',
  },
  {
    rule: 'no rule for pods with the labels: the wider host has the request',
    source: GATEWAY_ROUTES,
    objects: [
      GATEWAY,
      virtualService([to('exact', [{ sourceLabels: { app: 'x' } }])], {
        name: 'e',
        hosts: ['x.a.com'],
      }),
      virtualService([to('wild')], { name: 'w', hosts: ['*.a.com'] }),
    ],
    request: { authority: 'x.a.com' },
    takes: 'wild',
  },
  {
    rule: 'one rule that comes to the gateway keeps the host',
    source: GATEWAY_ROUTES,
    objects: [
      GATEWAY,
      virtualService([to('exact', [{ port: 8080 }, { port: 80, uri: { exact: '/b' } }])], {
        name: 'e',
        hosts: ['x.a.com'],
      }),
      virtualService([to('wild')], { name: 'w', hosts: ['*.a.com'] }),
    ],
    request: { authority: 'x.a.com', path: '/a' },
    takes: /no rule takes POST \/a/,
  },
  {
    rule: 'without a wider host it says why',
    source: GATEWAY_ROUTES,
    objects: [GATEWAY, virtualService([to('exact', [{ port: 8080 }])], { hosts: ['x.a.com'] })],
    request: { authority: 'x.a.com' },
    takes: /no rule takes .* for the port is 80, not 8080/,
  },
  {
    rule: 'one that does not come to the gateway is no rival of unknown age',
    source: GATEWAY_ROUTES,
    objects: [
      GATEWAY,
      virtualService([to('a', [{ port: 8080 }])], { name: 'a' }),
      virtualService([to('b')], { name: 'b' }),
    ],
    takes: 'b',
  },
  {
    rule: 'the mesh: the next VirtualService of the host has it',
    source: SIDECAR,
    objects: [
      ...service80('s'),
      virtualService([to('a', [{ port: 7070 }])], { name: 'a', gateways: null, hosts: ['s'] }),
      virtualService([to('b')], { name: 'b', gateways: null, hosts: ['s'] }),
    ],
    request: { authority: 's:80' },
    takes: 'b',
  },
  {
    rule: 'the mesh: a service keeps its route even beside a wildcard',
    source: `${CODE}/model/sidecar.go computeWildcardHostVirtualServiceIndex`,
    objects: [
      ...service80('s'),
      virtualService([to('a', [{ port: 7070 }])], { name: 'a', gateways: null, hosts: ['s'] }),
      virtualService([to('b')], {
        name: 'b',
        gateways: null,
        hosts: ['*.default.svc.cluster.local'],
      }),
    ],
    request: { authority: 's:80', via: { kind: 'mesh' } },
    takes: 's',
  },
  {
    rule: 'the mesh: a host that is no service falls to a wider one',
    source: SIDECAR,
    objects: [
      ...service80('s'),
      virtualService([to('a', [{ port: 7070 }])], {
        name: 'a',
        gateways: null,
        hosts: ['x.a.com'],
      }),
      virtualService([to('b')], { name: 'b', gateways: null, hosts: ['*.a.com'] }),
    ],
    request: { authority: 'x.a.com:80', via: { kind: 'mesh' } },
    takes: 'b',
  },
  {
    rule: 'the mesh: a host that is no service is there beside a real one of its VirtualService',
    source: SIDECAR,
    objects: [
      service('s', { app: 's' }, { ports: [{ port: 9080, name: 'http' }] }),
      virtualService([to('a')], { gateways: null, hosts: ['x.a.com', 's'] }),
    ],
    request: { authority: 'x.a.com:9080', via: { kind: 'mesh' } },
    takes: 'a',
  },
  {
    rule: 'the mesh: at other ports it is not there by itself',
    source: SIDECAR,
    objects: [...service80('s'), virtualService([to('a')], { gateways: null, hosts: ['x.a.com'] })],
    request: { authority: 'x.a.com:9080', via: { kind: 'mesh' } },
    takes: /x\.a\.com/,
  },
];

const GATEWAY_NAMES: readonly Case[] = [
  'infra/gw',
  'gw.infra',
  'gw.infra.svc.cluster.local',
].flatMap((name): Case[] => [
  {
    rule: `${name} means a Gateway of infra`,
    source: NAMES,
    objects: [
      gateway([http(80)], { namespace: 'infra' }),
      virtualService([to('a')], { gateways: [name] }),
    ],
    takes: 'a',
  },
  {
    rule: `${name} in a match does, too`,
    source: NAMES,
    objects: [
      gateway([http(80)], { namespace: 'infra' }),
      virtualService([to('a', [{ gateways: [name] }]), to('rest')], { gateways: ['infra/gw'] }),
    ],
    takes: 'a',
  },
]);

const OWN_NAMES: readonly Case[] = ['gw', './gw', 'default/gw'].flatMap((name): Case[] => [
  {
    rule: `${name} means the own namespace’s`,
    source: NAMES,
    objects: [GATEWAY, virtualService([to('a')], { gateways: [name] })],
    takes: 'a',
  },
  {
    rule: `${name} in a match does, too`,
    source: NAMES,
    objects: [
      GATEWAY,
      virtualService([to('a', [{ gateways: [name] }]), to('rest')], { gateways: ['./gw'] }),
    ],
    takes: 'a',
  },
]);

const PODS_OF_GATEWAYS: readonly Case[] = [
  {
    rule: 'a Gateway selects pods that have more labels than it asks for',
    source: SELECTORS,
    objects: [
      gateway([http(80, 'a.com')], { name: 'one', selector: PODS }),
      gateway([http(80, 'b.com')], { name: 'two', selector: { ...PODS, app: 'edge' } }),
      virtualService([to('a')], { name: 'a', gateways: ['one'], hosts: ['a.com'] }),
      virtualService([to('b')], { name: 'b', gateways: ['two'], hosts: ['b.com'] }),
      deployment('edge', { ...PODS, app: 'edge' }, { namespace: 'infra' }),
    ],
    request: { authority: 'a.com', via: { kind: 'gateway', name: 'two' } },
    takes: 'a',
  },
  {
    rule: 'without the pods, the longer selector’s are taken for both',
    source: SELECTORS,
    objects: [
      gateway([http(80, 'a.com')], { name: 'one', selector: PODS }),
      gateway([http(80, 'b.com')], { name: 'two', selector: { ...PODS, app: 'edge' } }),
      virtualService([to('a')], { name: 'a', gateways: ['one'], hosts: ['a.com'] }),
    ],
    request: { authority: 'a.com' },
    takes: 'a',
  },
  {
    rule: 'a Deployment says which namespace VirtualServices are exported to',
    source: EXPORT,
    objects: [
      gateway([http(80)], { selector: PODS }),
      virtualService([to('a')], { exportTo: ['infra'] }),
      deployment('edge', PODS, { namespace: 'infra' }),
    ],
    takes: 'a',
  },
  {
    rule: 'a Service says it where there is no Deployment',
    source: EXPORT,
    objects: [
      gateway([http(80)], { selector: PODS }),
      virtualService([to('a', [{ sourceNamespace: 'infra' }]), to('rest')]),
      service('edge', { ...PODS, app: 'edge' }, { namespace: 'infra' }),
    ],
    takes: 'a',
  },
  {
    rule: 'the Gateway’s own namespace does not count',
    source: EXPORT,
    objects: [
      gateway([http(80)], { selector: PODS }),
      virtualService([to('a')], { exportTo: ['.'] }),
      deployment('edge', PODS, { namespace: 'infra' }),
    ],
    takes: /no VirtualService is bound/,
  },
  {
    rule: 'exportTo ~ keeps it from everybody',
    source: EXPORT,
    objects: [GATEWAY, virtualService([to('a')], { exportTo: ['~', 'istio-system'] })],
    takes: /no VirtualService is bound/,
  },
  {
    rule: 'at a gateway, too, one exported by name comes before an older public one',
    source: EXPORT,
    objects: [
      GATEWAY,
      virtualService([to('old')], { name: 'old', day: 1 }),
      virtualService([to('named')], { name: 'named', day: 2, exportTo: ['istio-system'] }),
    ],
    takes: 'named',
  },
  {
    rule: 'without ages, exportTo may tell',
    source: EXPORT,
    objects: [
      GATEWAY,
      virtualService([to('public')], { name: 'a' }),
      virtualService([to('named')], { name: 'b', exportTo: ['istio-system'] }),
    ],
    takes: 'named',
  },
  {
    rule: 'a targetPort joins servers',
    source: PORTS,
    objects: [
      gateway([http(80, 'a.com')], { name: 'one', selector: PODS }),
      gateway([http(8080, 'b.com')], { name: 'two', selector: PODS }),
      virtualService([to('a')], { name: 'a', gateways: ['one'], hosts: ['a.com'] }),
      virtualService([to('b')], { name: 'b', gateways: ['two'], hosts: ['b.com'] }),
      service('edge', PODS, {
        namespace: 'infra',
        ports: [{ port: 80, name: 'http', targetPort: 8080 }],
      }),
    ],
    request: { authority: 'b.com', targetPort: 80 },
    takes: 'b',
  },
  {
    rule: 'match.port is the server’s then, not the pods’',
    source: PORTS,
    objects: [
      gateway([http(80)], { selector: PODS }),
      virtualService([to('a', [{ port: 80 }]), to('b', [{ port: 8080 }])]),
      service('edge', PODS, {
        namespace: 'infra',
        ports: [{ port: 80, name: 'http', targetPort: 8080 }],
      }),
    ],
    request: { targetPort: 8080 },
    takes: 'a',
  },
  {
    rule: 'the older Gateway’s server comes first',
    source: GATEWAY_ROUTES,
    objects: [
      gateway([http(80)], { name: 'a', day: 2 }),
      gateway([http(80)], { name: 'b', day: 1 }),
      virtualService([to('old')], { name: 'old', day: 1, gateways: ['a'] }),
      virtualService([to('young')], { name: 'young', day: 2, gateways: ['b'] }),
    ],
    takes: 'young',
  },
  {
    rule: 'of two TLS servers with one host the older Gateway’s is taken',
    source: MERGE,
    objects: [
      gateway([https(443, 'a.com')], { name: 'a', day: 2 }),
      gateway([https(443, 'a.com')], { name: 'b', day: 1 }),
      virtualService([to('a')], { name: 'a', gateways: ['a'], hosts: ['a.com'] }),
      virtualService([to('b')], { name: 'b', gateways: ['b'], hosts: ['a.com'] }),
    ],
    request: { authority: 'a.com', targetPort: 443, scheme: 'https' },
    takes: 'b',
  },
  {
    rule: 'another address is another listener',
    source: MERGE,
    objects: [
      gateway([https(443, 'a.com')], { name: 'a' }),
      gateway([{ ...https(443, 'a.com'), bind: '10.0.0.1' }], { name: 'b' }),
      virtualService([to('b')], { name: 'b', gateways: ['b'], hosts: ['a.com'] }),
    ],
    request: { authority: 'a.com', targetPort: 443, scheme: 'https' },
    takes: 'b',
  },
  {
    rule: 'a left-out server’s other hosts are gone, too',
    source: MERGE,
    objects: [
      gateway([https(443, 'a.com')], { name: 'a' }),
      gateway([https(443, 'a.com', 'b.com')], { name: 'b' }),
      virtualService([to('b')], { name: 'b', gateways: ['b'], hosts: ['b.com'] }),
    ],
    request: { authority: 'b.com', targetPort: 443, scheme: 'https' },
    takes: /no VirtualService is bound/,
  },
  {
    rule: 'plaintext servers may share hosts',
    source: MERGE,
    objects: [
      gateway([http(80, 'a.com')], { name: 'a' }),
      gateway([http(80, 'a.com')], { name: 'b' }),
      virtualService([to('b')], { name: 'b', gateways: ['b'], hosts: ['a.com'] }),
    ],
    request: { authority: 'a.com' },
    takes: 'b',
  },
];

runCases('Istio: VirtualServices without a rule for the proxy', APPLICABLE);
runCases('Istio: names of Gateways', [...GATEWAY_NAMES, ...OWN_NAMES]);
runCases('Istio: the pods of gateways', PODS_OF_GATEWAYS);
