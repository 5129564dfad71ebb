import type { RouteRequest } from '../../../src/routing/request.js';
import { runCases, type Case } from '../case-table.js';
import { backends, httpRoute, service, split, virtualService } from '../objects.js';
import { ambient, BY_REPLICAS, labelled, namespace, OF_WEB, waypoint, web } from './objects.js';

const ATTACHED = 'istio/istio pilot/pkg/serviceregistry/ambient/waypoints.go';
const TARGET = `${ATTACHED} fetchWaypointForTarget`;
const USED = `${ATTACHED} fetchWaypointForService`;
const ZTUNNEL = 'istio/ztunnel src/proxy/outbound.rs build_request';
const INJECTED =
  'istio/istio templates/mutatingwebhook.yaml, cni/pkg/util/podutil.go podHasSidecar';

const REQUEST: Partial<RouteRequest> = { authority: 'web:80' };
/** At the waypoint 90 to 10, which neither replicas nor a sidecar's route gives. */
const ROUTE = httpRoute([backends({ v1: 90, v2: 10 })], OF_WEB);
const BY_ROUTE = { v1: 90, v2: 10 };
const AMBIENT = namespace('default', { 'istio.io/dataplane-mode': 'ambient' });

const CASES: readonly Case[] = [
  {
    rule: 'the label of the Namespace gives every service of it a waypoint',
    source: TARGET,
    objects: [ambient(), waypoint(), ...web(), ROUTE],
    request: REQUEST,
    takes: BY_ROUTE,
  },
  {
    rule: 'the label of the Service does for itself',
    source: TARGET,
    objects: [AMBIENT, waypoint(), ...web({ 'istio.io/use-waypoint': 'waypoint' }), ROUTE],
    request: REQUEST,
    takes: BY_ROUTE,
  },
  {
    rule: 'none on the Service leaves the Namespace’s out',
    source: TARGET,
    objects: [ambient(), waypoint(), ...web({ 'istio.io/use-waypoint': 'none' }), ROUTE],
    request: REQUEST,
    takes: BY_REPLICAS,
  },
  {
    rule: 'without the label ztunnel goes to the pods, whatever routes there are',
    source: ZTUNNEL,
    objects: [AMBIENT, waypoint(), ...web(), ROUTE],
    request: REQUEST,
    takes: BY_REPLICAS,
  },
  {
    rule: 'use-waypoint-namespace names a waypoint elsewhere, which lets it in',
    source: `${ATTACHED} GetUseWaypoint`,
    objects: [
      AMBIENT,
      waypoint({ namespace: 'infra', allowedRoutes: { namespaces: { from: 'All' } } }),
      ...web({
        'istio.io/use-waypoint': 'waypoint',
        'istio.io/use-waypoint-namespace': 'infra',
      }),
      ROUTE,
    ],
    request: REQUEST,
    takes: BY_ROUTE,
  },
  {
    rule: 'and without allowedRoutes it does not',
    source: `${ATTACHED} makeAllowedRoutes`,
    objects: [
      AMBIENT,
      waypoint({ namespace: 'infra' }),
      ...web({
        'istio.io/use-waypoint': 'waypoint',
        'istio.io/use-waypoint-namespace': 'infra',
      }),
      ROUTE,
    ],
    request: REQUEST,
    takes: BY_REPLICAS,
  },
  {
    rule: 'nor by a selector that the Namespace does not fit',
    source: `${ATTACHED} makeWaypointSelector`,
    objects: [
      AMBIENT,
      waypoint({
        namespace: 'infra',
        allowedRoutes: {
          namespaces: { from: 'Selector', selector: { matchLabels: { team: 'web' } } },
        },
      }),
      ...web({
        'istio.io/use-waypoint': 'waypoint',
        'istio.io/use-waypoint-namespace': 'infra',
      }),
      ROUTE,
    ],
    request: REQUEST,
    takes: BY_REPLICAS,
  },
  ...(['service', 'all'] as const).map((takes): Case => ({
    rule: `a waypoint for ${takes} takes requests to services`,
    source: USED,
    objects: [ambient(), waypoint({ labels: { 'istio.io/waypoint-for': takes } }), ...web(), ROUTE],
    request: REQUEST,
    takes: BY_ROUTE,
  })),
  ...(['workload', 'none'] as const).map((takes): Case => ({
    rule: `a waypoint for ${takes} takes none`,
    source: USED,
    objects: [ambient(), waypoint({ labels: { 'istio.io/waypoint-for': takes } }), ...web(), ROUTE],
    request: REQUEST,
    takes: BY_REPLICAS,
  })),
  {
    rule: 'what the GatewayClass is labelled for counts where the Gateway says nothing',
    source: `${ATTACHED} gatewayToWaypointTransform`,
    objects: [
      ambient(),
      labelled(
        {
          apiVersion: 'gateway.networking.k8s.io/v1',
          kind: 'GatewayClass',
          metadata: { name: 'own' },
          spec: { controllerName: 'istio.io/mesh-controller' },
        },
        { 'istio.io/waypoint-for': 'workload' },
      ),
      waypoint({ className: 'own' }),
      ...web(),
      ROUTE,
    ],
    request: REQUEST,
    takes: BY_REPLICAS,
  },
  {
    rule: 'a waypoint without an address takes none',
    source: `${ATTACHED} gatewayToWaypointTransform`,
    objects: [ambient(), waypoint({ status: { conditions: [] } }), ...web(), ROUTE],
    request: REQUEST,
    takes: BY_REPLICAS,
  },
  {
    rule: 'one with an address does',
    source: `${ATTACHED} gatewayToWaypointTransform`,
    objects: [
      ambient(),
      waypoint({ status: { addresses: [{ type: 'Hostname', value: 'waypoint.default' }] } }),
      ...web(),
      ROUTE,
    ],
    request: REQUEST,
    takes: BY_ROUTE,
  },
  {
    rule: 'a headless Service has no address that a waypoint could take requests by',
    source: 'istio/istio pilot/pkg/networking/core/listener_waypoint.go buildWaypointInternal',
    objects: [
      ambient(),
      waypoint(),
      ...web().slice(1),
      {
        ...service('web', { app: 'web' }),
        spec: { clusterIP: 'None', ports: [{ port: 80 }], selector: { app: 'web' } },
      },
      ROUTE,
    ],
    request: REQUEST,
    takes: BY_REPLICAS,
  },
  {
    rule: 'a client with a sidecar goes by its own route',
    source: 'istio/istio pilot/pkg/xds/endpoints/endpoint_builder.go buildEnvoyLbEndpoint',
    objects: [
      namespace('client', { 'istio-injection': 'enabled' }),
      ambient(),
      waypoint(),
      ...web(),
      virtualService([split({ v1: 50, v2: 50 })], {
        ...{ gateways: null, hosts: ['web'], namespace: 'default', exportTo: ['client'] },
      }),
    ],
    request: { authority: 'web.default:80', namespace: 'client', objectNamespace: 'default' },
    takes: { v1: 50, v2: 50 },
  },
  {
    rule: 'sidecar.istio.io/inject: "false" keeps a pod of an injected Namespace from one',
    source: INJECTED,
    objects: [
      namespace('default', {
        'istio-injection': 'enabled',
        'istio.io/dataplane-mode': 'ambient',
      }),
      ...web(),
      ROUTE,
    ],
    request: { ...REQUEST, clientLabels: { 'sidecar.istio.io/inject': 'false' } },
    takes: BY_REPLICAS,
  },
  {
    rule: 'the label of a pod puts it into the ambient mesh',
    source: 'istio/istio manifests/charts/istio-cni/values.yaml ambient.enablementSelectors',
    objects: [namespace('client', {}), waypoint(), ...web(), ROUTE],
    request: {
      ...{ authority: 'web.default:80', namespace: 'client', objectNamespace: 'default' },
      via: { kind: 'mesh' },
      clientLabels: { 'istio.io/dataplane-mode': 'ambient' },
    },
    takes: BY_REPLICAS,
  },
];

runCases('Ambient: which waypoint a request passes', CASES);
