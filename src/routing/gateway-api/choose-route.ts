import { InputError } from '../../input-error.js';
import type { ChosenRoute } from '../chosen-route.js';
import type { GatewayImplementation } from '../../scenario/gateway-implementation.js';
import type { MatchContext } from '../condition.js';
import { firstMatch } from '../first-match.js';
import { hostOf, mostSpecificHost } from '../istio/host.js';
import { normalizedPath, normalizedPathNotes } from '../istio/normalized-path.js';
import type { ManifestSet } from '../manifest-set.js';
import { type ManifestObject, objectKey } from '../manifest/manifest-object.js';
import { portNote } from '../port-note.js';
import type { RouteRequest } from '../request.js';
import type { Finding } from '../../finding.js';
import type { ApiArrival } from './arrival.js';
import { assumeApiGateways } from './assumed-gateway.js';
import { attachedRoutes, type Attachment } from './attach.js';
import type { ApiGateway, ApiListener } from './gateway.js';
import { connectionArrival } from './connection-arrival.js';
import { differences, IMPLEMENTATION_SPECIFIC } from './differences.js';
import { implementationOf } from './implementation.js';
import { noApiListenerError, noApiRouteError } from './no-route.js';
import { orderFindings } from './ordered-rules.js';
import type { ApiRoute } from './route.js';
import { type RouteTable, routeTable } from './route-table.js';
import { manifestFinding } from '../manifest-finding.js';

/** Chooses the route of a request through a Gateway of the Gateway API. Namespaces are filled in. */
export function chooseGatewayApiRoute(set: ManifestSet, asked: RouteRequest): ChosenRoute {
  // So do Istio's gateways and Envoy Gateway's.
  const request = { ...asked, path: normalizedPath(asked.path) };
  const routes = chosenRoutes(set.apiRoutes, request);
  const connectionRoutes = chosenRoutes(set.connectionRoutes, request);
  const all = [...routes, ...connectionRoutes];
  const assumed = set.apiGateways.length === 0 ? assumeApiGateways(all, request) : null;
  const gateways = chosenGateways(assumed?.gateways ?? set.apiGateways, request);
  const arrivals = gateways.flatMap((gateway) =>
    portsFor(gateway, request).flatMap(({ port, listeners }): ApiArrival[] => {
      const connection = connectionArrival(set, gateway, port, connectionRoutes, request);
      if (connection !== null) return [connection];
      if (listeners.length === 0) return [];
      return [arriveAt(set, gateway, port, listeners, routes, request)];
    }),
  );
  const matching = arrivalsMeant(arrivals, request);
  if (matching.length > 1) throw severalError(matching);
  const arrival = matching[0] ?? arrivals.find(({ host }) => host !== null) ?? arrivals[0];
  if (arrival === undefined) throw noApiListenerError(gateways, request);
  const { gateway, port, perConnection = false, matched, traces } = arrival;
  return {
    via: { kind: 'gateway', namespace: gateway.namespace, name: gateway.name },
    gatewayPort: port,
    clientNamespace: null,
    perConnection,
    matched,
    listener: assumed === null ? listenerOf(arrival, request)?.node : undefined,
    unroutedService: null,
    traces,
    problem: matched === null ? noApiRouteError(arrivals, all, request) : null,
    notes: [...portNote(port, request), ...normalizedPathNotes(asked, request)],
    findings: [...(assumed?.findings ?? []), ...arrival.findings],
  };
}

function listenerOf({ gateway, port }: ApiArrival, request: RouteRequest): ApiListener | undefined {
  const onPort = gateway.listeners.filter((listener) => listener.port === port);
  return listenersFor(onPort, request)[0] ?? onPort[0];
}

/** `--virtual-service` names a route of any kind. */
export function chosenRoutes<T extends ManifestObject>(
  routes: readonly T[],
  request: RouteRequest,
): readonly T[] {
  const { virtualService: wanted } = request;
  if (wanted === undefined) return routes;
  return routes.filter(
    ({ name, namespace }) => name === wanted.name && namespace === wanted.namespace,
  );
}

