import { InputError } from '../../input-error.js';
import type { ChosenRoute } from '../chosen-route.js';
import { firstMatch, type MatchedRule, type OrderedRule, type RuleTrace } from '../first-match.js';
import { meshConnectionRoutes } from '../gateway-api/mesh-connection-routes.js';
import type { ManifestSet } from '../manifest-set.js';
import { describeObject, objectKey } from '../manifest/manifest-object.js';
import { noRuleError } from '../no-rule.js';
import { portNote } from '../port-note.js';
import type { Finding } from '../../finding.js';
import { formatVia, type RouteRequest, type Via } from '../request.js';
import { findService, knownHosts } from '../service-registry.js';
import { assumeGateways } from './assumed-gateway.js';
import { type EgressScope, egressScope } from './egress-scope.js';
import {
  type ConnectionArrival,
  connectionArrivals,
  noConnectionError,
} from './gateway-connections.js';
import { virtualHostOf, type VirtualHost } from './gateway-routes.js';
import { CLUSTER_DOMAIN, hostOf, resolveShortName } from './host.js';
import { httpsRedirect } from './https-redirect.js';
import type { GatewayServer } from './gateway.js';
import { gatewayWorkloads } from './gateway-workload.js';
import { candidateListeners, candidatePorts, noListenerError, type Listener } from './listener.js';
import { mergedRules } from './merge-order.js';
import { meshConnection, type MeshConnection } from './mesh-connections.js';
import {
  type AskedInMesh,
  askInMesh,
  type MeshHost,
  meshHostOf,
  namesNoService,
  serviceSpellings,
} from './mesh-routes.js';
import { meshOnlyWeights } from './mesh-only-weights.js';
import { normalizedPath, normalizedPathNotes } from './normalized-path.js';
import { isGrpcName, noGrpcName } from './proxyless/listener.js';
import { rulesSeenBy } from './proxyless/seen-rules.js';
import { MESH, type VirtualService } from './virtual-service.js';
import { manifestFinding } from '../manifest-finding.js';

/** Chooses the route of a request through Istio's objects. The set's namespaces are filled in. */
export function chooseIstioRoute(set: ManifestSet, asked: RouteRequest): ChosenRoute {
  // Nothing changes the path of a call that passes no proxy.
  const path = asked.via?.kind === 'proxyless' ? asked.path : normalizedPath(asked.path);
  const request = { ...asked, path };
  const virtualServices = chosenVirtualServices(set, request);
  const via = request.via ?? inferVia(set, virtualServices, request);
  const chosen =
    via.kind === 'gateway'
      ? chooseAtGateway(set, virtualServices, { ...request, via })
      : chooseInMesh(set, virtualServices, { ...request, via }, via);
  const inferred =
    request.via === undefined ? [`via ${formatVia(chosen.via)}, inferred from the manifests`] : [];
  const normalized = normalizedPathNotes(asked, request);
  return { ...chosen, notes: [...inferred, ...normalized, ...chosen.notes] };
}

function chosenVirtualServices(set: ManifestSet, request: RouteRequest): readonly VirtualService[] {
  const { virtualService: wanted } = request;
  if (wanted === undefined) return set.virtualServices;
  return set.virtualServices.filter(
    ({ name, namespace }) => name === wanted.name && namespace === wanted.namespace,
  );
}

/** A gateway where routes are bound to one, unless the authority is a host that only the mesh knows. */
function inferVia(
  set: ManifestSet,
  virtualServices: readonly VirtualService[],
  request: RouteRequest,
): Via {
  // Their servers alone may redirect.
  if (virtualServices.length === 0 && set.gateways.length > 0) return { kind: 'gateway' };
  const atGateways = virtualServices.some(({ gateways }) => gateways.some((name) => name !== MESH));
  const inMesh = virtualServices.filter(({ gateways }) => gateways.includes(MESH));
  if (!atGateways) return { kind: 'mesh' };
  const names = serviceSpellings(hostOf(request.authority), request.namespace);
  const meshOnly = inMesh.some(
    (virtualService) =>
      virtualService.gateways.length === 1 &&
      virtualService.hosts.some((name) =>
        names.includes(resolveShortName(name, virtualService.namespace)),
      ),
  );
  return meshOnly ? { kind: 'mesh' } : { kind: 'gateway' };
}

