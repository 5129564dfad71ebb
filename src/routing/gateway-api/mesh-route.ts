import { InputError } from '../../input-error.js';
import type { ChosenRoute } from '../chosen-route.js';
import { firstMatch } from '../first-match.js';
import { hostOf } from '../istio/host.js';
import { namesNoService, servicePort, serviceSpellings } from '../istio/mesh-routes.js';
import { normalizedPath, normalizedPathNotes } from '../istio/normalized-path.js';
import { isGrpcName, noGrpcName } from '../istio/proxyless/listener.js';
import { rulesSeenBy } from '../istio/proxyless/seen-rules.js';
import type { ManifestSet } from '../manifest-set.js';
import { noRuleError } from '../no-rule.js';
import type { RouteRequest, Via } from '../request.js';
import { findService, serviceHost } from '../service-registry.js';
import type { Finding } from '../../finding.js';
import { agesWith } from './age.js';
import { chosenRoutes } from './choose-route.js';
import { programmedRoutes } from './dropped-routes.js';
import { type HostRoutes, orderedRules, orderFindings } from './ordered-rules.js';
import type { EntryRule } from './precedence.js';
import type { ApiRoute, ParentRef } from './route.js';

/**
 * Chooses the route of a request to a Service that routes name as their parent. Routes in the
 * client's namespace come before those in the Service's own; others do not apply.
 * Source: https://gateway-api.sigs.k8s.io/mesh/ and https://gateway-api.sigs.k8s.io/geps/gep-1294/
 * @returns `null` when no route has the requested Service as its parent.
 */
export function chooseServiceRoute(
  set: ManifestSet,
  asked: RouteRequest,
  via: Via,
): ChosenRoute | null {
  const path = via.kind === 'proxyless' ? asked.path : normalizedPath(asked.path);
  const request = { ...asked, path };
  const names = serviceSpellings(hostOf(request.authority), request.namespace);
  const service = names.map((name) => findService(set, name)).find((each) => each !== null) ?? null;
  const port = servicePort(set, service?.host ?? '', request);
  if (service !== null && port !== null && !service.ports.includes(port)) return null;
  const table = serviceTable(set, chosenRoutes(set.apiRoutes, request), names, port, request);
  if (table === null) return null;
  refuseConnectionPort(set, names, port);
  const { onHost, rules } = table;
  if (onHost.placed.length === 0 && service !== null)
    return ownRoute(service.host, via, request, table.findings);
  const findings = [...table.findings, ...orderFindings(set, onHost, rules)];
  const isProxyless = via.kind === 'proxyless';
  const host = hostOf(request.authority);
  if (isProxyless && service !== null && !namesNoService(host)) {
    if (!isGrpcName(host, service.host, request.namespace))
      throw new InputError(noGrpcName(host, service.host));
  }
  const { matched, traces } = firstMatch(isProxyless ? rulesSeenBy('Go', rules) : rules);
  return {
    via,
    gatewayPort: null,
    clientNamespace: request.namespace,
    matched,
    unroutedService: null,
    traces,
    problem: matched === null ? noRuleError(traces, request) : null,
    notes: normalizedPathNotes(asked, request),
    findings,
    ...(isProxyless ? { grpcRules: rules } : {}),
  };
}

/**
 * Those that are one with the oldest: routes that name the service with a port and ones that name it
 * without are not merged, and the oldest has the host.
 * Source: istio/istio pilot/pkg/config/kube/gateway/route_collections.go, mergeHTTPRoutes, whose key holds
 * the port.
 */
function mergedWithOldest(routes: readonly ApiRoute[], names: readonly string[]): ApiRoute[] {
  const withPort = (route: ApiRoute): boolean =>
    route.parentRefs.some((ref) => names.includes(parentHost(ref, route)) && ref.port !== null);
  const [oldest] = routes.toSorted(
    (one, other) =>
      agesWith(null).timeOf(one) - agesWith(null).timeOf(other) ||
      Number(withPort(other)) - Number(withPort(one)),
  );
  return routes.filter((route) => oldest !== undefined && withPort(route) === withPort(oldest));
}

/** Of a service all of whose routes are dropped. */
function ownRoute(
  service: string,
  via: Via,
  request: RouteRequest,
  findings: Finding[],
): ChosenRoute {
  return {
    via,
    gatewayPort: null,
    clientNamespace: request.namespace,
    matched: null,
    unroutedService: service,
    traces: [],
    problem: null,
    notes: [],
    findings,
  };
}

/** Where proxies see no HTTP, no route for requests is tried. */
function refuseConnectionPort(
  set: ManifestSet,
  names: readonly string[],
  port: number | null,
): void {
  const service = names.map((name) => findService(set, name)).find((known) => known !== null);
  const protocol = port === null ? undefined : service?.protocols.get(port);
  if (service === undefined || (protocol !== 'tls' && protocol !== 'tcp')) return;
  throw new InputError(
    `port ${port ?? ''} of ${service.host} speaks no HTTP by its name or appProtocol, so no HTTPRoute or GRPCRoute is tried there, but ${protocol === 'tls' ? 'TLSRoutes' : 'TCPRoutes'}: name the port http or grpc, or set appProtocol`,
  );
}

/** What the proxy of a client has for a Service that routes name as their parent. */
export interface ServiceTable {
  onHost: HostRoutes;
  /** In the order in which they are tried. */
  rules: EntryRule[];
  /** The routes that are dropped. */
  findings: Finding[];
}

/**
 * @param routes Those that may be chosen.
 * @param names Full names that the request may mean.
 * @param request Of it the client's namespace counts.
 * @returns `null` when no route has the Service as its parent.
 */
export function serviceTable(
  set: ManifestSet,
  routes: readonly ApiRoute[],
  names: readonly string[],
  port: number | null,
  request: RouteRequest,
): ServiceTable | null {
  const attached = routes.filter((route) =>
    route.parentRefs.some(
      (ref) =>
        ref.kind === 'Service' &&
        names.includes(parentHost(ref, route)) &&
        (ref.port === null || port === null || ref.port === port),
    ),
  );
  if (attached.length === 0) return null;
  const findings: Finding[] = [];
  const programmed = programmedRoutes('istio', attached, findings);
  const ofClient = programmed.filter(({ namespace }) => namespace === request.namespace);
  const ofService = programmed.filter((route) =>
    route.parentRefs.some((ref) => (ref.namespace ?? route.namespace) === route.namespace),
  );
  const counting = mergedWithOldest(ofClient.length > 0 ? ofClient : ofService, names);
  if (counting.length === 0 && programmed.length > 0) return null;
  const onHost: HostRoutes = {
    implementation: 'istio',
    placed: counting.map((route) => ({ route, written: '*', listener: '' })),
    proxyNamespace: null,
    context: {
      request,
      port,
      gateways: [],
      source: { labels: request.clientLabels ?? null, namespace: request.namespace },
    },
  };
  return { onHost, rules: orderedRules(set, onHost), findings };
}

export function parentHost(ref: ParentRef, route: ApiRoute): string {
  return serviceHost({ name: ref.name, namespace: ref.namespace ?? route.namespace });
}
