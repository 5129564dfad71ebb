import { InputError } from '../../input-error.js';
import { unmetReason, type MatchContext } from '../condition.js';
import { hostOf, mostSpecificHost, portOf } from '../istio/host.js';
import type { RouteRequest } from '../request.js';
import type { EnvoyRouteTable, EnvoyVirtualHost } from './config-dump.js';
import type { EnvoyRoute } from './route.js';

/** One destination of a programmed route. */
export interface ProgrammedDestination {
  /** As Envoy knows it: `outbound|50051|v1|grpc-helloworld-py.default.svc.cluster.local`. */
  cluster: string;
  /** The parts of an Istio cluster name; `null` for any other. */
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
  destinations: ProgrammedDestination[];
  /** Share the proxy answers itself: redirects, direct responses, or no route. */
  answeredByProxy: number;
  notes: string[];
}

/**
 * Sends a request through the route tables of a proxy.
 * @param gatewayPort The listener's port, where it is known.
 * @throws InputError when no table or no virtual host fits.
 */
export function programmedRoute(
  tables: readonly EnvoyRouteTable[],
  request: RouteRequest,
  gatewayPort: number | null,
): ProgrammedRoute {
  const table = chooseTable(tables, request, gatewayPort);
  const virtualHost = chooseVirtualHost(table, request);
  const context: MatchContext = {
    method: request.method,
    path: request.path,
    scheme: request.scheme,
    authority: request.authority,
    headers: request.headers,
    port: gatewayPort,
    gateways: [],
    source: null,
  };
  return { table: table.name, virtualHost: virtualHost.name, ...follow(virtualHost, context) };
}

function chooseTable(
  tables: readonly EnvoyRouteTable[],
  request: RouteRequest,
  gatewayPort: number | null,
): EnvoyRouteTable {
  const onPort =
    gatewayPort === null ? [] : tables.filter(({ ports }) => ports.includes(gatewayPort));
  const fitting = (onPort.length > 0 ? onPort : tables).filter(
    (table) => virtualHostOf(table, request) !== null,
  );
  const [first, second] = fitting;
  if (first === undefined)
    throw new InputError(
      `none of the proxy's route tables has the host ${request.authority}: there are ${tables.map(({ name }) => name).join(', ')}`,
    );
  if (second !== undefined)
    throw new InputError(
      `the request fits the proxy's route tables ${fitting.map(({ name }) => name).join(' and ')}: choose with --gateway-port`,
    );
  return first;
}

function chooseVirtualHost(table: EnvoyRouteTable, request: RouteRequest): EnvoyVirtualHost {
  const found = virtualHostOf(table, request);
  if (found === null)
    throw new InputError(`the route table ${table.name} has no host ${request.authority}`);
  return found;
}

/** Domains may name a port; the authority is compared with it, and without it where Envoy does. */
function virtualHostOf(table: EnvoyRouteTable, request: RouteRequest): EnvoyVirtualHost | null {
  const authority = request.authority.toLowerCase();
  const host = table.ignoresPort && portOf(authority) !== null ? hostOf(authority) : authority;
  const best = mostSpecificHost(
    host,
    table.virtualHosts.flatMap(({ domains }) => domains),
  );
  return best === null
    ? null
    : (table.virtualHosts.find(({ domains }) => domains.includes(best)) ?? null);
}

/** Routes in order; one that takes only a fraction of its requests leaves the rest to those after it. */
function follow(
  { routes }: EnvoyVirtualHost,
  context: MatchContext,
): Pick<ProgrammedRoute, 'routes' | 'destinations' | 'answeredByProxy' | 'notes'> {
  const shares = new Map<string, number>();
  const taken: string[] = [];
  const notes: string[] = [];
  let left = 1;
  let answeredByProxy = 0;
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
    taken.push(route.name === '' ? `routes[${index}]` : route.name);
    if (route.action.kind === 'dynamic')
      throw new InputError(
        `routes[${index}] chooses its cluster by ${route.action.by}, which cannot be told here`,
      );
    if (route.action.kind === 'clusters') addShares(shares, route.action.clusters, share);
    else answeredByProxy += share;
  }
  return {
    routes: taken,
    destinations: [...shares].map(([cluster, share]) => ({ ...parseCluster(cluster), share })),
    answeredByProxy: answeredByProxy + left,
    notes,
  };
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

/** An Istio cluster's name: `direction|port|subset|host`. */
export function parseCluster(cluster: string): Omit<ProgrammedDestination, 'share'> {
  const [direction, port, subset, host, ...rest] = cluster.split('|');
  if (direction === undefined || host === undefined || rest.length > 0 || !/^\d+$/.test(port ?? ''))
    return { cluster, host: null, subset: null, port: null };
  return { cluster, host, subset: subset === '' ? null : (subset ?? null), port: Number(port) };
}
