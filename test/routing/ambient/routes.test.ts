import type { RouteRequest } from '../../../src/routing/request.js';
import { runCases, type Case } from '../case-table.js';
import {
  apiGateway,
  backends,
  destinationRule,
  gateway,
  http,
  httpRoute,
  listener,
  split,
  to,
  virtualService,
} from '../objects.js';
import { ambient, BY_REPLICAS, labelled, OF_WEB, waypoint, web } from './objects.js';

const ROUTES = 'istio/istio pilot/pkg/networking/core/listener_waypoint.go';
const CONFIG = `${ROUTES} buildWaypointInboundHTTPRouteConfig`;
const NEAR = `${ROUTES} getVirtualServiceForWaypoint`;
const INBOUND = `${ROUTES} waypointInboundRoute`;
const ORDER = 'istio/istio pilot/pkg/model/push_context.go VirtualServicesForGateway';
const MERGED = 'istio/istio pilot/pkg/config/kube/gateway/route_collections.go mergeHTTPRoutes';
const INGRESS = 'istio/istio pilot/pkg/xds/endpoints/endpoint_builder.go findServiceWaypoint';

const REQUEST: Partial<RouteRequest> = { authority: 'web:80' };
const BASE = [ambient(), waypoint(), ...web()];
const WEB = { gateways: null, hosts: ['web'] } as const;
const CANARY = { headers: { 'x-canary': { exact: 'yes' } } };
const ASKS_CANARY = {
  ...REQUEST,
  headers: new Map([
    ['content-type', 'application/grpc'],
    ['x-canary', 'yes'],
  ]),
};

function atWaypoint(
  rule: string,
  source: string,
  objects: Case['objects'],
  takes: Case['takes'],
  request = REQUEST,
): Case {
  return { rule, source, objects: [...BASE, ...objects], request, takes };
}