interface Arrival {
  listener: Listener;
  virtualHost: VirtualHost;
  matched: MatchedRule | null;
  traces: RuleTrace[];
}

function chooseAtGateway(
  set: ManifestSet,
  virtualServices: readonly VirtualService[],
  request: RouteRequest,
): ChosenRoute {
  const assumed = set.gateways.length === 0 ? assumeGateways(virtualServices, request) : null;
  const workloads = gatewayWorkloads(set, assumed?.gateways ?? set.gateways, request.via);
  const connections = workloads.flatMap((workload) =>
    connectionArrivals(workload, virtualServices, request),
  );
  const connected = connections.filter(({ matched }) => matched !== null);
  const arrivals = workloads
    .flatMap((workload) => candidateListeners(workload, request))
    .filter(
      ({ workload, port }) =>
        !connected.some((other) => other.workload === workload && other.port === port),
    )
    .map((listener): Arrival => {
      const virtualHost = virtualHostOf(listener, virtualServices, set.virtualServices, request);
      const redirect = httpsRedirect(listener, virtualHost, request);
      const rules = mergedRules(virtualHost.bound);
      const tried = redirect === null ? rules : [redirect, ...rules];
      return { listener, virtualHost, ...firstMatch(tried) };
    });
  const matching = arrivals.filter(({ matched }) => matched !== null);
  // A port without HTTP would take every request: where no port is told, HTTP is meant first.
  const isTold = workloads.some((workload) => candidatePorts(workload, request).isTold);
  const fitting = matching.length > 0 && !isTold ? matching : [...matching, ...connected];
  if (fitting.length > 1) throw severalListenersError(fitting.map(placeOf), workloads.length > 1);
  const [connection] = matching.length > 0 ? [] : connected;
  const [unconnected] = matching.length + arrivals.length > 0 ? [] : connections;
  const passedOn = connection ?? unconnected;
  if (passedOn !== undefined) return connectedAtGateway(passedOn, assumed?.findings ?? [], request);
  const [arrival] = matching.length === 1 ? matching : arrivals;
  if (arrival === undefined) throw noListenerError(workloads, request);
  const { listener, virtualHost, matched, traces } = arrival;
  const gateway =
    matched?.context.gateways[0] ??
    objectKey(listener.servers[0]?.gateway ?? { namespace: '', name: '' });
  const [namespace = '', name = ''] = gateway.split('/');
  return {
    via: { kind: 'gateway', namespace, name },
    gatewayPort: listener.port,
    clientNamespace: null,
    matched,
    listener: assumed === null ? serverOf(arrival)?.node : undefined,
    unroutedService: null,
    traces,
    problem: matched === null ? noRouteError(arrivals, virtualServices, request) : null,
    notes: [...portNote(listener.port, request), ...passedOverNotes(virtualHost.passedOver)],
    findings: [
      ...(assumed?.findings ?? []),
      ...virtualHost.findings,
      ...(matched === null ? [] : meshOnlyWeights(virtualServices, matched)),
    ],
  };
}

/** The server through which the rule that takes the request is bound, else the first. */
function serverOf({ listener, virtualHost, matched }: Arrival): GatewayServer | undefined {
  const { bound } = virtualHost;
  const own = bound.find(({ virtualService }) => virtualService === matched?.object) ?? bound[0];
  return own?.server ?? listener.servers[0]?.server;
}

/** A connection that is passed on as it is. */
function connectedAtGateway(
  arrival: ConnectionArrival,
  assumed: readonly Finding[],
  request: RouteRequest,
): ChosenRoute {
  const { port, at, matched, traces, findings } = arrival;
  const { namespace, name } = at.gateway;
  return {
    via: { kind: 'gateway', namespace, name },
    gatewayPort: port,
    clientNamespace: null,
    perConnection: true,
    matched,
    listener: assumed.length === 0 ? at.server.node : undefined,
    unroutedService: null,
    traces,
    problem: matched === null ? noConnectionError(arrival, request) : null,
    notes: portNote(port, request),
    findings: [...assumed, ...findings],
  };
}

/** Where a request is taken, for messages. */
interface TakenAt {
  port: number;
  gateway: string;
  matched: MatchedRule | null;
}

