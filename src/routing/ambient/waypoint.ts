import type { ApiGateway } from '../gateway-api/gateway.js';
import { isNamespaceAllowed } from '../gateway-api/allowed-routes.js';
import type { ServiceEntry } from '../istio/service-entry.js';
import type { Service } from '../kubernetes/service.js';
import type { ManifestSet } from '../manifest-set.js';
import { describeObject, type ManifestObject, objectKey } from '../manifest/manifest-object.js';
import { serviceHost } from '../service-registry.js';
import { namespaceLabels, USE_WAYPOINT } from './dataplane.js';

/** A waypoint's name; its Gateway where that is among the manifests. */
export interface Waypoint {
  namespace: string;
  name: string;
  gateway: ApiGateway | null;
}

/** Whether requests to a service pass a waypoint. */
export type WaypointUse =
  /** No label says so, or one says none. */
  | { kind: 'none' }
  | { kind: 'used'; waypoint: Waypoint; by: ManifestObject; isCertain: boolean }
  /** Labels name one, and Istio does not go by it. */
  | { kind: 'unusable'; by: ManifestObject; why: string };

const USE_NAMESPACE = 'istio.io/use-waypoint-namespace';
const WAYPOINT_FOR = 'istio.io/waypoint-for';
const INGRESS_USE = 'istio.io/ingress-use-waypoint';
const WAYPOINT_CLASS = 'istio-waypoint';
const WAYPOINT_CONTROLLER = 'istio.io/mesh-controller';
const HBONE_PORT = 15008;

/** The Service or ServiceEntry of a host, or `null`. */
export function serviceOf(set: ManifestSet, host: string): Service | ServiceEntry | null {
  return (
    set.services.find((service) => serviceHost(service) === host) ??
    set.serviceEntries.find(({ hosts }) => hosts.includes(host)) ??
    null
  );
}

/**
 * The waypoint of a service: the one that its own label names, else its Namespace's; `none` on the
 * service is the end of it. Without a namespace label beside it, the service's namespace is meant. Its
 * Gateway is taken to be there, and ready, where the manifests say nothing against it.
 * Source: istio/istio pilot/pkg/serviceregistry/ambient/waypoints.go, fetchWaypointForService,
 * fetchWaypointForTarget and GetUseWaypoint.
 */
export function waypointUse(set: ManifestSet, service: Service | ServiceEntry): WaypointUse {
  const { namespace } = service;
  const own = service.labels[USE_WAYPOINT];
  const labels = own === undefined ? (namespaceLabels(set, namespace) ?? {}) : service.labels;
  const name = labels[USE_WAYPOINT];
  if (name === undefined || name === '' || name === 'none') return { kind: 'none' };
  const by =
    own === undefined
      ? (set.namespaces.find((each) => each.name === namespace && USE_WAYPOINT in each.labels) ??
        service)
      : service;
  if ('isHeadless' in service && service.isHeadless)
    return {
      kind: 'unusable',
      by: service,
      why: 'the Service is headless, and a waypoint takes requests by the address of a Service',
    };
  const waypoint = namedWaypoint(set, labels[USE_NAMESPACE] ?? namespace, name);
  const { gateway } = waypoint;
  if (gateway === null) {
    // One of the namespace, or of the name elsewhere, tells of a mistake, and any other of nothing.
    const others = set.apiGateways.filter(
      (each) =>
        (each.namespace === waypoint.namespace || each.name === name) && isWaypoint(set, each),
    );
    const why = `no Gateway ${objectKey(waypoint)} is among the manifests, which have ${others.map(objectKey).join(', ')}`;
    return others.length > 0
      ? { kind: 'unusable', by, why }
      : { kind: 'used', waypoint, by, isCertain: true };
  }
  const why = whyUnusable(set, gateway);
  if (why !== null) return { kind: 'unusable', by, why };
  const allowed = letsIn(set, gateway, namespace);
  if (allowed === 'no')
    return {
      kind: 'unusable',
      by,
      why: `${describeObject(gateway)} lets in no service of ${namespace}: see allowedRoutes of its listener for HBONE`,
    };
  return { kind: 'used', waypoint, by, isCertain: allowed === 'yes' };
}

export function namedWaypoint(
  { apiGateways }: Pick<ManifestSet, 'apiGateways'>,
  namespace: string,
  name: string,
): Waypoint {
  const gateway =
    apiGateways.find((each) => each.name === name && each.namespace === namespace) ?? null;
  return { namespace, name, gateway };
}

/**
 * Whether a Gateway is one of Istio's waypoints, by the controller of its class.
 * Source: istio/istio pilot/pkg/config/kube/gatewaycommon/classinfo.go and pkg/config/constants.
 */
export function isWaypoint(
  { gatewayClasses }: Pick<ManifestSet, 'gatewayClasses'>,
  { className }: ApiGateway,
): boolean {
  const controller = gatewayClasses.find(({ name }) => name === className)?.controllerName;
  return controller === undefined || controller === null
    ? className === WAYPOINT_CLASS
    : controller === WAYPOINT_CONTROLLER;
}

/**
 * Why no service can use a Gateway as its waypoint; `null`: one can.
 * Source: istio/istio pilot/pkg/serviceregistry/ambient/waypoints.go, gatewayToWaypointTransform and
 * fetchWaypointForService.
 */
export function whyUnusable(set: ManifestSet, gateway: ApiGateway): string | null {
  const { className, labels, hasAddress } = gateway;
  if (!isWaypoint(set, gateway))
    return `${describeObject(gateway)} is of the class ${className ?? 'that it does not name'}, and Istio's waypoints are of ${WAYPOINT_CLASS}`;
  if (hasAddress === false)
    return `${describeObject(gateway)} has no address in its status, so no pod of it has become ready`;
  const ofClass = set.gatewayClasses.find(({ name }) => name === className)?.labels[WAYPOINT_FOR];
  const takes = labels[WAYPOINT_FOR] ?? ofClass ?? 'service';
  if (takes === 'service' || takes === 'all') return null;
  return `${describeObject(gateway)} is labelled ${WAYPOINT_FOR}: ${takes}, and a service needs one for service or all`;
}

/** By the listener for HBONE; without one the waypoint is for its own namespace. */
function letsIn(
  set: ManifestSet,
  gateway: ApiGateway,
  namespace: string,
): 'yes' | 'no' | 'unknown' {
  const listener = gateway.listeners.find(
    ({ protocol, port }) => protocol === 'HBONE' && port === HBONE_PORT,
  );
  if (listener === undefined) return gateway.namespace === namespace ? 'yes' : 'no';
  return isNamespaceAllowed(set, gateway, listener, namespace);
}

/**
 * Whether ingress gateways send requests for a service to its waypoint: by its own label, else its
 * Namespace's.
 * Source: istio/istio pilot/pkg/serviceregistry/ambient/services.go, ingressUseWaypointFromLabels.
 */
export function isForIngress(
  set: Pick<ManifestSet, 'namespaces'>,
  { labels, namespace }: ManifestObject,
): boolean {
  const value = labels[INGRESS_USE] ?? namespaceLabels(set, namespace)?.[INGRESS_USE];
  return value !== undefined && ['1', 't', 'T', 'TRUE', 'true', 'True'].includes(value);
}
