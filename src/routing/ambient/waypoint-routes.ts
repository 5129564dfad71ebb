import type { Finding } from '../../finding.js';
import type { Condition, MatchContext } from '../condition.js';
import { matchRule, type OrderedRule } from '../first-match.js';
import { agesWith } from '../gateway-api/age.js';
import { chosenRoutes } from '../gateway-api/choose-route.js';
import { programmedRoutes } from '../gateway-api/dropped-routes.js';
import { type HostRoutes, orderedRules, orderFindings } from '../gateway-api/ordered-rules.js';
import type { EntryRule } from '../gateway-api/precedence.js';
import type { ApiRoute, ParentRef } from '../gateway-api/route.js';
import { agesKnown, byAge } from '../istio/age.js';
import { isApplicable } from '../istio/applicable.js';
import { withDelegates } from '../istio/delegate.js';
import { intersectHosts, resolveShortName } from '../istio/host.js';
import { oneRulePerEntry, severalError, untilCatchAll } from '../istio/merge-order.js';
import { MESH, type VirtualService } from '../istio/virtual-service.js';
import { inOrderFor } from '../istio/visibility.js';
import { manifestFinding } from '../manifest-finding.js';
import type { ManifestSet } from '../manifest-set.js';
import type { ManifestObject } from '../manifest/manifest-object.js';
import type { RouteRequest } from '../request.js';
import { serviceHost } from '../service-registry.js';

/** The service that a request is for, and the waypoint that it passes. */
interface AtWaypoint {
  request: RouteRequest;
  service: ManifestObject;
  /** In full. */
  host: string;
  /** `null`: not known. */
  port: number | null;
  /** Of the waypoint. */
  namespace: string;
}

/** What a waypoint does with requests for a service. */
interface WaypointRoutes {
  /** In the order they are tried; empty: requests go to all pods of the service. */
  rules: readonly OrderedRule[];
  /** Of objects of which none applies. */
  passedOver: readonly OrderedRule[];
  findings: readonly Finding[];
}

/** What Istio takes for one VirtualService. */
interface Table {
  /** Whose age and name count. */
  object: ManifestObject;
  /** Tables of one rank are in the order of their age; a lower rank comes before. */
  rank: number;
  rules: readonly OrderedRule[];
  /** How routes of the Gateway API in it were ordered; `null`: it is a VirtualService. */
  routes: { onHost: HostRoutes; ordered: readonly EntryRule[] } | null;
}

/**
 * The rules of a waypoint for a service: those of every VirtualService of the mesh and of every route
 * with the Service as its parent, in the waypoint's namespace or the service's. All are appended: first
 * VirtualServices private to the waypoint's namespace, then those exported to it by name, then routes
 * there, then all others, the oldest first within each. No host of the request is looked at, and
 * alternatives with sourceLabels are left out.
 * Source: istio/istio pilot/pkg/networking/core/listener_waypoint.go, buildWaypointInboundHTTPRouteConfig,
 * getVirtualServiceForWaypoint and waypointInboundRoute; pilot/pkg/model/push_context.go,
 * VirtualServicesForGateway; pilot/pkg/config/kube/gateway/route_collections.go, HTTPRouteCollection and
 * mergeHTTPRoutes.
 * @throws InputError when it depends on the objects' age, which the manifests do not tell, which rule
 *   takes the request.
 */
export function waypointRoutes(set: ManifestSet, at: AtWaypoint): WaypointRoutes {
  const findings: Finding[] = [];
  const all = [...virtualServiceTables(set, at, findings), ...routeTables(set, at, findings)];
  const applicable = all.filter(({ rules }) => rules.some(isApplicable));
  const tables = inOrder(applicable);
  const takers = tables.filter(({ rules }) =>
    rules.some(({ rule, context }) => matchRule(rule, context).matches),
  );
  const [taker] = takers;
  const rivals = takers
    .filter(({ rank }) => rank === taker?.rank)
    .map(({ object, rules }) => rules[0]?.object ?? object);
  if (rivals.length > 1 && !agesKnown(rivals)) throw severalError(rivals);
  if (taker?.routes !== null && taker?.routes !== undefined)
    findings.push(...orderFindings(set, taker.routes.onHost, taker.routes.ordered));
  return {
    rules: tables.flatMap(({ rules }) => rules),
    passedOver: all.filter((table) => !applicable.includes(table)).flatMap(({ rules }) => rules),
    findings,
  };
}

/** VirtualServices and routes that have rules for a service, whether they apply or not. */
export function objectsWithRoutes(
  set: ManifestSet,
  request: RouteRequest,
  host: string,
): ManifestObject[] {
  return [
    ...virtualServicesOf(set, request).filter((object) => isFor(object, host)),
    ...chosenRoutes(set.apiRoutes, request).filter((route) =>
      route.parentRefs.some((ref) => isParent(set, ref, route, host)),
    ),
  ];
}

