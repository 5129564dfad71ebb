import type { Finding } from '../../finding.js';
import type { GatewayImplementation } from '../../scenario/gateway-implementation.js';
import type { MatchContext, MatchEntry } from '../condition.js';
import { connectionOf, inConnectionOrder, serverNamesOf } from '../connection-order.js';
import { firstMatch, matchRule, type OrderedRule } from '../first-match.js';
import { ANY_CONNECTION } from '../istio/connection-rule.js';
import { mostSpecificHost } from '../istio/host.js';
import type { ManifestSet } from '../manifest-set.js';
import { objectKey } from '../manifest/manifest-object.js';
import type { RouteRequest } from '../request.js';
import { agesWith, unknownAgesError } from './age.js';
import type { ApiArrival } from './arrival.js';
import { type Attachment, attachedRoutes } from './attach.js';
import { invalidBackends, resolveBackends } from './backends.js';
import type { ConnectionRoute } from './connection-route.js';
import type { ApiGateway, ApiListener } from './gateway.js';
import { implementationOf } from './implementation.js';

/** What a listener makes of connections with certain server names. */
interface Chain {
  /** `*`: any. */
  name: string;
  /** `null`: HTTP, whose routes are tried. */
  rules: ConnectionRule[] | null;
}

interface ConnectionRule extends OrderedRule {
  object: ConnectionRoute;
}

/**
 * What becomes of the connection of a request at a port of a Gateway whose listeners pass bytes on: those
 * for TCP by their TCPRoute, those for TLS by the server name. Istio tells listeners that pass TLS through
 * apart by the server names of their routes, and the others by their hostname; by the specification it is
 * always the listener with the most specific hostname. Of two routes with one server name the older counts,
 * and of a route its first rule.
 * Source: https://gateway-api.sigs.k8s.io/reference/spec/#tlsroute, #tcproute and #listener; istio/istio
 * pilot/pkg/config/kube/gateway/route_collections.go, TLSRouteCollection and TCPRouteCollection, and
 * conversion.go, convertTLSRoute and constrainTLSRoutesToListenerHost.
 * @param routes Those that may be chosen.
 * @returns `null` where routes for requests are tried.
 * @throws InputError when the routes' age, which the manifests do not tell, decides.
 */
export function connectionArrival(
  set: ManifestSet,
  gateway: ApiGateway,
  port: number,
  routes: readonly ConnectionRoute[],
  request: RouteRequest,
): ApiArrival | null {
  const onPort = gateway.listeners.filter((listener) => listener.port === port);
  const plaintext = request.scheme === 'http';
  const fitting = onPort.filter(({ protocol }) =>
    plaintext ? ['HTTP', 'TCP'].includes(protocol) : ['HTTPS', 'TLS', 'TCP'].includes(protocol),
  );
  // Beside HTTP in plaintext, a listener of the port for TCP is in conflict and not there.
  if (!fitting.some(isForConnections) || fitting.some(({ protocol }) => protocol === 'HTTP'))
    return null;
  const { kind } = implementationOf(set, gateway, request.gatewayClass);
  const context: MatchContext = {
    request,
    port,
    gateways: [objectKey(gateway)],
    source: null,
    connection: connectionOf(request, null),
  };
  const asked = context.connection?.serverName ?? '';
  const serving = kind === 'istio' ? fitting : mostSpecific(fitting, asked);
  const found = serving.map((listener) => chainsOf(set, kind, gateway, listener, routes, context));
  const chains = found.flat();
  const best = mostSpecificHost(
    asked,
    chains.map(({ name }) => name),
  );
  const chosen = chains.filter(({ name }) => name === best);
  const isHttp = chosen.some(({ rules }) => rules === null);
  if (isHttp || (best === null && serving.some((listener) => !isForConnections(listener))))
    return null;
  const rules = inConnectionOrder(chains.flatMap((chain) => chain.rules ?? []));
  const { matched, traces } = firstMatch(rules);
  refuseUnknownAges(rules);
  return {
    gateway,
    port,
    hosts: [...new Set(chains.map(({ name }) => name))],
    host: best,
    perConnection: true,
    matched,
    traces,
    findings: matched === null ? [] : backendFindings(set, rules, matched.rule.node),
  };
}