function chosenGateways(gateways: readonly ApiGateway[], request: RouteRequest): ApiGateway[] {
  const { via } = request;
  if (via?.kind !== 'gateway' || via.name === undefined) return [...gateways];
  return gateways.filter(
    ({ name, namespace }) =>
      name === via.name && (via.namespace === undefined || via.namespace === namespace),
  );
}

/** The port rule: that of `--gateway-port`, else the target's, else every one the request fits. */
function portsFor(
  gateway: ApiGateway,
  request: RouteRequest,
): { port: number; listeners: ApiListener[] }[] {
  const ports = [...new Set(gateway.listeners.map(({ port }) => port))];
  const wanted =
    request.gatewayPort ?? (ports.includes(request.targetPort ?? 0) ? request.targetPort : null);
  return ports
    .filter((port) => wanted === null || port === wanted)
    .map((port) => ({
      port,
      listeners: listenersFor(
        gateway.listeners.filter((listener) => listener.port === port),
        request,
      ),
    }));
}

/**
 * Those that take the request. Where no port is told, one for any connection would take every request:
 * those for requests are meant first.
 */
function arrivalsMeant(arrivals: readonly ApiArrival[], request: RouteRequest): ApiArrival[] {
  const matching = arrivals.filter(({ matched }) => matched !== null);
  const ofRequests = matching.filter(({ perConnection }) => perConnection !== true);
  const isTold = matching.some(({ port }) => port === (request.gatewayPort ?? request.targetPort));
  return isTold || ofRequests.length === 0 ? matching : ofRequests;
}

/** Over TLS the server name chooses the listener with the most specific host; in plaintext all count. */
export function listenersFor(
  onPort: readonly ApiListener[],
  request: Pick<RouteRequest, 'scheme' | 'authority'>,
): ApiListener[] {
  const plaintext = request.scheme === 'http';
  const speaking = onPort.filter((listener) =>
    plaintext
      ? listener.protocol === 'HTTP'
      : listener.protocol === 'HTTPS' && listener.terminatesTls,
  );
  const hosts = speaking.map(({ hostname }) => hostname ?? '*');
  const best = mostSpecificHost(hostOf(request.authority), hosts);
  if (best === null) return [];
  return plaintext ? speaking : speaking.filter(({ hostname }) => (hostname ?? '*') === best);
}

function arriveAt(
  set: ManifestSet,
  gateway: ApiGateway,
  port: number,
  listeners: readonly ApiListener[],
  routes: readonly ApiRoute[],
  request: RouteRequest,
): ApiArrival {
  const context: MatchContext = { request, port, gateways: [objectKey(gateway)], source: null };
  const implementation = implementationOf(set, gateway, request.gatewayClass);
  const tableFor = (kind: GatewayImplementation): RouteTable =>
    routeTable(
      set,
      kind,
      gateway,
      listeners,
      attachedRoutes(set, kind, gateway, listeners, routes),
      context,
    );
  const table = tableFor(implementation.kind);
  const findings = [
    ...table.findings,
    ...uncertainAttachments(table.attachments),
    ...orderFindings(set, table.onHost, table.rules),
  ];
  if (implementation.assumed && !findings.some(({ code }) => code === IMPLEMENTATION_SPECIFIC))
    findings.push(...differences(implementation, table, tableFor, context));
  return {
    gateway,
    port,
    hosts: table.hosts,
    host: table.host,
    ...firstMatch(table.rules),
    findings,
  };
}

export function uncertainAttachments(attachments: readonly Attachment[]): Finding[] {
  return attachments
    .filter(({ certain }) => !certain)
    .map(({ listener, route }) =>
      manifestFinding({
        code: 'not-modelled',
        summary: `the listener ${listener.name} lets in namespaces by their labels, and the Namespace ${route.namespace} is not among the manifests: ${route.kind} ${route.name} is taken to be let in; add the Namespace with -f`,
        place: listener.node.field('allowedRoutes').place(),
      }),
    );
}

function severalError(arrivals: readonly ApiArrival[]): InputError {
  const list = arrivals.map(({ gateway, port }) => `port ${port} of ${objectKey(gateway)}`);
  return new InputError(
    `the request fits ${list.join(' and ')}: choose with --gateway-port or --via gateway:NS/NAME`,
  );
}