function virtualServicesOf(
  { virtualServices }: ManifestSet,
  { virtualService: wanted }: RouteRequest,
): VirtualService[] {
  return virtualServices.filter(
    ({ gateways, name, namespace }) =>
      gateways.includes(MESH) &&
      (wanted === undefined || (wanted.name === name && wanted.namespace === namespace)),
  );
}

function isFor({ hosts, namespace }: VirtualService, host: string): boolean {
  return hosts.some((own) => intersectHosts(resolveShortName(own, namespace), host) !== null);
}

function isParent(set: ManifestSet, ref: ParentRef, route: ApiRoute, host: string): boolean {
  const namespace = ref.namespace ?? route.namespace;
  if (ref.kind === 'Service') return serviceHost({ name: ref.name, namespace }) === host;
  return (
    ref.kind === 'ServiceEntry' &&
    set.serviceEntries.some(
      (entry) =>
        entry.name === ref.name && entry.namespace === namespace && entry.hosts.includes(host),
    )
  );
}

/** Only objects beside the waypoint or the service count. */
function isNear({ namespace }: ManifestObject, at: AtWaypoint): boolean {
  return namespace === at.namespace || namespace === at.service.namespace;
}

function contextOf({ request, port, namespace }: AtWaypoint): MatchContext {
  return { request, port, gateways: [MESH], source: { labels: {}, namespace } };
}

function virtualServiceTables(set: ManifestSet, at: AtWaypoint, findings: Finding[]): Table[] {
  const context = contextOf(at);
  const near = virtualServicesOf(set, at.request).filter(
    (object) => isNear(object, at) && isFor(object, at.host),
  );
  return inOrderFor(at.namespace, near).map(({ virtualService: object, tier }): Table => {
    const rules = withDelegates(object, set.virtualServices, findings, isNamespaceOfClient).map(
      (placed) => ({ ...placed, context }),
    );
    findings.push(...rules.flatMap((rule) => clientFindings(rule, at)));
    return {
      object,
      rank: tier === 2 ? 3 : tier,
      rules: untilCatchAll(rules.flatMap(oneRulePerEntry)),
      routes: null,
    };
  });
}

/**
 * Labels are asked for in vain, beside the names of gateways, too.
 * Source: istio/istio pilot/pkg/networking/core/listener_waypoint.go, waypointInboundRoute.
 */
function isNamespaceOfClient({ on }: Condition): boolean {
  return on === 'source-namespace';
}

/** What a rule asks of the client means something else here, or nothing. */
function clientFindings({ rule }: OrderedRule, { request, namespace }: AtWaypoint): Finding[] {
  const conditions = rule.entries.flatMap((entry) => entry.conditions);
  const said: string[] = [];
  if (conditions.some(({ on }) => on === 'source-labels'))
    said.push(
      `${rule.label} is for clients with certain labels, which a waypoint does not know: what asks for them is left out`,
    );
  if (conditions.some((each) => each.on === 'source-namespace') && request.namespace !== namespace)
    said.push(
      `${rule.label} is for clients of a namespace, and a waypoint takes its own (${namespace}) for the client's`,
    );
  return said.map((summary) =>
    manifestFinding({
      code: 'waypoint-unsupported',
      summary,
      place: rule.node.field('match').place(),
    }),
  );
}

/** Routes of one namespace are one VirtualService to Istio, those that name a port of the parent another. */
function routeTables(set: ManifestSet, at: AtWaypoint, findings: Finding[]): Table[] {
  const near = chosenRoutes(set.apiRoutes, at.request).filter(
    (route) =>
      isNear(route, at) && route.parentRefs.some((ref) => isParent(set, ref, route, at.host)),
  );
  const groups = new Map<string, { port: number | null; routes: ApiRoute[] }>();
  for (const route of programmedRoutes('istio', near, findings)) {
    for (const ref of route.parentRefs.filter((each) => isParent(set, each, route, at.host))) {
      const key = [route.namespace, ...(ref.port === null ? [] : [ref.port]), at.host].join('~');
      const group = groups.get(key) ?? { port: ref.port, routes: [] };
      if (!group.routes.includes(route)) group.routes.push(route);
      groups.set(key, group);
    }
  }
  return [...groups].flatMap(([key, { port, routes }]): Table[] => {
    if (port !== null && at.port !== null && port !== at.port) return [];
    const [oldest] = routes.toSorted(agesWith(null).compareRoutes);
    if (oldest === undefined) return [];
    const onHost: HostRoutes = {
      implementation: 'istio',
      placed: routes.map((route) => ({ route, written: '*', listener: '' })),
      proxyNamespace: null,
      context: contextOf(at),
    };
    const ordered = orderedRules(set, onHost);
    return [
      {
        object: { ...oldest, name: key },
        rank: oldest.namespace === at.namespace ? 2 : 3,
        rules: ordered,
        routes: { onHost, ordered },
      },
    ];
  });
}

/** Those of private and named VirtualServices are in order, and what is public goes by age alone. */
function inOrder(tables: readonly Table[]): Table[] {
  return [0, 1, 2, 3].flatMap((rank) => byAge(tables.filter((table) => table.rank === rank)));
}