function isForConnections({ protocol }: ApiListener): boolean {
  return protocol === 'TCP' || protocol === 'TLS';
}

function mostSpecific(listeners: readonly ApiListener[], asked: string): readonly ApiListener[] {
  const best = mostSpecificHost(asked, listeners.map(hostnameOf));
  return listeners.filter((listener) => hostnameOf(listener) === best);
}

/** A listener for TCP sees no server name, whatever it is given. */
function hostnameOf({ hostname, protocol }: ApiListener): string {
  return protocol === 'TCP' ? '*' : (hostname ?? '*');
}

function chainsOf(
  set: ManifestSet,
  kind: GatewayImplementation,
  gateway: ApiGateway,
  listener: ApiListener,
  routes: readonly ConnectionRoute[],
  context: MatchContext,
): Chain[] {
  if (!isForConnections(listener)) return [{ name: hostnameOf(listener), rules: null }];
  const { compareRoutes } = agesWith(null);
  const attached = attachedRoutes(set, kind, gateway, [listener], routes).toSorted((one, other) =>
    compareRoutes(one.route, other.route),
  );
  // Istio takes TLS off for the listener as a whole, and has one way on from there.
  const isOneWay = kind === 'istio' && listener.terminatesTls;
  return attached.map((attachment) => {
    const name = listener.protocol === 'TCP' || isOneWay ? hostnameOf(listener) : attachment.host;
    return { name, rules: rulesOf(set, attachment, name, context) };
  });
}

function rulesOf(
  set: ManifestSet,
  { route }: Attachment<ConnectionRoute>,
  name: string,
  context: MatchContext,
): ConnectionRule[] {
  const isAny = name === '*' && route.kind === 'TCPRoute';
  const entry: MatchEntry = isAny
    ? ANY_CONNECTION
    : { conditions: [{ on: 'server-name', names: [name] }] };
  return route.rules.map((rule) => ({
    object: route,
    rule: resolveBackends(set, route, { ...rule, entries: [entry] }),
    context,
  }));
}

/** Whichever of the routes with one server name is the oldest takes the connection. */
function refuseUnknownAges(ordered: readonly ConnectionRule[]): void {
  const [first, ...others] = ordered.filter(
    ({ rule, context }) => matchRule(rule, context).matches,
  );
  if (first === undefined) return;
  const rival = others.find(
    (other) =>
      other.object !== first.object &&
      namesOf(other) === namesOf(first) &&
      (other.object.createdAt === null || first.object.createdAt === null),
  );
  if (rival !== undefined)
    throw unknownAgesError(first.object, rival.object, 'could both take the connection');
}

function namesOf({ rule }: ConnectionRule): string {
  return rule.entries.flatMap(serverNamesOf).join(' ');
}

function backendFindings(
  set: ManifestSet,
  rules: readonly ConnectionRule[],
  taken: ConnectionRule['rule']['node'],
): Finding[] {
  const [object] = rules.filter(({ rule }) => rule.node === taken).map((rule) => rule.object);
  if (object === undefined) return [];
  return object.rules
    .filter(({ node }) => node === taken)
    .flatMap((rule) => invalidBackends(set, object, rule));
}

/** Rules for the connections at a listener, whichever of them one takes. */
export interface ListenerConnections {
  listener: ApiListener;
  /** In the order in which they are tried. */
  rules: ConnectionRule[];
}

/**
 * Every rule for connections that stands at a Gateway, by listener.
 * @param any Nothing of it but `--gateway-class` counts.
 */
export function listenerConnections(
  set: ManifestSet,
  gateway: ApiGateway,
  routes: readonly ConnectionRoute[],
  any: RouteRequest,
): ListenerConnections[] {
  const { kind } = implementationOf(set, gateway, any.gatewayClass);
  return gateway.listeners.filter(isForConnections).map((listener) => {
    const context: MatchContext = {
      request: any,
      port: listener.port,
      gateways: [objectKey(gateway)],
      source: null,
    };
    const chains = chainsOf(set, kind, gateway, listener, routes, context);
    return { listener, rules: inConnectionOrder(chains.flatMap(({ rules }) => rules ?? [])) };
  });
}