const CASES: readonly Case[] = [
  atWaypoint('without routes requests go to all pods', CONFIG, [], BY_REPLICAS),
  atWaypoint(
    'an HTTPRoute with the Service as its parent',
    CONFIG,
    [httpRoute([backends({ v1: 90, v2: 10 })], OF_WEB)],
    { v1: 90, v2: 10 },
  ),
  atWaypoint(
    'a GRPCRoute, too',
    CONFIG,
    [httpRoute([backends({ v1: 80, v2: 20 })], { ...OF_WEB, kind: 'GRPCRoute' })],
    { v1: 80, v2: 20 },
  ),
  atWaypoint(
    'a VirtualService of the mesh',
    CONFIG,
    [virtualService([split({ v1: 70, v2: 30 })], WEB)],
    { v1: 70, v2: 30 },
  ),
  atWaypoint(
    'one of a gateway has no part in it',
    ORDER,
    [virtualService([to('v1')], { hosts: ['web'], gateways: ['gw'] })],
    BY_REPLICAS,
  ),
  atWaypoint(
    'a HTTPRoute on the waypoint itself has none either',
    'istio/istio pilot/pkg/config/kube/gateway/gateway_collection.go GatewayCollection',
    [httpRoute([backends({ v1: 90, v2: 10 })], { parentRefs: [{ name: 'waypoint' }] })],
    BY_REPLICAS,
  ),
  atWaypoint(
    'a route of a namespace that is neither the waypoint’s nor the service’s does not count',
    NEAR,
    [
      virtualService([to('v1.default.svc.cluster.local')], {
        ...{ gateways: null, hosts: ['web.default.svc.cluster.local'], namespace: 'other' },
      }),
      httpRoute([backends({ v2: 1 })], {
        namespace: 'other',
        parentRefs: [{ kind: 'Service', group: '', name: 'web', namespace: 'default' }],
      }),
    ],
    BY_REPLICAS,
  ),
  atWaypoint(
    'subsets are those of DestinationRules that the waypoint’s namespace sees',
    'istio/istio pilot/pkg/networking/core/cluster_waypoint.go buildWaypointInboundVIP',
    [
      virtualService([split({ 'web/one': 40, 'web/two': 60 })], WEB),
      destinationRule('web', { one: { version: 'v1' }, two: { version: 'v2' } }),
    ],
    { one: 40, two: 60 },
  ),
  atWaypoint(
    'what no DestinationRule defines fails',
    'istio/istio pilot/pkg/networking/core/cluster_waypoint.go buildWaypointInboundVIP',
    [
      virtualService([split({ 'web/one': 40, 'web/three': 60 })], WEB),
      destinationRule('web', { one: { version: 'v1' } }),
    ],
    /has no subset three/,
  ),
  atWaypoint(
    'unlike in sidecars, all VirtualServices of the service are appended',
    CONFIG,
    [
      virtualService([to('v2', [CANARY])], { ...WEB, name: 'canary', day: 1 }),
      virtualService([to('v1')], { ...WEB, name: 'rest', day: 2 }),
    ],
    'v1',
  ),
  atWaypoint(
    'a request that none of them takes is not passed on',
    CONFIG,
    [virtualService([to('v2', [CANARY])], { ...WEB, name: 'canary', day: 1 })],
    /no rule takes POST/,
  ),
  atWaypoint(
    'rules that take everything are not moved behind those of younger objects',
    INBOUND,
    [
      virtualService([to('v1')], { ...WEB, name: 'rest', day: 1 }),
      virtualService([to('v2', [CANARY])], { ...WEB, name: 'canary', day: 2 }),
    ],
    'v1',
    ASKS_CANARY,
  ),
  atWaypoint(
    'VirtualServices private to the waypoint’s namespace come before older public ones',
    ORDER,
    [
      virtualService([to('v1')], { ...WEB, name: 'public', day: 1 }),
      virtualService([to('v2')], { ...WEB, name: 'private', day: 2, exportTo: ['.'] }),
    ],
    'v2',
  ),
  atWaypoint(
    'routes of the Gateway API there come before older public VirtualServices',
    ORDER,
    [
      virtualService([to('v1')], { ...WEB, day: 1 }),
      httpRoute([backends({ v2: 1 })], { ...OF_WEB, day: 2 }),
    ],
    'v2',
  ),
  {
    rule: 'in the service’s namespace they go by age with VirtualServices',
    source: ORDER,
    objects: [
      ambient('default'),
      waypoint({ namespace: 'infra', allowedRoutes: { namespaces: { from: 'All' } } }),
      ...web({
        'istio.io/use-waypoint': 'waypoint',
        'istio.io/use-waypoint-namespace': 'infra',
      }),
      virtualService([to('v1')], { ...WEB, day: 1 }),
      httpRoute([backends({ v2: 1 })], { ...OF_WEB, day: 2 }),
    ],
    request: REQUEST,
    takes: 'v1',
  },
  atWaypoint(
    'whose age decides, and is not told, has to be chosen',
    ORDER,
    [
      virtualService([to('v1')], { ...WEB, name: 'one' }),
      virtualService([to('v2')], { ...WEB, name: 'two' }),
    ],
    /default\/one .* and VirtualService default\/two .* do not say which is older: choose with --virtual-service/,
  ),
  atWaypoint(
    'routes of one namespace are merged by rank, whatever their age',
    MERGED,
    [
      httpRoute([backends({ v1: 1 })], { ...OF_WEB, name: 'rest', day: 1 }),
      httpRoute(
        [
          backends(
            { v2: 1 },
            { matches: [{ path: { type: 'PathPrefix', value: '/helloworld.Greeter' } }] },
          ),
        ],
        { ...OF_WEB, name: 'greeter', day: 2 },
      ),
    ],
    'v2',
  ),
  atWaypoint(
    'a parentRef with a port is for this port alone',
    'istio/istio pilot/pkg/config/kube/gateway/conversion.go augmentPortMatch',
    [
      httpRoute([backends({ v2: 1 })], {
        ...{ name: 'other', day: 1 },
        parentRefs: [{ kind: 'Service', group: '', name: 'web', port: 8080 }],
      }),
      httpRoute([backends({ v1: 1 })], {
        ...{ name: 'own', day: 2 },
        parentRefs: [{ kind: 'Service', group: '', name: 'web', port: 80 }],
      }),
    ],
    'v1',
  ),
  atWaypoint(
    'alternatives with sourceLabels are left out, whatever labels the client has',
    INBOUND,
    [virtualService([to('v2', [{ sourceLabels: { app: 'shop' } }]), to('v1')], WEB)],
    'v1',
    { ...REQUEST, clientLabels: { app: 'shop' } },
  ),
  atWaypoint(
    'they are left out beside the names of gateways as well',
    'istio/istio pilot/pkg/networking/core/listener_waypoint.go waypointInboundRoute',
    [
      virtualService(
        [to('v2', [{ sourceLabels: { app: 'shop' }, gateways: ['mesh'] }]), to('v1')],
        WEB,
      ),
    ],
    'v1',
  ),
  {
    rule: 'sourceNamespace is held against the waypoint’s namespace',
    source: 'istio/istio pilot/pkg/networking/core/route/route.go sourceMatchHTTP',
    objects: [
      ...BASE,
      ambient('client'),
      virtualService([to('v2', [{ sourceNamespace: 'client' }]), to('v1')], WEB),
    ],
    request: { authority: 'web.default:80', namespace: 'client', objectNamespace: 'default' },
    takes: 'v1',
  },
  atWaypoint(
    'the host of the request is not looked at',
    `${ROUTES} buildRouteVHostDomains`,
    [
      virtualService(
        [to('v2', [{ authority: { exact: 'web.default.svc.cluster.local' } }]), to('v1')],
        WEB,
      ),
    ],
    'v2',
    { authority: 'web.default.svc.cluster.local' },
  ),
];

