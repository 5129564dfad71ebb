import type { Finding } from '../../finding.js';
import { InputError } from '../../input-error.js';
import type { Condition, MatchContext, MatchEntry } from '../condition.js';
import {
  connectionOf,
  inConnectionOrder,
  programmedNames,
  serverNamesOf,
} from '../connection-order.js';
import { firstMatch, type MatchedRule, matchRule, type RuleTrace } from '../first-match.js';
import { inputPlace } from '../input-place.js';
import { manifestFinding } from '../manifest-finding.js';
import { describeObject, objectKey } from '../manifest/manifest-object.js';
import type { RouteRequest } from '../request.js';
import type { Rule } from '../rule.js';
import { ANY_CONNECTION } from './connection-rule.js';
import { isPlaintextHttp, passesTlsThrough, terminatesTls } from './gateway.js';
import { commonHosts, isBoundTo } from './gateway-routes.js';
import type { GatewayWorkload } from './gateway-workload.js';
import { mostSpecificHost } from './host.js';
import { candidatePorts } from './listener.js';
import type { ListeningServer } from './merged-servers.js';
import { type RankedRule, refuseRivalConnections } from './rival-connections.js';
import { type VirtualService, withGatewayNames } from './virtual-service.js';
import { inOrderFor, type SeenVirtualService } from './visibility.js';

/** A connection at a port of a gateway whose bytes are passed on as they are. */
export interface ConnectionArrival {
  workload: GatewayWorkload;
  /** Of the pods. */
  port: number;
  /** The one that takes it, else the first that would. */
  at: ListeningServer;
  matched: MatchedRule | null;
  traces: RuleTrace[];
  findings: Finding[];
}

/** What a server makes of connections: a filter chain for each set of server names. */
interface Chain {
  at: ListeningServer;
  /** `*`: any, without TLS too unless the server takes TLS off. */
  names: readonly string[];
  /** `null`: it speaks HTTP, and its http rules are tried. */
  rules: RankedRule[] | null;
}

/**
 * What becomes of the connection of a request at the ports where a server passes bytes on: one without
 * HTTP (by `tcp` rules, the first that fits the port and the Gateway), or one that passes TLS through (by
 * `tls` rules and the server name). Of a port's servers the one with the most specific server name takes
 * a connection; http rules are tried if that one speaks HTTP. Labels, namespaces and subnets in these
 * rules are for sidecars alone.
 * Source: istio/istio pilot/pkg/networking/core/gateway.go, buildGatewayTCPBasedFilterChains,
 * createGatewayTCPFilterChainOpts, buildGatewayNetworkFiltersFromTCPRoutes, …FromTLSRoutes and
 * l4SingleMatch.
 * @throws InputError when several VirtualServices have a rule for it and their age is not known.
 */
export function connectionArrivals(
  workload: GatewayWorkload,
  virtualServices: readonly VirtualService[],
  request: RouteRequest,
): ConnectionArrival[] {
  const ports = candidatePorts(workload, request).ports.filter((port) =>
    workload.servers.some((server) => server.port === port && isOpaque(server)),
  );
  if (ports.length === 0) return [];
  const seen = inOrderFor(workload.namespace, virtualServices);
  return ports.flatMap((port): ConnectionArrival[] => {
    const servers = workload.servers.filter((server) => server.port === port);
    const opaque = servers.filter(isOpaque);
    const arrival = arriveAt(servers, opaque, workload, seen, request);
    return arrival === null ? [] : [{ workload, port, ...arrival }];
  });
}

function arriveAt(
  servers: readonly ListeningServer[],
  opaque: readonly ListeningServer[],
  workload: GatewayWorkload,
  seen: readonly SeenVirtualService[],
  request: RouteRequest,
): Omit<ConnectionArrival, 'workload' | 'port'> | null {
  const { chains, findings } = chainsAt(servers, workload, seen, request);
  const traits = connectionOf(request, null);
  const usable = chains.filter(
    ({ at, names }) => traits.serverName !== null || isForPlaintext(at, names),
  );
  const best = mostSpecificHost(
    traits.serverName ?? '',
    usable.flatMap(({ names }) => names),
  );
  const chosen = usable.filter(({ names }) => best !== null && names.includes(best));
  if (chosen.some(({ rules }) => rules === null)) return null;
  const [taking] = chosen;
  const [first] = opaque;
  if (taking === undefined && servers.some((at) => !isOpaque(at))) return null;
  const at = taking?.at ?? first;
  if (at === undefined) return null;
  const tried = taking === undefined ? chains : passesTlsThrough(at.server) ? chains : [taking];
  const ordered = inConnectionOrder(tried.flatMap(({ rules }) => rules ?? []));
  const { matched, traces } = firstMatch(ordered);
  refuseRivalConnections(ordered);
  // Without a server that takes the connection no rule of its port does.
  return { at, matched: taking === undefined ? null : matched, traces, findings };
}

