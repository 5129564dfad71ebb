import type { Finding } from '../../finding.js';
import { chosenRoutes } from '../gateway-api/choose-route.js';
import { manifestFinding } from '../manifest-finding.js';
import type { ManifestSet } from '../manifest-set.js';
import { describeObject, type ManifestObject, objectKey } from '../manifest/manifest-object.js';
import { hasLabels } from '../pods.js';
import type { RouteRequest } from '../request.js';
import { findService } from '../service-registry.js';
import { type Dataplane, USE_WAYPOINT } from './dataplane.js';
import type { Waypoint, WaypointUse } from './waypoint.js';

/** As many objects as one sentence can name. */
const MAX_NAMED = 5;

export function waypointUnusable(
  { why }: Extract<WaypointUse, { kind: 'unusable' }>,
  service: ManifestObject,
): Finding[] {
  return [
    manifestFinding({
      code: 'waypoint-unusable',
      summary: `requests to ${describeObject(service)} pass no waypoint, although a label asks for one: ${why}`,
      place: service.node.field('metadata').place(),
    }),
  ];
}

/** What has rules for the service, and does not count for this request. */
export function notCounted(objects: readonly ManifestObject[], why: string): Finding[] {
  const [first] = objects;
  if (first === undefined) return [];
  const named = objects.slice(0, MAX_NAMED).map(describeObject).join(' and ');
  return [
    manifestFinding({
      code: 'waypoint-not-passed',
      about: 'call',
      summary: `${named} ${objects.length === 1 ? 'has' : 'have'} routes for the service that do not apply to this request: ${why}`,
      place: first.node.field('metadata').place(),
    }),
  ];
}

export function balancedByConnection(service: ManifestObject): Finding {
  return {
    ...manifestFinding({
      code: 'balanced-by-connection',
      severity: 'info',
      about: 'call',
      summary:
        'all requests on a connection go to one pod of the service, which ztunnel picks at random',
      place: service.node.place(),
    }),
    advice:
      'What can be tested is the split of connections: give as many of them as requests are needed (--connections N -c N -n N), or a waypoint for a split of requests.',
  };
}

export function gatewayNotGiven(waypoint: Waypoint, by: ManifestObject): Finding[] {
  if (waypoint.gateway !== null) return [];
  return [
    manifestFinding({
      code: 'gateway-missing',
      summary: `the waypoint ${objectKey(waypoint)} is not among the manifests: it is taken to be there, ready, and for services`,
      place: by.node.field('metadata').place(),
    }),
  ];
}

export function uncertainlyLetIn(waypoint: Waypoint, { namespace }: ManifestObject): Finding[] {
  const place = waypoint.gateway?.node.field('spec').field('listeners').place() ?? {};
  return [
    manifestFinding({
      code: 'not-modelled',
      summary: `the waypoint ${objectKey(waypoint)} lets in namespaces by their labels, and the Namespace ${namespace} is not among the manifests: its services are taken to be let in; add it with -f`,
      place,
    }),
  ];
}

/** The client is none of the ambient mesh, as far as is known. */
export function clientElsewhere(dataplane: Dataplane, { namespace }: RouteRequest): Finding[] {
  const isSidecar = dataplane === 'sidecar';
  if (!isSidecar && dataplane !== 'none') return [];
  return [
    manifestFinding({
      code: 'client-not-ambient',
      about: 'call',
      summary: isSidecar
        ? `clients of ${namespace} have a sidecar, which goes by its own routes and past waypoints: see --via mesh`
        : `nothing says that clients of ${namespace} are in the ambient mesh, and those that are not pass no waypoint: they are taken to be, as with the label istio.io/dataplane-mode: ambient`,
      place: {},
    }),
  ];
}

/** The label on pods is for requests to their own addresses. */
export function labelsOfPods(set: ManifestSet, host: string): Finding[] {
  const service = findService(set, host);
  const labelled = set.workloads.find(
    ({ namespace, podLabels }) =>
      namespace === service?.namespace &&
      podLabels[USE_WAYPOINT] !== undefined &&
      podLabels[USE_WAYPOINT] !== 'none' &&
      hasLabels(podLabels, service.selector ?? { '': '' }),
  );
  if (labelled === undefined) return [];
  return [
    manifestFinding({
      code: 'waypoint-unusable',
      summary: `the label ${USE_WAYPOINT} on the pods of ${describeObject(labelled)} is for requests to their own addresses; those to a Service go by the Service's label, or its Namespace's`,
      place: labelled.node.place(),
    }),
  ];
}

/**
 * Istio programs no routes that are attached to a waypoint itself.
 * Source: istio/istio pilot/pkg/config/kube/gateway/gateway_collection.go, GatewayCollection.
 */
export function onWaypointGateway(
  set: ManifestSet,
  waypoint: Waypoint,
  request: RouteRequest,
): Finding[] {
  return chosenRoutes(set.apiRoutes, request)
    .filter((route) =>
      route.parentRefs.some(
        ({ kind, namespace, name }) =>
          kind === 'Gateway' &&
          name === waypoint.name &&
          (namespace ?? route.namespace) === waypoint.namespace,
      ),
    )
    .map((route) =>
      manifestFinding({
        code: 'route-not-attached',
        summary: `${describeObject(route)} names the waypoint ${objectKey(waypoint)} as its parent, which has no effect: name the Service`,
        place: route.node.field('spec').field('parentRefs').place(),
      }),
    );
}
