import { InputError } from '../../input-error.js';
import type { Condition, MatchContext, MatchEntry } from '../condition.js';
import { connectionOf, inConnectionOrder, serverNamesOf } from '../connection-order.js';
import { firstMatch, type MatchedRule, type OrderedRule, type RuleTrace } from '../first-match.js';
import { inputPlace } from '../input-place.js';
import type { ManifestSet } from '../manifest-set.js';
import type { RouteRequest } from '../request.js';
import { narrowestBits } from '../subnets.js';
import { findService, type KnownService, wildcardService } from '../service-registry.js';
import { isApplicable } from './applicable.js';
import { coveredBy, intersectHosts, resolveShortName } from './host.js';
import type { PortProtocol } from './port-protocol.js';
import { type RankedRule, refuseRivalConnections } from './rival-connections.js';
import { MESH, type VirtualService, withGatewayNames } from './virtual-service.js';
import { inOrderFor, type SeenVirtualService } from './visibility.js';

/** The service that a client of the mesh connects to. */
interface AskedService {
  /** In full. */
  asked: string;
  /** `null` when nothing tells. */
  port: number | null;
}

/** A connection whose bytes the client's proxy passes on as they are. */
export interface MeshConnection {
  /** In the order in which they are tried. */
  rules: OrderedRule[];
  matched: MatchedRule | null;
  traces: RuleTrace[];
  /** The service whose pods share the connections, where no rule takes them. */
  unroutedService: string | null;
  problem: InputError | null;
  notes: string[];
}

/**
 * What becomes of the connection of a request at a port of a service where sidecars see no HTTP: by its
 * protocol, or because the request is sent over TLS to a port that is not for it. A port for TLS has
 * `tls` rules alone, any other one `tcp` rules alone; those of all VirtualServices with the service's host
 * stand side by side.
 * Source: istio/istio pilot/pkg/networking/core/tls.go, buildSidecarOutboundTLSFilterChainOpts and
 * buildSidecarOutboundTCPFilterChainOpts; listener.go, buildSidecarOutboundListener and getConfigsForHost.
 * @param virtualServices Those that the client's proxy sees.
 * @returns `null` where http rules are tried.
 * @throws InputError when several VirtualServices have a rule for it and their age is not known.
 */
export function meshConnection(
  set: ManifestSet,
  virtualServices: readonly VirtualService[],
  { asked, port }: AskedService,
  request: RouteRequest,
): MeshConnection | null {
  const service = { asked: wildcardOf(set, asked, port) ?? asked, port };
  const seen = seenFor(virtualServices, service, request);
  const objects = seen.map(({ virtualService }) => virtualService);
  const { layer, note } = layerOf(set, objects, service, request);
  const notes = note === null ? [] : [note];
  if (layer === 'http') return null;
  if (layer === 'udp')
    return unreachable(
      `the port ${service.port ?? ''} of ${service.asked} is for UDP, and the proxies of the mesh pass it by`,
      notes,
    );
  if (request.via?.kind === 'proxyless')
    return unreachable(
      `the port ${service.port ?? ''} of ${service.asked} speaks no HTTP by its name or appProtocol, so gRPC clients without a proxy get no route for it: name it grpc, or set appProtocol`,
      notes,
    );
  const known = findService(set, service.asked);
  const context = contextOf(set, service, request);
  const ordered = rulesOf(seen, layer, context, context.connection?.address ?? null);
  refuseRivalConnections(ordered);
  const { matched, traces } = firstMatch(ordered);
  // A port for TLS keeps no way to the service beside the rules that are programmed for it.
  const isLost = matched === null && layer === 'tls' && ordered.some(isApplicable);
  const lost = isLost
    ? noTlsRule(traces, service, context)
    : matched === null && layer === 'tls' && known !== null
      ? unnamedError(known, service, context)
      : null;
  const unroutedService = matched === null && lost === null && known !== null ? known.host : null;
  const problem =
    matched !== null || unroutedService !== null ? null : (lost ?? unknownService(service));
  return { rules: ordered, matched, traces, unroutedService, problem, notes };
}

/**
 * Every rule for connections to a port of a service for which proxies see no HTTP.
 * @param any Nothing of it but its namespace, the client's, counts.
 * @returns In the order in which they are tried; `null` where http rules are.
 */