function placeOf(arrival: Arrival | ConnectionArrival): TakenAt {
  const { matched } = arrival;
  if ('at' in arrival)
    return { port: arrival.port, gateway: objectKey(arrival.at.gateway), matched };
  const { port, servers } = arrival.listener;
  return { port, gateway: objectKey(servers[0]?.gateway ?? { namespace: '', name: '' }), matched };
}

function severalListenersError(
  arrivals: readonly TakenAt[],
  severalWorkloads: boolean,
): InputError {
  const list = arrivals.map(
    ({ port, gateway, matched }) =>
      `port ${port} of ${gateway}` +
      (matched === null ? '' : ` (${objectKey(matched.object)} ${matched.rule.label})`),
  );
  return new InputError(
    `the request fits ${list.join(' and ')}: choose with --gateway-port${severalWorkloads ? ' or --via gateway:NS/NAME' : ''}`,
  );
}

function noRouteError(
  arrivals: readonly Arrival[],
  virtualServices: readonly VirtualService[],
  request: RouteRequest,
): InputError {
  const [arrival] = arrivals.filter(({ virtualHost }) => virtualHost.host !== null);
  if (arrival !== undefined) return noRuleError(arrival.traces, request);
  const passedOver = arrivals.flatMap(({ virtualHost }) => virtualHost.passedOver);
  if (passedOver.length > 0) return noRuleError(firstMatch(passedOver).traces, request);
  const hosts = [...new Set(arrivals.flatMap(({ virtualHost }) => virtualHost.hosts))];
  const [first] = virtualServices;
  if (hosts.length > 0)
    return new InputError(
      `no VirtualService at the gateway has the host ${hostOf(request.authority)}: there are ${hosts.slice(0, 10).join(', ')}; name one with --authority`,
      first?.node.field('spec').field('hosts').place() ?? {},
    );
  const bound = virtualServices.map(
    (object) =>
      `${describeObject(object)} for ${object.gateways.join(', ')} and ${object.hosts.join(', ')}`,
  );
  return new InputError(
    `no VirtualService is bound to the gateway's port with a host in common: there ${bound.length === 1 ? 'is' : 'are'} ${bound.slice(0, 5).join('; ')}`,
    first?.node.field('spec').field('gateways').place() ?? {},
  );
}

function chooseInMesh(
  set: ManifestSet,
  virtualServices: readonly VirtualService[],
  request: RouteRequest,
  via: Via,
): ChosenRoute {
  const scope = egressScope(set, virtualServices, request);
  const asked = askInMesh(set, scope.virtualServices, request);
  const service = { asked: asked.asked.name, port: asked.port };
  const forConnections = [...scope.virtualServices, ...meshConnectionRoutes(set)];
  const connection = meshConnection(set, forConnections, service, { ...request, via });
  if (connection !== null) return connectedInMesh(connection, asked, scope, request, via);
  const isImported = (host: string): boolean => scope.problemOf(host) === null;
  const mesh = asImported(meshHostOf(set, asked, request, isImported), scope, request);
  const isProxyless = via.kind === 'proxyless';
  const unlisted = isProxyless ? noGrpcListener(set, mesh, scope, request) : null;
  const rules = unlisted === null ? mesh.rules : [];
  const { matched, traces } = firstMatch(isProxyless ? rulesSeenBy('Go', rules) : rules);
  const unseen = mesh.host === null && mesh.isService ? scope.problemOf(mesh.asked) : null;
  const unroutedService =
    mesh.host === null && mesh.isService && unseen === null ? mesh.asked : null;
  const unmatched =
    matched !== null || unroutedService !== null
      ? null
      : mesh.host !== null
        ? noRuleError(traces, request)
        : mesh.passedOver.length > 0
          ? noRuleError(firstMatch(mesh.passedOver).traces, request)
          : (unseen ?? unknownHostError(set, mesh, request));
  return {
    via,
    gatewayPort: null,
    clientNamespace: request.namespace,
    matched,
    unroutedService,
    traces,
    problem: unlisted ?? unmatched,
    notes: [...(mesh.note === null ? [] : [mesh.note]), ...passedOverNotes(mesh.passedOver)],
    findings: [
      ...mesh.findings,
      ...labelsUnknown(mesh.passedOver, null, request),
      ...scope.findingsOf(mesh.asked),
      ...labelsUnknown(mesh.rules, matched, request),
    ],
    ...(isProxyless ? { grpcRules: rules } : {}),
  };
}

