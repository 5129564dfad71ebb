import { InputError } from '../../input-error.js';
import type { Finding } from '../../finding.js';
import type { ChosenRoute } from '../chosen-route.js';
import { firstMatch } from '../first-match.js';
import { hostOf, resolveShortName } from '../istio/host.js';
import { askedHost, namesNoService, servicePort, serviceSpellings } from '../istio/mesh-routes.js';
import type { ServiceEntry } from '../istio/service-entry.js';
import { MESH } from '../istio/virtual-service.js';
import type { Service } from '../kubernetes/service.js';
import type { ManifestSet } from '../manifest-set.js';
import { describeObject, objectKey } from '../manifest/manifest-object.js';
import { noRuleError } from '../no-rule.js';
import { formatVia, type RouteRequest, type Via } from '../request.js';
import { findService, serviceHost } from '../service-registry.js';
import { dataplaneOf, type Dataplane, usesAmbient } from './dataplane.js';
import {
  balancedByConnection,
  clientElsewhere,
  gatewayNotGiven,
  labelsOfPods,
  notCounted,
  onWaypointGateway,
  uncertainlyLetIn,
  waypointUnusable,
} from './findings.js';
import {
  isWaypoint,
  namedWaypoint,
  serviceOf,
  type Waypoint,
  waypointUse,
  type WaypointUse,
  whyUnusable,
} from './waypoint.js';
import { objectsWithRoutes, waypointRoutes } from './waypoint-routes.js';

/** The service that a request is for. */
export interface AskedService {
  host: string;
  port: number | null;
  object: Service | ServiceEntry;
  note: string | null;
}

/**
 * Chooses the route of a request in the ambient mesh: that of the service's waypoint, else none, where
 * ztunnel gives each connection to one of the service's pods.
 * Source: istio/ztunnel src/proxy/outbound.rs, build_request, and src/state.rs, load_balance.
 * @returns `null` when nothing says that the request is of the ambient mesh.
 * @throws InputError when `--via` asks for what is not there.
 */
export function chooseAmbientRoute(set: ManifestSet, request: RouteRequest): ChosenRoute | null {
  const { via } = request;
  const isAsked = via?.kind === 'waypoint' || via?.kind === 'ztunnel';
  if (!isAsked && ((via !== undefined && via.kind !== 'mesh') || !usesAmbient(set, request)))
    return null;
  const asked = askedService(set, request, isAsked);
  if (asked === null) return null;
  const dataplane = dataplaneOf(set, request);
  const use = waypointUse(set, asked.object);
  if (!isAsked) {
    const isOfAmbient =
      dataplane === 'ambient' ||
      (via === undefined && dataplane !== 'sidecar' && use.kind !== 'none');
    if (!isOfAmbient) return null;
  }
  if (via?.kind === 'waypoint') {
    const told = toldWaypoint(set, via, asked, use);
    return withRoutes(set, request, asked, told.waypoint, [
      ...told.findings,
      ...clientElsewhere(dataplane, request),
    ]);
  }
  const findings = isAsked ? [] : clientElsewhere(dataplane, request);
  const chosen =
    via?.kind !== 'ztunnel' && use.kind === 'used'
      ? withRoutes(set, request, asked, use.waypoint, [...usedFindings(use), ...findings])
      : withoutRoutes(set, request, asked, use, findings);
  return isAsked
    ? chosen
    : { ...chosen, notes: [inferredNote(chosen, dataplane, request), ...chosen.notes] };
}

function inferredNote(
  { via }: ChosenRoute,
  dataplane: Dataplane,
  { namespace, via: asked }: RouteRequest,
): string {
  const why =
    dataplane === 'ambient'
      ? `clients of ${namespace} are in the ambient mesh`
      : 'inferred from the manifests';
  return `via ${formatVia(via)}, ${why}${asked === undefined ? '' : ', and have no sidecar'}`;
}

/** @param isAsked The ambient mesh is asked for, so that there must be a service. */
function askedService(
  set: ManifestSet,
  request: RouteRequest,
  isAsked: boolean,
): AskedService | null {
  const host = hostOf(request.authority);
  const isKnown = serviceSpellings(host, request.namespace).some(
    (name) => findService(set, name) !== null,
  );
  const isMeant = isAsked || request.via !== undefined || !entersByGateway(set);
  if (!isKnown && !(isMeant && namesNoService(host))) {
    if (isAsked) throw unknownServiceError(set, request);
    return null;
  }
  const { name, note } = askedHost(set, routedServices(set), request);
  const object = serviceOf(set, name);
  if (object === null) {
    if (isAsked) throw unknownServiceError(set, request);
    return null;
  }
  return { host: name, port: servicePort(set, name, request), object, note };
}

/** Something of the manifests says how requests come in from outside. */
function entersByGateway(set: ManifestSet): boolean {
  return (
    set.gateways.length + set.ingresses.length > 0 ||
    set.virtualServices.some(({ gateways }) => gateways.some((name) => name !== MESH)) ||
    set.apiGateways.some((gateway) => !isWaypoint(set, gateway))
  );
}

/** Services that routes of the mesh name. */
function routedServices(set: ManifestSet): string[] {
  const names = [
    ...set.virtualServices
      .filter(({ gateways }) => gateways.includes(MESH))
      .flatMap(({ hosts, namespace }) => hosts.map((host) => resolveShortName(host, namespace))),
    ...set.apiRoutes.flatMap((route) =>
      route.parentRefs
        .filter(({ kind }) => kind === 'Service')
        .map((ref) => serviceHost({ name: ref.name, namespace: ref.namespace ?? route.namespace })),
    ),
  ];
  return [...new Set(names)].filter((name) => findService(set, name) !== null);
}