export function meshConnectionRules(
  set: ManifestSet,
  virtualServices: readonly VirtualService[],
  service: AskedService,
  any: RouteRequest,
): { layer: 'tls' | 'tcp'; rules: RankedRule[] } | null {
  const seen = seenFor(virtualServices, service, any);
  const objects = seen.map(({ virtualService }) => virtualService);
  const { layer } = layerOf(set, objects, service, any);
  if (layer !== 'tls' && layer !== 'tcp') return null;
  return { layer, rules: rulesOf(seen, layer, contextOf(set, service, any), null) };
}

function seenFor(
  virtualServices: readonly VirtualService[],
  service: AskedService,
  { namespace }: RouteRequest,
): SeenVirtualService[] {
  return inOrderFor(
    namespace,
    virtualServices.filter((object) => object.gateways.includes(MESH) && isFor(object, service)),
  );
}

function contextOf(
  set: ManifestSet,
  { asked, port }: AskedService,
  request: RouteRequest,
): MatchContext {
  return {
    request,
    port,
    gateways: [MESH],
    source: { labels: request.clientLabels ?? null, namespace: request.namespace },
    connection: connectionOf(request, findService(set, asked)?.address ?? null),
  };
}

/** @param address That connections are opened to; null: any. */
function rulesOf(
  seen: readonly SeenVirtualService[],
  layer: 'tls' | 'tcp',
  context: MatchContext,
  address: string | null,
): RankedRule[] {
  const rules = seen.flatMap(({ virtualService, tier }) =>
    virtualService[layer].map((rule): RankedRule => ({
      object: virtualService,
      rank: tier,
      context,
      rule: withGatewayNames(rule, virtualService.namespace),
    })),
  );
  if (layer === 'tls')
    return inConnectionOrder(inNarrowestRange(withSubnetsBefore(rules), address));
  // What comes after a rule for every address is not programmed, however narrow its subnets are.
  const last = rules.findIndex((ranked) => entriesOf(ranked).some(isForEveryAddress));
  const end = last === -1 ? rules.length : last + 1;
  return [
    ...inConnectionOrder(inNarrowestRange(rules.slice(0, end), address)),
    ...inConnectionOrder(rules.slice(end)),
  ];
}

/**
 * Envoy goes by the narrowest range that an address is in, and comes back to no wider one.
 * Source: Envoy API, `listener_components.proto`, FilterChainMatch.
 */
function inNarrowestRange(rules: readonly RankedRule[], address: string | null): RankedRule[] {
  const bits = new Map(
    rules.flatMap((ranked) =>
      entriesOf(ranked).map((entry): [MatchEntry, number] => [
        entry,
        address === null ? -1 : bitsOf(entry, address),
      ]),
    ),
  );
  const narrowest = Math.max(-1, ...bits.values());
  return rules.map((ranked) => ({
    ...ranked,
    rule: {
      ...ranked.rule,
      entries: ranked.rule.entries.filter((entry) => (bits.get(entry) ?? narrowest) === narrowest),
    },
  }));
}

/** -1: it asks for no subnet that the address is in. */
function bitsOf({ conditions }: MatchEntry, address: string): number {
  const asked = conditions.find(({ on }) => on === 'destination-subnets');
  return asked?.on === 'destination-subnets' ? (narrowestBits(address, asked.subnets) ?? -1) : -1;
}

/** The entries of a rule that come to the client's proxy. */
function entriesOf(ranked: RankedRule): MatchEntry[] {
  return ranked.rule.entries.filter((entry) =>
    isApplicable({ ...ranked, rule: { ...ranked.rule, entries: [entry] } }),
  );
}

function isForEveryAddress({ conditions }: MatchEntry): boolean {
  return !conditions.some(({ on }) => on === 'destination-subnets');
}

function isFor({ hosts, namespace }: VirtualService, { asked }: AskedService): boolean {
  return hosts.some((host) => intersectHosts(resolveShortName(host, namespace), asked) !== null);
}

type Layer = 'http' | 'tls' | 'tcp' | 'udp';

/**
 * What a proxy makes of a connection to a port: where the manifests do not show its protocol, the rules
 * that there are tell it.
 */
