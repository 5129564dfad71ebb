import { InputError } from '../../input-error.js';
import { unmetReason, type MatchContext } from '../condition.js';
import { hostOf, mostSpecificHost, portOf } from '../istio/host.js';
import { normalizedPath } from '../istio/normalized-path.js';
import { answersPreflight } from '../preflight.js';
import type { RouteRequest } from '../request.js';
import type { ClusterAliases } from './clusters.js';
import type { EnvoyRouteTable, EnvoyVirtualHost } from './config-dump.js';
import type { EnvoyRoute } from './route.js';

/** One destination of a programmed route. */
export interface ProgrammedDestination {
  /** As Envoy knows it: `outbound|50051|v1|grpc-helloworld-py.default.svc.cluster.local`. */
  cluster: string;
  /** Under which its endpoints are looked up, where the dump says. */
  aliases: readonly string[];
  /** The parts of an Istio cluster name or alias; `null` for any other. */
  host: string | null;
  subset: string | null;
  port: number | null;
  /** Between 0 and 1. */
  share: number;
}

/** What a proxy would do with a request. */
export interface ProgrammedRoute {
  /** Name of the route table: `http.8080`. */
  table: string;
  virtualHost: string;
  /** Route names or positions that get a part of the requests. */
  routes: string[];
  /** `namespace/name` of those that the routes are made of, where Istio says so. */
  virtualServices: string[];
  destinations: ProgrammedDestination[];
  /** Share the proxy answers itself: redirects, direct responses, or no route. */
  answeredByProxy: number;
  /** What chooses the destinations of a part of the requests that cannot be told; else `null`. */
  unknown: string | null;
  notes: string[];
}

/**
 * Whether any route table that the request can meet has its host.
 * @param gatewayPort The listener's port, where it is known.
 * @throws InputError when it cannot be told: several tables have it, or a table that may have it is
 *   not in the dump.
 */
export function servesHost(
  tables: readonly EnvoyRouteTable[],
  request: RouteRequest,
  gatewayPort: number | null,
): boolean {
  return chooseTable(tables, request, gatewayPort) !== null;
}

/**
 * Sends a request through the route tables of a proxy.
 * @param gatewayPort The listener's port, where it is known.
 * @throws InputError when no table has the request's host, and as {@link servesHost} does.
 */
export function programmedRoute(
  tables: readonly EnvoyRouteTable[],
  request: RouteRequest,
  gatewayPort: number | null,
): ProgrammedRoute {
  const chosen = chooseTable(tables, request, gatewayPort);
  if (chosen === null)
    throw new InputError(
      `none of the proxy's route tables has the host ${request.authority}: there are ${tables.map(({ name }) => name).join(', ')}`,
    );
  const { table, virtualHost } = chosen;
  const context: MatchContext = {
    // Gateways that are made by control planes resolve dots before they look for a route.
    request: { ...request, path: normalizedPath(request.path) },
    port: gatewayPort,
    gateways: [],
    source: null,
  };
  const { name, clusters } = table;
  return { table: name, virtualHost: virtualHost.name, ...follow(virtualHost, context, clusters) };
}

/** A route table with the virtual host that takes a request. */
interface ChosenTable {
  table: EnvoyRouteTable;
  virtualHost: EnvoyVirtualHost;
  /** The domain it takes it by. */
  domain: string;
}

/** @returns `null` when every table is known and none has the host. */
function chooseTable(
  tables: readonly EnvoyRouteTable[],
  request: RouteRequest,
  gatewayPort: number | null,
): ChosenTable | null {
  const onPort =
    gatewayPort === null ? [] : tables.filter(({ ports }) => ports.includes(gatewayPort));
  const possible = onPort.length > 0 ? onPort : tables;
  const fitting = possible.flatMap((table) => virtualHostOf(table, request) ?? []);
  const partial = possible.find(({ incomplete }) => incomplete !== null);
  // Every table of a sidecar has a host for whatever it does not know.
  const best = mostSpecificHost(
    hostOf(request.authority),
    fitting.map(({ domain }) => domain),
  );
  const closest = fitting.filter(({ domain }) => best === null || domain === best);
  const [first, second] = closest;
  if (first !== undefined && second === undefined) return first;
  if (first !== undefined) {
    const names = closest.map(({ table }) => describeTable(table)).join(' and ');
    throw new InputError(
      `the request fits several of the proxy's route tables, ${names}: say which port it arrives at with --gateway-port`,
      { path: '--gateway-port' },
    );
  }
  if (partial === undefined) return null;
  throw new InputError(
    `the proxy's route table ${describeTable(partial)} may have the host ${request.authority}, but ${partial.incomplete ?? ''}: take the whole /config_dump, without ?resource or ?mask, once the proxy has its routes`,
  );
}