function unknownServiceError(
  set: ManifestSet,
  { authority, via, option = '--authority' }: RouteRequest,
): InputError {
  const known = set.services.slice(0, 10).map(serviceHost);
  return new InputError(
    `${via === undefined ? 'the ambient mesh' : `--via ${formatVia(via)}`} is for requests to a Service, and ${hostOf(authority)} is none of the manifests: ` +
      (known.length === 0
        ? 'add it with -f'
        : `there are ${known.join(', ')}; name one with ${option}`),
  );
}

/** The waypoint of `--via`, which a label may name, and may not contradict. */
function toldWaypoint(
  set: ManifestSet,
  via: Extract<Via, { kind: 'waypoint' }>,
  { object }: AskedService,
  use: WaypointUse,
): { waypoint: Waypoint; findings: Finding[] } {
  const place = { file: 'command line', path: '--via' };
  const { namespace, name } = via;
  if (namespace === undefined || name === undefined) {
    if (use.kind === 'used') return { waypoint: use.waypoint, findings: usedFindings(use) };
    throw new InputError(
      use.kind === 'unusable'
        ? `${describeObject(use.by)} asks for a waypoint that Istio does not use: ${use.why}`
        : `no label istio.io/use-waypoint on ${describeObject(object)} or on its Namespace names a waypoint: name it with --via waypoint:NS/NAME, or add the Namespace with -f`,
      place,
    );
  }
  const waypoint = namedWaypoint(set, namespace, name);
  if (use.kind === 'used' && objectKey(use.waypoint) !== objectKey(waypoint))
    throw new InputError(
      `requests to ${describeObject(object)} pass the waypoint ${objectKey(use.waypoint)}, as the labels of ${describeObject(use.by)} say, and not ${objectKey(waypoint)}`,
      place,
    );
  const waypoints = set.apiGateways.filter((gateway) => isWaypoint(set, gateway));
  if (waypoint.gateway === null && waypoints.length > 0)
    throw new InputError(
      `no waypoint ${objectKey(waypoint)} among the manifests: there are ${waypoints.map(objectKey).join(', ')}`,
      place,
    );
  const why = waypoint.gateway === null ? null : whyUnusable(set, waypoint.gateway);
  if (why !== null) throw new InputError(why, place);
  if (use.kind === 'unusable')
    throw new InputError(
      `${describeObject(use.by)} asks for a waypoint that Istio does not use: ${use.why}`,
      place,
    );
  return {
    waypoint,
    findings: use.kind === 'used' ? usedFindings(use) : [...gatewayNotGiven(waypoint, object)],
  };
}

function usedFindings(use: Extract<WaypointUse, { kind: 'used' }>): Finding[] {
  const { waypoint, by, isCertain } = use;
  return [...gatewayNotGiven(waypoint, by), ...(isCertain ? [] : uncertainlyLetIn(waypoint, by))];
}

/** @param findings What was found on the way to the waypoint. */
export function withRoutes(
  set: ManifestSet,
  request: RouteRequest,
  { host, port, object, note }: AskedService,
  waypoint: Waypoint,
  findings: readonly Finding[],
): ChosenRoute {
  const { namespace, name } = waypoint;
  const at = { request, service: object, host, port, namespace };
  const routes = waypointRoutes(set, at);
  const { matched, traces } = firstMatch(routes.rules);
  const isUnrouted = routes.rules.length === 0;
  const distant = objectsWithRoutes(set, request, host).filter(
    (each) => each.namespace !== namespace && each.namespace !== object.namespace,
  );
  return {
    via: { kind: 'waypoint', namespace, name },
    gatewayPort: null,
    clientNamespace: namespace,
    matched,
    unroutedService: isUnrouted ? host : null,
    traces: isUnrouted ? firstMatch(routes.passedOver).traces : traces,
    problem: matched === null && !isUnrouted ? noRuleError(traces, request) : null,
    notes: note === null ? [] : [note],
    findings: [
      ...findings,
      ...routes.findings,
      ...notCounted(
        distant,
        `a waypoint takes routes of its own namespace (${namespace}) and of the service's (${object.namespace}) alone`,
      ),
      ...onWaypointGateway(set, waypoint, request),
    ],
  };
}

function withoutRoutes(
  set: ManifestSet,
  request: RouteRequest,
  { host, object, note }: AskedService,
  use: WaypointUse,
  findings: readonly Finding[],
): ChosenRoute {
  const why =
    use.kind === 'used'
      ? `--via ztunnel leaves out the waypoint ${objectKey(use.waypoint)}`
      : `${describeObject(object)} has no waypoint that its requests pass`;
  return {
    via: { kind: 'ztunnel' },
    gatewayPort: null,
    clientNamespace: request.namespace,
    matched: null,
    unroutedService: host,
    traces: [],
    problem: null,
    notes: note === null ? [] : [note],
    findings: [
      ...findings,
      ...(use.kind === 'unusable' ? waypointUnusable(use, object) : []),
      ...notCounted(objectsWithRoutes(set, request, host), why),
      ...labelsOfPods(set, host),
      balancedByConnection(object),
    ],
  };
}