function layerOf(
  set: ManifestSet,
  virtualServices: readonly VirtualService[],
  { asked, port }: AskedService,
  { scheme }: RouteRequest,
): { layer: Layer; note: string | null } {
  const protocols = findService(set, asked)?.protocols;
  const told: PortProtocol | null =
    protocols === undefined || port === null ? null : (protocols.get(port) ?? null);
  const overTls = scheme === 'https';
  switch (told) {
    case 'tls':
    case 'tcp':
    case 'udp':
      return { layer: told, note: null };
    case 'http':
    case 'auto':
      if (!overTls) return { layer: 'http', note: null };
      return {
        layer: 'tcp',
        note: `the request is sent over TLS, and port ${port ?? ''} of ${asked} is not for TLS by its name or appProtocol: proxies see no HTTP in it, so no http rule is tried (--plaintext says that there is no TLS)`,
      };
    case null: {
      const has = (layer: 'http' | 'tls' | 'tcp'): boolean =>
        virtualServices.some((object) => object[layer].length > 0);
      const layer = has('http') ? 'http' : has('tls') ? 'tls' : has('tcp') ? 'tcp' : 'http';
      const note = `the protocol of port ${port ?? ''} of ${asked} is not known, and is taken to be ${layer.toUpperCase()} by the rules that there are: add the Service or ServiceEntry with -f`;
      return { layer, note: layer === 'http' ? null : note };
    }
  }
}

/**
 * Subnets of a match hold for all later ones that have none, too, whichever VirtualService these are of. A
 * match that repeats an earlier one is as that one.
 */
function withSubnetsBefore(rules: readonly RankedRule[]): RankedRule[] {
  let before: readonly Condition[] = [];
  const firstSubnets = new Map<string, readonly Condition[]>();
  return rules.map((ranked) => {
    const programmed = entriesOf(ranked);
    const entries = ranked.rule.entries.map((entry): MatchEntry => {
      if (!programmed.includes(entry)) return entry;
      const own = entry.conditions.filter(({ on }) => on === 'destination-subnets');
      const others = entry.conditions.filter(({ on }) => on !== 'destination-subnets');
      if (own.length > 0) before = own;
      const key = JSON.stringify([serverNamesOf(entry), own]);
      const subnets = firstSubnets.get(key) ?? before;
      firstSubnets.set(key, subnets);
      return { conditions: [...others, ...subnets] };
    });
    return { ...ranked, rule: { ...ranked.rule, entries } };
  });
}

function unreachable(problem: string, notes: string[]): MeshConnection {
  return {
    rules: [],
    matched: null,
    traces: [],
    unroutedService: null,
    problem: new InputError(problem),
    notes,
  };
}

/** As many rules as one sentence can name. */
const MAX_NAMED = 5;

function noTlsRule(
  traces: readonly RuleTrace[],
  { asked, port }: AskedService,
  { connection }: MatchContext,
): InputError {
  const [first] = traces;
  const serverName = connection?.serverName ?? null;
  const list = traces
    .slice(0, MAX_NAMED)
    .map(({ rule, reasons }) => `${rule} does not, for ${reasons.join(', and ')}`);
  return new InputError(
    `no tls rule of port ${port ?? ''} of ${asked} takes a connection ${serverName === null ? 'without a server name' : `for the server name ${serverName}`}: ${list.join('; ')}; the proxy passes it on past the routes, or refuses it where outboundTrafficPolicy is REGISTRY_ONLY; see --servername, --authority and --plaintext`,
    inputPlace(first?.place ?? null),
  );
}

/** The wildcard of a ServiceEntry that a name belongs to at a port; null: none. */
function wildcardOf(set: ManifestSet, name: string, port: number | null): string | null {
  if (findService(set, name) !== null) return null;
  const entry = wildcardService(set, name);
  return entry !== null && port !== null && entry.ports.includes(port) ? entry.host : null;
}

/**
 * A ServiceEntry without an address of its own is known by its server name alone; `null`: it is that, or
 * another service.
 * Source: istio/istio pilot/pkg/networking/core/tls.go, buildSidecarOutboundTLSFilterChainOpts (hasTLSMatch).
 */
function unnamedError(
  { host, isKnownByName }: KnownService,
  { port }: AskedService,
  { connection }: MatchContext,
): InputError | null {
  if (!isKnownByName) return null;
  const serverName = connection?.serverName ?? null;
  if (serverName !== null && coveredBy(serverName, host)) return null;
  return new InputError(
    `the ServiceEntry of ${host} has no address of its own, so its port ${port ?? ''} for TLS takes connections by their server name alone, and none ${serverName === null ? 'without one' : `for ${serverName}`}; the proxy passes such a connection on past the routes, or refuses it where outboundTrafficPolicy is REGISTRY_ONLY; see --servername, --authority and --plaintext`,
  );
}

function unknownService({ asked }: AskedService): InputError {
  return new InputError(
    `no rule takes a connection to ${asked}, and no Service or ServiceEntry of this name is among the manifests: add it with -f, or name another one with --authority`,
  );
}