/** The filter chains of a port's servers, in the order in which Istio makes them. */
function chainsAt(
  servers: readonly ListeningServer[],
  workload: GatewayWorkload,
  seen: readonly SeenVirtualService[],
  request: RouteRequest,
): { chains: Chain[]; findings: Finding[] } {
  const findings: Finding[] = [];
  const takenNames = new Map<string, RankedRule>();
  const chains = servers.flatMap((at) =>
    chainsOf(at, workload, seen, request, takenNames, findings),
  );
  return { chains, findings };
}

/** Rules for the connections at a server, whichever of them one takes. */
export interface ServerConnections {
  /** Of the pods. */
  port: number;
  at: ListeningServer;
  /** In the order in which they are tried. */
  rules: RankedRule[];
  findings: Finding[];
}

/**
 * Every rule for connections that a gateway's pods are programmed with, by server.
 * @param any Nothing of it but its namespace counts.
 */
export function gatewayConnections(
  workload: GatewayWorkload,
  virtualServices: readonly VirtualService[],
  any: RouteRequest,
): ServerConnections[] {
  const seen = inOrderFor(workload.namespace, virtualServices);
  const ports = [...new Set(workload.servers.map(({ port }) => port))];
  return ports.flatMap((port) => {
    const servers = workload.servers.filter((server) => server.port === port);
    const { chains, findings } = chainsAt(servers, workload, seen, any);
    return servers.filter(isOpaque).map((at) => {
      const own = chains.filter((chain) => chain.at === at && chain.names.length > 0);
      return {
        port,
        at,
        rules: inConnectionOrder(own.flatMap(({ rules }) => rules ?? [])),
        findings,
      };
    });
  });
}

function isOpaque({ server }: ListeningServer): boolean {
  return !isPlaintextHttp(server) && !terminatesTls(server);
}

/** A server that takes TLS off cannot do so where there is none. */
function isForPlaintext({ server }: ListeningServer, names: readonly string[]): boolean {
  return names.includes('*') && (server.tls === null || passesTlsThrough(server));
}

function chainsOf(
  at: ListeningServer,
  workload: GatewayWorkload,
  seen: readonly SeenVirtualService[],
  request: RouteRequest,
  takenNames: Map<string, RankedRule>,
  findings: Finding[],
): Chain[] {
  const { server, gateway } = at;
  const hosts = server.tls === null ? ['*'] : programmedNames(server.hosts.map(({ host }) => host));
  if (!isOpaque(at)) return [{ at, names: hosts, rules: null }];
  const context: MatchContext = {
    request,
    port: server.port,
    gateways: [objectKey(gateway)],
    source: { labels: workload.labels, namespace: workload.namespace },
    connection: connectionOf(request, null),
  };
  const bound = seen.filter(
    ({ virtualService }) =>
      isBoundTo(virtualService, at) && commonHosts(virtualService, at).length > 0,
  );
  const ranked = (layer: 'tls' | 'tcp'): RankedRule[] =>
    bound.flatMap(({ virtualService, tier }) =>
      virtualService[layer].map((rule) => ({
        object: virtualService,
        rank: tier,
        context,
        rule: atGateway(withGatewayNames(rule, virtualService.namespace)),
      })),
    );
  if (!passesTlsThrough(server)) {
    const rules = ranked('tcp');
    // Without a rule for it Istio makes no filter chain, and its hosts are not there.
    const isUsed = rules.some(({ rule }) => matchRule(rule, context).matches);
    return [{ at, names: isUsed ? hosts : [], rules }];
  }
  if (server.tls?.mode === 'AUTO_PASSTHROUGH') return [];
  return ranked('tls').flatMap((ordered) =>
    ordered.rule.entries.flatMap((entry): Chain[] => {
      const alone: RankedRule = { ...ordered, rule: { ...ordered.rule, entries: [entry] } };
      // It is for another port or Gateway, and kept to say so.
      if (!isProgrammed(entry, context)) return [{ at, names: [], rules: [alone] }];
      const names = ownNames(alone, entry, takenNames, findings);
      return names.length === 0 ? [] : [{ at, names: programmedNames(names), rules: [alone] }];
    }),
  );
}