runCases('Ambient: the routes of a waypoint', CASES);

const ENTERING: Partial<RouteRequest> = { authority: 'shop.example.com' };
const GATEWAY = [
  ambient(),
  waypoint(),
  gateway([http(80, 'shop.example.com')]),
  virtualService([split({ 'web/one': 50, 'web/two': 50 })], { hosts: ['shop.example.com'] }),
  destinationRule('web', { one: { version: 'v1' }, two: { version: 'v2' } }),
  httpRoute([backends({ v1: 90, v2: 10 })], OF_WEB),
];

const FROM_GATEWAYS: readonly Case[] = [
  {
    rule: 'an ingress gateway passes it by',
    source: INGRESS,
    objects: [...GATEWAY, ...web()],
    request: ENTERING,
    takes: { one: 50, two: 50 },
  },
  {
    rule: 'ingress-use-waypoint sends it there, and the gateway’s subsets are lost',
    source: INGRESS,
    objects: [...GATEWAY, ...web({ 'istio.io/ingress-use-waypoint': 'true' })],
    request: ENTERING,
    takes: { v1: 90, v2: 10 },
  },
  {
    rule: 'without a route there they go to all pods',
    source: INGRESS,
    objects: [...GATEWAY.slice(0, -1), ...web({ 'istio.io/ingress-use-waypoint': 'true' })],
    request: ENTERING,
    takes: BY_REPLICAS,
  },
  {
    rule: 'the label of the Namespace counts where the Service has none',
    source:
      'istio/istio pilot/pkg/serviceregistry/ambient/services.go ingressUseWaypointFromLabels',
    objects: [
      labelled(ambient(), {
        'istio.io/use-waypoint': 'waypoint',
        'istio.io/ingress-use-waypoint': 'true',
      }),
      ...GATEWAY.slice(1),
      ...web(),
    ],
    request: ENTERING,
    takes: { v1: 90, v2: 10 },
  },
  {
    rule: 'and not where it says false',
    source:
      'istio/istio pilot/pkg/serviceregistry/ambient/services.go ingressUseWaypointFromLabels',
    objects: [
      labelled(ambient(), {
        'istio.io/use-waypoint': 'waypoint',
        'istio.io/ingress-use-waypoint': 'true',
      }),
      ...GATEWAY.slice(1),
      ...web({ 'istio.io/ingress-use-waypoint': 'false' }),
    ],
    request: ENTERING,
    takes: { one: 50, two: 50 },
  },
  {
    rule: 'a Gateway of the Gateway API does likewise',
    source: INGRESS,
    objects: [
      ambient(),
      waypoint(),
      apiGateway([listener()]),
      httpRoute([backends({ web: 1 })], { name: 'entry' }),
      httpRoute([backends({ v1: 90, v2: 10 })], OF_WEB),
      ...web({ 'istio.io/ingress-use-waypoint': 'true' }),
    ],
    request: ENTERING,
    takes: { v1: 90, v2: 10 },
  },
];

runCases('Ambient: requests that enter by a gateway', FROM_GATEWAYS);
