import type { Condition, MatchEntry } from '../condition.js';
import type { OrderedRule } from '../first-match.js';
import type { ApiRoute } from './route.js';

/** A rule of one alternative. */
export interface EntryRule extends OrderedRule {
  object: ApiRoute;
  /** `null`: it has no matches. */
  entry: MatchEntry | null;
}

/** How specific a match is, most significant first; more is tried earlier. */
export type Rank = readonly number[];

/** A rule without matches, which only a GRPCRoute has: those of an HTTPRoute are the prefix `/`. */
const ANY_CALL: Rank = [-2, 0, 0, 0, 0];

type GrpcMethod = Extract<Condition, { on: 'grpc-method' }>;

/**
 * Istio's order: exact paths, prefixes, regular expressions, no path; the longer first; then with a
 * method, more headers, more query parameters. A gRPC method is the path that Istio makes of it.
 * Source: istio/istio pilot/pkg/config/kube/gateway/conversion.go, sortHTTPRoutes, getURIRank,
 * getURILength and createGRPCURIMatch.
 */
export function istioRank({ object, entry }: EntryRule): Rank {
  if (entry === null && object.kind === 'GRPCRoute') return ANY_CALL;
  const { conditions } = entry ?? { conditions: [] };
  return [
    ...(object.kind === 'GRPCRoute' ? istioCallRank(conditions) : pathRank(conditions)),
    count(conditions, 'method'),
    count(conditions, 'header'),
    count(conditions, 'query'),
  ];
}

/**
 * The specification's order. For HTTPRoute: an exact path, the longest prefix, a method, the number of
 * headers, the number of query parameters. For GRPCRoute: the characters of service and method, the
 * number of headers. Before all of it: the characters of the route's hostname, an exact one first.
 * Regular expressions of paths have no place in the specification; they come after prefixes here.
 * Source: https://gateway-api.sigs.k8s.io/reference/spec/#httproutespec (hostnames), #httprouterule and
 * #grpcrouterule (matches).
 * @param hostname As the route writes it.
 */
export function specifiedRank({ entry }: EntryRule, hostname: string): Rank {
  const { conditions } = entry ?? { conditions: [] };
  const grpc = methodOf(conditions);
  return [
    hostname.startsWith('*') ? 0 : hostname.length,
    hostname.length,
    ...pathRank(conditions),
    textLength(grpc?.service),
    textLength(grpc?.method),
    count(conditions, 'method'),
    count(conditions, 'header'),
    count(conditions, 'query'),
  ];
}

/**
 * Envoy Gateway's order: exact paths, regular expressions, prefixes and no path; the longer first, `/`
 * being none; then more headers, among them the method and a gRPC method without service, more exact
 * ones, more query parameters, more exact ones.
 * Source: envoyproxy/gateway internal/gatewayapi/sort.go and route.go, processGRPCRouteMethodExact and
 * processGRPCRouteMethodRegularExpression.
 */
export function envoyGatewayRank({ entry }: EntryRule): Rank {
  const { conditions } = entry ?? { conditions: [] };
  const grpc = methodOf(conditions);
  const isSuffix = grpc?.service === null && grpc.method?.kind === 'exact';
  return [
    ...(grpc === null ? envoyPathRank(conditions) : envoyCallRank(grpc)),
    count(conditions, 'header') + count(conditions, 'method') + (isSuffix ? 1 : 0),
    countExact(conditions, 'header') + count(conditions, 'method'),
    count(conditions, 'query'),
    countExact(conditions, 'query'),
  ];
}

/** Negative when `one` is tried before `other`. */
export function compareRanks(one: Rank, other: Rank): number {
  for (const [index, value] of one.entries()) {
    const difference = (other[index] ?? 0) - value;
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Whether a path is asked for by a regular expression. */
export function hasPathRegex({ entry }: EntryRule): boolean {
  return (entry?.conditions ?? []).some(
    (condition) => condition.on === 'path' && condition.match.kind === 'regex',
  );
}

/** No path condition is the default prefix `/`. */
function pathRank(conditions: readonly Condition[]): [number, number] {
  for (const condition of conditions) {
    if (condition.on === 'path-segments') return [2, Math.max(1, condition.prefix.length)];
    if (condition.on !== 'path') continue;
    if (condition.match.kind === 'exact') return [3, condition.match.value.length];
    if (condition.match.kind === 'regex') return [1, condition.match.value.length];
  }
  return [2, 1];
}

function istioCallRank(conditions: readonly Condition[]): [number, number] {
  const grpc = methodOf(conditions);
  if (grpc === null) return [-1, 0];
  const { service, method } = grpc;
  if (service === null) return [1, `/[^/]+/${textOf(method)}`.length];
  if (service.kind === 'regex')
    return [1, `/${textOf(service)}/${method === null ? '.+' : textOf(method)}`.length];
  return [method === null ? 2 : 3, `/${textOf(service)}/${textOf(method)}`.length];
}

function envoyPathRank(conditions: readonly Condition[]): [number, number] {
  const [kind, length] = pathRank(conditions);
  if (kind === 2) return [1, length === 1 ? 0 : length];
  return [kind === 1 ? 2 : 3, length];
}

/** Stand for any service and any method in regular expressions of Envoy Gateway. */
const ENVOY_SERVICE = '(?i)\\.?[a-z_][a-z_0-9]*(\\.[a-z_][a-z_0-9]*)*';
const ENVOY_METHOD = '[A-Za-z_][A-Za-z_0-9]*';

function envoyCallRank({ service, method }: GrpcMethod): [number, number] {
  if ((service ?? method)?.kind === 'regex') {
    const parts = [
      service === null ? ENVOY_SERVICE : textOf(service),
      method === null ? ENVOY_METHOD : textOf(method),
    ];
    return [2, `/${parts.join('/')}`.length];
  }
  if (service === null) return [1, 0];
  if (method === null) return [1, `/${textOf(service)}`.length];
  return [3, `/${textOf(service)}/${textOf(method)}`.length];
}

function methodOf(conditions: readonly Condition[]): GrpcMethod | null {
  return conditions.find((condition) => condition.on === 'grpc-method') ?? null;
}

function count(conditions: readonly Condition[], on: Condition['on']): number {
  return conditions.filter((condition) => condition.on === on).length;
}

function countExact(conditions: readonly Condition[], on: 'header' | 'query'): number {
  return conditions.filter((condition) => condition.on === on && condition.match.kind === 'exact')
    .length;
}

function textOf(match: GrpcMethod['service']): string {
  return match !== null && 'value' in match ? match.value : '';
}

function textLength(match: GrpcMethod['service'] | undefined): number {
  return textOf(match ?? null).length;
}