/** `http.8080`; `that of port 8080`, where it has no name. */
function describeTable({ name, ports }: EnvoyRouteTable): string {
  if (name !== '') return name;
  return ports.length === 0 ? 'without a name' : `that of port ${ports.join(', ')}`;
}

/** Domains may name a port; the authority is compared with it, and without it where Envoy does. */
function virtualHostOf(table: EnvoyRouteTable, request: RouteRequest): ChosenTable | null {
  const authority = request.authority.toLowerCase();
  const host = table.ignoresPort && portOf(authority) !== null ? hostOf(authority) : authority;
  const domain = mostSpecificHost(
    host,
    table.virtualHosts.flatMap(({ domains }) => domains),
  );
  if (domain === null) return null;
  const virtualHost = table.virtualHosts.find(({ domains }) => domains.includes(domain));
  return virtualHost === undefined ? null : { table, virtualHost, domain };
}

/** Routes in order; one that takes only a fraction of its requests leaves the rest to those after it. */
function follow(
  { routes, requiresTls }: EnvoyVirtualHost,
  context: MatchContext,
  aliases: ClusterAliases,
): Omit<ProgrammedRoute, 'table' | 'virtualHost'> {
  const shares = new Map<string, number>();
  const taken: string[] = [];
  const owners = new Set<string>();
  const notes: string[] = [];
  const isSentToHttps = requiresTls && context.request.scheme === 'http';
  let left = isSentToHttps ? 0 : 1;
  let answeredByProxy = isSentToHttps ? 1 : 0;
  let unknown: string | null = null;
  for (const [index, route] of routes.entries()) {
    if (left <= 0) break;
    if (route.conditions.some((condition) => unmetReason(condition, context) !== null)) {
      const unknowable = route.conditions.find(({ on }) => on === 'unknowable');
      if (unknowable?.on === 'unknowable')
        notes.push(`routes[${index}] depends on ${unknowable.what} and is passed over`);
      continue;
    }
    const share = left * route.fraction;
    left -= share;
    if (share === 0) continue;
    if (route.virtualService !== null) owners.add(route.virtualService);
    taken.push(route.name === '' ? `routes[${index}]` : route.name);
    if (isAnsweredBefore(route, context)) answeredByProxy += share;
    else if (route.action.kind === 'clusters') addShares(shares, route.action.clusters, share);
    else if (route.action.kind === 'dynamic')
      unknown = `the proxy's ${taken.at(-1) ?? ''} chooses its cluster by ${route.action.by}`;
    else answeredByProxy += share;
  }
  return {
    routes: taken,
    virtualServices: [...owners],
    destinations: [...shares].map(([cluster, share]) => {
      return { ...parseCluster(cluster, aliases.get(cluster)), share };
    }),
    answeredByProxy: answeredByProxy + left,
    unknown,
    notes,
  };
}

/** A preflight request that the CORS policy of a route that forwards answers. */
function isAnsweredBefore({ action, preflights }: EnvoyRoute, { request }: MatchContext): boolean {
  if (action.kind !== 'clusters' && action.kind !== 'dynamic') return false;
  return preflights !== null && answersPreflight(preflights, request);
}

function addShares(
  shares: Map<string, number>,
  clusters: Extract<EnvoyRoute['action'], { kind: 'clusters' }>['clusters'],
  share: number,
): void {
  const total = clusters.reduce((sum, { weight }) => sum + weight, 0);
  for (const { cluster, weight } of clusters) {
    if (weight > 0) shares.set(cluster, (shares.get(cluster) ?? 0) + (share * weight) / total);
  }
}

/** An Istio cluster's name, or that of its endpoints: `direction|port|subset|host`. */
export function parseCluster(
  cluster: string,
  aliases: readonly string[] = [],
): Omit<ProgrammedDestination, 'share'> {
  for (const name of [cluster, ...aliases]) {
    const [, port, subset = '', host, ...rest] = name.split('|');
    if (host === undefined || rest.length > 0 || !/^\d+$/.test(port ?? '')) continue;
    return { cluster, aliases, host, subset: subset === '' ? null : subset, port: Number(port) };
  }
  return { cluster, aliases, host: null, subset: null, port: null };
}
