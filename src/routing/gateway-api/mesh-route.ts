import { InputError } from '../../input-error.js';
import type { ChosenRoute } from '../chosen-route.js';
import { firstMatch } from '../first-match.js';
import { hostOf, portOf } from '../istio/host.js';
import { serviceSpellings } from '../istio/mesh-routes.js';
import { unsupportedByGrpc } from '../istio/proxyless.js';
import type { ManifestSet } from '../manifest-set.js';
import { noRuleError } from '../no-rule.js';
import type { RouteRequest, Via } from '../request.js';
import { findService, serviceHost } from '../service-registry.js';
import type { Finding } from '../../finding.js';
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
  request: RouteRequest,
  via: Via,
): ChosenRoute | null {
  const names = serviceSpellings(hostOf(request.authority), request.namespace);
  const port = portOf(request.authority) ?? request.targetPort;
  const table = serviceTable(set, chosenRoutes(set.apiRoutes, request), names, port, request);
  if (table === null) return null;
  refuseConnectionPort(set, names, port);
  const { onHost, rules } = table;
  const findings = [...table.findings, ...orderFindings(set, onHost, rules)];
  const { matched, traces } = firstMatch(rules);
  if (via.kind === 'proxyless' && matched !== null) findings.push(...unsupportedByGrpc(matched));
  return {
    via,
    gatewayPort: null,
    clientNamespace: request.namespace,
    matched,
    unroutedService: null,
    traces,
    problem: matched === null ? noRuleError(traces, request) : null,
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
  const ofClient = attached.filter(({ namespace }) => namespace === request.namespace);
  const ofService = attached.filter((route) =>
    route.parentRefs.some((ref) => (ref.namespace ?? route.namespace) === route.namespace),
  );
  const counting = ofClient.length > 0 ? ofClient : ofService;
  if (counting.length === 0) return null;
  const findings: Finding[] = [];
  const onHost: HostRoutes = {
    implementation: 'istio',
    placed: programmedRoutes('istio', counting, findings).map((route) => ({
      route,
      written: '*',
      listener: '',
    })),
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