/**
 * The server names of a match. One that repeats a name of its port is left out with all of its names.
 * Source: istio/istio pilot/pkg/networking/core/gateway.go, buildGatewayNetworkFiltersFromTLSRoutes.
 */
function ownNames(
  alone: RankedRule,
  entry: MatchEntry,
  takenNames: Map<string, RankedRule>,
  findings: Finding[],
): readonly string[] {
  const names = serverNamesOf(entry);
  const double = names.find((name) => takenNames.has(name));
  const owner = double === undefined ? undefined : takenNames.get(double);
  if (double === undefined || owner === undefined) {
    for (const name of names) takenNames.set(name, alone);
    return names;
  }
  // Two servers of a Gateway have the same rules.
  if (owner.rule.node === alone.rule.node) return [];
  findings.push(
    manifestFinding({
      code: 'repeated-server-name',
      summary: `Istio leaves out the match of ${alone.rule.label} in ${describeObject(alone.object)} with all of its server names: ${owner.rule.label} of ${describeObject(owner.object)} has ${double} on this port already; give each server name to one rule`,
      place: alone.rule.node.field('match').place(),
    }),
  );
  return [];
}

function isProgrammed(entry: MatchEntry, context: MatchContext): boolean {
  const conditions = entry.conditions.filter(({ on }) => on === 'port' || on === 'gateway');
  const rule = { entries: [{ conditions }] };
  return matchRule(rule, context).matches;
}

/** What a gateway sees of a rule for connections. */
function atGateway(rule: Rule): Rule {
  const isSeen = ({ on }: Condition): boolean =>
    on === 'server-name' || on === 'port' || on === 'gateway';
  const entries = rule.entries.map(({ conditions }) => {
    const kept = conditions.filter(isSeen);
    return kept.length === 0 ? ANY_CONNECTION : { conditions: kept };
  });
  return { ...rule, entries };
}

/** No rule takes the connection: Envoy closes it. */
export function noConnectionError(
  { at: { gateway, server }, traces }: ConnectionArrival,
  request: RouteRequest,
): InputError {
  const { serverName } = connectionOf(request, null);
  const name = serverName === null ? 'without a server name' : `for the server name ${serverName}`;
  const port = `port ${server.port} of ${describeObject(gateway)}`;
  const mode = server.tls?.mode ?? '';
  if (mode === 'AUTO_PASSTHROUGH')
    return new InputError(
      `${port} is for other clusters' sidecars (AUTO_PASSTHROUGH): it knows the server names of clusters alone, as outbound_.443_._.web.default.svc.cluster.local, and no VirtualService applies there`,
      server.node.place(),
    );
  const layer = passesTlsThrough(server) ? 'tls' : 'tcp';
  const speaks =
    layer === 'tls'
      ? `${port} passes TLS through (${mode}), so no http rule is ever tried there`
      : `${port} speaks no HTTP (protocol ${server.protocol}), so no http rule is ever tried there`;
  const reasons = traces
    .slice(0, MAX_NAMED)
    .map(({ rule, reasons: why }) => `${rule} does not, for ${why.join(', and ')}`);
  const rules =
    reasons.length === 0
      ? `there are no ${layer} rules for its hosts`
      : `no ${layer} rule takes a connection ${name}: ${reasons.join('; ')}${traces.length > MAX_NAMED ? `, and ${traces.length - MAX_NAMED} more` : ''}`;
  const advice =
    layer === 'tls'
      ? 'give the server the mode SIMPLE, or the VirtualService tls rules for it (--servername says which name is asked for)'
      : 'give the VirtualService tcp rules, or the server the protocol HTTP or HTTPS';
  const [first] = traces;
  return new InputError(
    `${speaks}, and ${rules}, so the connection is closed: ${advice}`,
    first === undefined ? server.node.place() : inputPlace(first.place),
  );
}

/** As many rules as one sentence can name. */
const MAX_NAMED = 5;