/** Clients without a proxy have routes to services alone, by some of their names. */
function noGrpcListener(
  set: ManifestSet,
  mesh: MeshHost,
  scope: EgressScope,
  request: RouteRequest,
): InputError | null {
  const host = hostOf(request.authority);
  if (namesNoService(host)) return null;
  const known = findService(set, mesh.asked);
  if (known === null) {
    const mayBe = mesh.asked.endsWith(`.${CLUSTER_DOMAIN}`) || knownHosts(set).length === 0;
    return mayBe ? null : unknownHostError(set, mesh, request);
  }
  if (!mesh.isService) return scope.problemOf(mesh.asked) ?? unknownHostError(set, mesh, request);
  if (isGrpcName(host, known.host, request.namespace)) return null;
  return new InputError(noGrpcName(host, known.host));
}

function connectedInMesh(
  { rules, matched, traces, unroutedService, problem, notes }: MeshConnection,
  { asked }: AskedInMesh,
  scope: EgressScope,
  request: RouteRequest,
  via: Via,
): ChosenRoute {
  const unseen = unroutedService === null ? null : scope.problemOf(unroutedService);
  return {
    via,
    gatewayPort: null,
    clientNamespace: request.namespace,
    perConnection: true,
    matched,
    unroutedService: unseen === null ? unroutedService : null,
    traces,
    problem: problem ?? unseen,
    notes: [...(asked.note === null ? [] : [asked.note]), ...notes],
    findings: [...scope.findingsOf(asked.name), ...labelsUnknown(rules, matched, request)],
  };
}

/** A service that the client's Sidecar does not import has no short names: only in full it is a host. */
function asImported(mesh: MeshHost, { problemOf }: EgressScope, request: RouteRequest): MeshHost {
  const isShort =
    mesh.isService &&
    mesh.note === null &&
    !mesh.asked.startsWith('*') &&
    hostOf(request.authority) !== mesh.asked;
  if (!isShort || problemOf(mesh.asked) === null) return mesh;
  return { ...mesh, host: null, rules: [] };
}

/** VirtualServices that have the host, and add nothing for it to this proxy. */
function passedOverNotes(rules: readonly OrderedRule[]): string[] {
  const objects = [...new Set(rules.map(({ object }) => object))];
  return objects.map((object) => {
    const own = rules.filter((rule) => rule.object === object);
    const reasons = firstMatch(own).traces.flatMap((trace) => trace.reasons);
    return `no rule of ${describeObject(object)} comes to this proxy, so its hosts are not there: ${[...new Set(reasons)].join(', and ')}`;
  });
}

/** Rules for clients with certain labels are passed over: which ones the client has is not known. */
function labelsUnknown(
  rules: readonly OrderedRule[],
  matched: MatchedRule | null,
  { clientLabels }: RouteRequest,
): Finding[] {
  if (clientLabels !== undefined) return [];
  const end = rules.findIndex(({ rule }) => rule.node === matched?.rule.node);
  return rules.slice(0, end === -1 ? rules.length : end).flatMap(({ rule }) => {
    const asked = rule.entries.some(({ conditions }) =>
      conditions.some(({ on }) => on === 'source-labels'),
    );
    if (!asked) return [];
    return [
      manifestFinding({
        code: 'client-labels-unknown',
        about: 'call',
        summary: `${rule.label} is for clients with certain labels; those of the client are not known, and it is taken to have none: tell them with --client-labels`,
        place: rule.node.field('match').place(),
      }),
    ];
  });
}

function unknownHostError(
  set: ManifestSet,
  { asked, hosts, port }: MeshHost,
  { option = '--authority' }: RouteRequest,
): InputError {
  const service = findService(set, asked);
  if (service !== null && port !== null && !service.ports.includes(port))
    return new InputError(
      `${asked} has no port ${port}, so no proxy of the mesh has a route to it there: it has ${service.ports.join(', ')}`,
    );
  const known = [...new Set([...hosts, ...knownHosts(set)])];
  if (known.length === 0)
    return new InputError(
      `no VirtualService of the mesh has the host ${asked}: none is bound to the mesh, and there is no Service`,
    );
  const what =
    hosts.length > 0 ? 'no VirtualService of the mesh has the host' : 'there is no Service';
  return new InputError(
    `${what} ${asked} among the manifests: there are ${known.slice(0, 10).join(', ')}; name one with ${option}`,
  );
}
