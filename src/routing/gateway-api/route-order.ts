import type { GatewayImplementation } from '../../scenario/gateway-implementation.js';
import { takesEveryPath } from '../condition-cover.js';
import { type Ages, compare } from './age.js';
import type { Attachment } from './attach.js';
import {
  compareRanks,
  type EntryRule,
  envoyGatewayRank,
  istioRank,
  type Rank,
  specifiedRank,
} from './precedence.js';
import type { ApiRoute } from './route.js';

/** A route as one host has it: by the hostname that it writes, on a listener. */
export interface PlacedRoute {
  route: ApiRoute;
  written: string;
  /** Name of the listener; empty in a mesh. */
  listener: string;
}

export function placedRoute({ route, written, listener }: Attachment): PlacedRoute {
  return { route, written, listener: listener.name };
}

/** The rules of routes by route, one for each alternative. */
export type RulesByRoute = ReadonlyMap<ApiRoute, readonly EntryRule[]>;

/**
 * The rules on one host in the order that an implementation tries them.
 * @param proxyNamespace Of the gateway's pods; null in a mesh.
 */
export function rulesInOrder(
  implementation: GatewayImplementation,
  placed: readonly PlacedRoute[],
  rules: RulesByRoute,
  proxyNamespace: string | null,
  ages: Ages,
): EntryRule[] {
  switch (implementation) {
    case 'istio':
      return istioOrder(placed, rules, proxyNamespace, ages);
    case 'envoy-gateway':
      return byRank(
        routesOf(placed)
          .toSorted(
            (one, other) => -compare(one.kind, other.kind) || ages.compareRoutes(one, other),
          )
          .flatMap((route) => rules.get(route) ?? []),
        envoyGatewayRank,
      );
    case 'specification':
      return specifiedOrder(placed, rules, ages);
  }
}

/**
 * Only the oldest route and others of its kind are accepted on a host.
 * Source: https://gateway-api.sigs.k8s.io/reference/spec/#grpcroutespec (hostnames).
 */
export function rejectedRoutes(
  placed: readonly PlacedRoute[],
  ages: Ages,
): { oldest: ApiRoute | null; rejected: ApiRoute[] } {
  const routes = routesOf(placed);
  const [oldest = null] = routes.toSorted(ages.compareRoutes);
  return { oldest, rejected: routes.filter(({ kind }) => kind !== oldest?.kind) };
}

function specifiedOrder(
  placed: readonly PlacedRoute[],
  rules: RulesByRoute,
  ages: Ages,
): EntryRule[] {
  const rejected = new Set(rejectedRoutes(placed, ages).rejected);
  const inOrder = placed
    .filter(({ route }) => !rejected.has(route))
    .toSorted((one, other) => ages.compareRoutes(one.route, other.route))
    .flatMap(({ route, written }) =>
      (rules.get(route) ?? []).map((rule) => ({ rule, rank: specifiedRank(rule, written) })),
    )
    .toSorted((one, other) => compareRanks(one.rank, other.rank))
    .map(({ rule }) => rule);
  // A route that writes several fitting hostnames counts by the best.
  return [...new Set(inOrder)];
}

/**
 * Istio makes one VirtualService of the routes of both kinds that write one hostname, with their rules in
 * order. Those of several hostnames follow each other: listener by listener, those in the namespace
 * of the gateway's pods first, then by the age of the oldest route in each; rules that take everything
 * move to the end, and what follows one in its own VirtualService is not programmed.
 * Source: istio/istio pilot/pkg/config/kube/gateway/controller.go (httpAndGrpcVS) and
 * route_collections.go, mergeHTTPRoutes; pilot/pkg/model/push_context.go, VirtualServicesForGateway;
 * pilot/pkg/networking/core/gateway.go, buildGatewayHTTPRouteConfig; core/route/route.go,
 * BuildHTTPRoutesForVirtualService and SortVHostRoutes.
 */
function istioOrder(
  placed: readonly PlacedRoute[],
  rules: RulesByRoute,
  proxyNamespace: string | null,
  ages: Ages,
): EntryRule[] {
  const merged = new Map<string, MergedRoutes>();
  for (const { route, written, listener } of placed) {
    const key = `${listener}/${written}`;
    const before = merged.get(key);
    if (before === undefined) merged.set(key, { listener, written, routes: [route] });
    else before.routes.push(route);
  }
  const tables = [...merged.values()]
    .map((group) => ({ ...group, routes: [...new Set(group.routes)].toSorted(ages.compareRoutes) }))
    .toSorted((one, other) => compareMerged(one, other, proxyNamespace, ages))
    .map(({ routes }) =>
      untilCatchAll(
        byRank(
          routes.flatMap((route) => rules.get(route) ?? []),
          istioRank,
        ),
      ),
    )
    .flat();
  return [...tables.filter((rule) => !takesAll(rule)), ...tables.filter(takesAll)];
}

/** Routes that write one hostname on one listener. */
interface MergedRoutes {
  listener: string;
  written: string;
  /** Oldest first, whose age and namespace are those of all. */
  routes: ApiRoute[];
}

function compareMerged(
  one: MergedRoutes,
  other: MergedRoutes,
  proxyNamespace: string | null,
  ages: Ages,
): number {
  const [first, second] = [one.routes[0], other.routes[0]];
  if (first === undefined || second === undefined) return 0;
  const isForeign = ({ namespace }: ApiRoute): number => (namespace === proxyNamespace ? 0 : 1);
  return (
    compare(one.listener, other.listener) ||
    isForeign(first) - isForeign(second) ||
    compare(ages.timeOf(first), ages.timeOf(second)) ||
    compare(one.written, other.written)
  );
}

function untilCatchAll(rules: readonly EntryRule[]): EntryRule[] {
  const last = rules.findIndex(takesAll);
  return last === -1 ? [...rules] : rules.slice(0, last + 1);
}

function takesAll({ entry }: EntryRule): boolean {
  return entry === null || entry.conditions.every(takesEveryPath);
}

/** Most specific first; of one rank in the order given. */
function byRank(rules: readonly EntryRule[], rankOf: (rule: EntryRule) => Rank): EntryRule[] {
  return rules
    .map((rule) => ({ rule, rank: rankOf(rule) }))
    .toSorted((one, other) => compareRanks(one.rank, other.rank))
    .map(({ rule }) => rule);
}

function routesOf(placed: readonly PlacedRoute[]): ApiRoute[] {
  return [...new Set(placed.map(({ route }) => route))];
}
