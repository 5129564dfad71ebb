import type { Finding } from '../../finding.js';
import type { ChosenRoute } from '../chosen-route.js';
import type { MatchedRule } from '../first-match.js';
import { GATEWAY_API_GROUP } from '../gateway-api/gateway.js';
import { implementationOf } from '../gateway-api/implementation.js';
import { hostOf, resolveShortName } from '../istio/host.js';
import { serviceSpellings } from '../istio/mesh-routes.js';
import { manifestFinding } from '../manifest-finding.js';
import type { ManifestSet } from '../manifest-set.js';
import { objectKey } from '../manifest/manifest-object.js';
import type { RouteRequest } from '../request.js';
import type { Backend } from '../rule.js';
import { findService } from '../service-registry.js';
import { type AskedService, withRoutes } from './choose-route.js';
import { usesAmbient } from './dataplane.js';
import { notCounted } from './findings.js';
import { isForIngress, serviceOf, type Waypoint, waypointUse } from './waypoint.js';
import { objectsWithRoutes } from './waypoint-routes.js';

/** A service that has a waypoint. */
interface ServiceBehind {
  asked: AskedService;
  waypoint: Waypoint;
}

/**
 * What becomes of a request of another proxy's to services that have a waypoint. Clients with a sidecar
 * and ingress gateways pass it by, unless the label istio.io/ingress-use-waypoint sends the latter there:
 * then the waypoint's rules make the split, and subsets that the gateway's rule names have no effect.
 * Source: istio/istio pilot/pkg/xds/endpoints/endpoint_builder.go, findServiceWaypoint and
 * buildEnvoyLbEndpoint.
 */
export function throughWaypoints(
  set: ManifestSet,
  request: RouteRequest,
  chosen: ChosenRoute,
): ChosenRoute {
  if (!usesAmbient(set, request)) return chosen;
  if (chosen.via.kind !== 'gateway') {
    const names = serviceSpellings(hostOf(request.authority), request.namespace);
    const behind = names.flatMap((host) => behindWaypoint(set, host, null) ?? []);
    return withFindings(
      chosen,
      behind.flatMap((each) => passedBy(set, request, each, SIDECAR)),
    );
  }
  const { matched } = chosen;
  if (matched?.rule.action.kind !== 'forward' || !isIstio(set, chosen, matched)) return chosen;
  const { backends } = matched.rule.action;
  const hosts = [
    ...new Set(backends.map(({ host }) => resolveShortName(host, matched.object.namespace))),
  ];
  const behind = hosts.flatMap((host) => behindWaypoint(set, host, backends) ?? []);
  const entering = behind.filter(({ asked }) => isForIngress(set, asked.object));
  const missed = behind.filter((each) => !entering.includes(each));
  const told = withFindings(
    chosen,
    missed.flatMap((each) => passedBy(set, request, each, INGRESS)),
  );
  const [only] = entering;
  if (only === undefined) return told;
  if (hosts.length > 1) return withFindings(told, notJoined(set, request, entering, matched));
  return joined(set, request, told, matched, only);
}

const SIDECAR =
  'clients with a sidecar go by their own routes and past the waypoint; for those of the ambient mesh see --via waypoint';
const INGRESS =
  'an ingress gateway goes to the pods and past the waypoint, unless the Service or its Namespace is labelled istio.io/ingress-use-waypoint: "true"';

function withFindings(chosen: ChosenRoute, findings: readonly Finding[]): ChosenRoute {
  return findings.length === 0
    ? chosen
    : { ...chosen, findings: [...chosen.findings, ...findings] };
}

/** @param backends Of the rule that leads there, which may name its port. */
function behindWaypoint(
  set: ManifestSet,
  host: string,
  backends: readonly Backend[] | null,
): ServiceBehind | null {
  const object = serviceOf(set, host);
  const use = object === null ? null : waypointUse(set, object);
  if (object === null || use?.kind !== 'used') return null;
  const { ports } = findService(set, host) ?? { ports: [] };
  const told = backends?.find(({ port }) => port !== null)?.port ?? null;
  const port = told ?? (ports.length === 1 ? (ports[0] ?? null) : null);
  return { asked: { host, port, object, note: null }, waypoint: use.waypoint };
}

/** Routes at a waypoint that the request does not pass; what counts where it comes from is not among them. */
function passedBy(
  set: ManifestSet,
  request: RouteRequest,
  { asked, waypoint }: ServiceBehind,
  why: string,
): Finding[] {
  const isGateway = why === INGRESS;
  const objects = objectsWithRoutes(set, request, asked.host).filter(
    ({ namespace }) => namespace === waypoint.namespace || namespace === asked.object.namespace,
  );
  return isGateway
    ? notCounted(objects, why)
    : objects.length === 0
      ? []
      : [
          manifestFinding({
            code: 'waypoint-not-passed',
            severity: 'info',
            about: 'call',
            summary: `requests of this client do not pass the waypoint ${objectKey(waypoint)} of ${asked.host}: ${why}`,
            place: asked.object.node.field('metadata').place(),
          }),
        ];
}

function isIstio(set: ManifestSet, { via }: ChosenRoute, { object }: MatchedRule): boolean {
  if (object.group !== GATEWAY_API_GROUP) return object.kind === 'VirtualService';
  const gateway = set.apiGateways.find(
    ({ name, namespace }) =>
      via.kind === 'gateway' && name === via.name && namespace === via.namespace,
  );
  return gateway !== undefined && implementationOf(set, gateway).kind === 'istio';
}

/** The gateway's rule leads to one service, and its waypoint takes over. */
function joined(
  set: ManifestSet,
  request: RouteRequest,
  chosen: ChosenRoute,
  { rule }: MatchedRule,
  { asked, waypoint }: ServiceBehind,
): ChosenRoute {
  const beyond = withRoutes(set, request, asked, waypoint, []);
  const { abort, delay, changes } = rule.effects;
  const lost = [
    ...(abort === null && delay === null ? [] : ['faults']),
    ...changes.filter((change) => /path|authority/.test(change)),
  ];
  return {
    ...chosen,
    clientNamespace: beyond.clientNamespace,
    matched: beyond.matched,
    unroutedService: beyond.unroutedService,
    traces: [...chosen.traces, ...beyond.traces],
    problem: beyond.problem,
    notes: [
      ...chosen.notes,
      `the gateway's rule ${rule.label} leads to the waypoint ${objectKey(waypoint)} of ${asked.host} (istio.io/ingress-use-waypoint), which makes the split`,
    ],
    findings: [
      ...chosen.findings,
      ...beyond.findings,
      ...(lost.length === 0
        ? []
        : [
            manifestFinding({
              code: 'not-modelled',
              summary: `what the gateway's rule ${rule.label} does before the waypoint is not allowed for: ${lost.join(', ')}`,
              place: rule.node.place(),
            }),
          ]),
    ],
  };
}

/** A rule that leads to several services, of which some split their share again. */
function notJoined(
  set: ManifestSet,
  request: RouteRequest,
  entering: readonly ServiceBehind[],
  { rule }: MatchedRule,
): Finding[] {
  return entering
    .filter(({ asked }) => objectsWithRoutes(set, request, asked.host).length > 0)
    .map(({ asked, waypoint }) =>
      manifestFinding({
        code: 'not-modelled',
        summary: `${rule.label} leads to several services, and the share of ${asked.host} passes the waypoint ${objectKey(waypoint)}, whose rules may send it elsewhere: they are not allowed for`,
        place: rule.node.place(),
      }),
    );
}
