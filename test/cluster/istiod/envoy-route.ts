import { BlockList } from 'node:net';

import type { GivenConfiguration, GivenListener } from './control-plane.js';
import type {
  HeaderMatch,
  HttpManager,
  RouteEntry,
  RouteMatch,
  RouteTable,
  StringMatch,
} from './envoy-config.js';

/** A request as a proxy gets it. */
export interface ProxiedRequest {
  /** Port of the listener. */
  port: number;
  tls: boolean;
  method: string;
  /** With its query. */
  path: string;
  /** As in `:authority`. */
  authority: string;
  headers: ReadonlyMap<string, string>;
  /** Asked for in TLS, where it is not the authority's host. */
  serverName?: string;
  /** What a sidecar's application connects to, where its proxy sees connections alone. */
  address?: string;
}

/** What a proxy does with a request by its configuration. */
export type ProxiedOutcome =
  /** Shares by cluster; of one that is not there with an `absent`. */
  | { kind: 'forward'; shares: ReadonlyMap<string, number>; absent: readonly string[] }
  | { kind: 'redirect'; to: string }
  | { kind: 'direct-response'; status: number }
  /** 404: no virtual host, or no route of it. */
  | { kind: 'no-route' }
  /** No listener, or none of its filter chains. */
  | { kind: 'closed' }
  /** Envoy does not take the listener. */
  | { kind: 'refused' };

/**
 * What Envoy does with a request, written after its documentation and with nothing of the product:
 * https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/route/v3/route_components.proto and
 * https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/listener/v3/listener_components.proto (FilterChainMatch).
 */
export function gatewayOutcome(given: GivenConfiguration, request: ProxiedRequest): ProxiedOutcome {
  const listener = given.listeners?.find(({ port }) => port === request.port);
  if (listener === undefined) return { kind: 'closed' };
  if (overlap(listener.chains)) return { kind: 'refused' };
  return chainOutcome(given, chainFor(listener.chains, request), request);
}

/** Two chains with one condition: "multiple filter chains with overlapping matching rules are defined". */
function overlap(chains: readonly Chain[]): boolean {
  const conditions = chains.flatMap(({ match }) =>
    match === null
      ? []
      : (match.serverNames ?? ['']).map((name) => JSON.stringify({ ...match, serverNames: name })),
  );
  return new Set(conditions).size < conditions.length;
}

function chainOutcome(
  given: GivenConfiguration,
  chain: Chain | null,
  request: ProxiedRequest,
): ProxiedOutcome {
  // TLS that the proxy is to take off must be there.
  if (chain === null || (chain.tls && !request.tls)) return { kind: 'closed' };
  if (chain.http !== undefined) {
    // HTTP cannot be read in TLS that stays.
    return chain.tls === request.tls
      ? managedOutcome(given, chain.http, request)
      : { kind: 'closed' };
  }
  return chain.tcp === undefined ? { kind: 'closed' } : forwardedBy(given, chain.tcp);
}

/** What a sidecar does with a request that its application sends to a port. */
export function sidecarOutcome(given: GivenConfiguration, request: ProxiedRequest): ProxiedOutcome {
  if (request.address !== undefined) return connectionOutcome(given, request, request.address);
  const name = String(request.port);
  const manager = (given.listeners ?? [])
    .flatMap(({ chains }) => chains)
    .find(({ http }) => http?.rds?.routeConfigName === name)?.http;
  if (manager === undefined) return { kind: 'closed' };
  return managedOutcome(given, manager, request);
}

/** What a waypoint does with a request to a service, named in full; `closed`: it is not the service's waypoint. */
export function waypointOutcome(
  given: GivenConfiguration,
  request: ProxiedRequest,
): ProxiedOutcome {
  const name = `inbound-vip|${request.port}|http|${request.authority}`;
  const manager = (given.listeners ?? [])
    .filter((each) => each.name === 'main_internal')
    .flatMap(({ chains }) => chains)
    .find(({ http }) => http?.routeConfig?.name === name)?.http;
  return manager === undefined ? { kind: 'closed' } : managedOutcome(given, manager, request);
}

/** By the listener of the address, else by that of all addresses. */
function connectionOutcome(
  given: GivenConfiguration,
  request: ProxiedRequest,
  address: string,
): ProxiedOutcome {
  const listeners = [address, '0.0.0.0'].map((ip) =>
    given.listeners?.find(({ name }) => name === `${ip}_${request.port}`),
  );
  const listener = listeners.find((each) => each !== undefined);
  if (listener === undefined) return { kind: 'closed' };
  return chainOutcome(given, chainFor(listener.chains, request), request);
}

type Chain = GivenListener['chains'][number];

/**
 * Step by step, and never back: by the narrowest range of addresses, then the exact server name, the longest
 * wildcard or none, then the transport; else the chain without conditions.
 */
function chainFor(chains: readonly Chain[], request: ProxiedRequest): Chain | null {
  const serverName = request.tls ? (request.serverName ?? hostOf(request.authority)) : '';
  const transport = request.tls ? 'tls' : 'raw_buffer';
  // No name of an application's protocol is offered.
  const usable = chains.filter(({ match }) => (match?.applicationProtocols ?? []).length === 0);
  const inRange = best(usable, ({ match }) => rangeRank(match?.prefixRanges, request.address));
  const named = best(inRange, ({ match }) =>
    bestOf(match?.serverNames, (name) => rankOf(name, serverName)),
  );
  const [taken] = best(named, ({ match }) =>
    bestOf(textsOf(match?.transportProtocol), (each) => (each === transport ? 1 : -1)),
  );
  // The chain for what no other one takes comes last.
  return taken ?? chains.findLast(({ match }) => match === null) ?? null;
}

/** Those of the highest rank; a negative one is none. */
function best(chains: readonly Chain[], rank: (chain: Chain) => number): readonly Chain[] {
  const highest = Math.max(0, ...chains.map(rank));
  return chains.filter((chain) => rank(chain) === highest);
}

/** 0 where nothing is asked for. */
function bestOf(conditions: readonly string[] = [], rank: (condition: string) => number): number {
  return conditions.length === 0 ? 0 : Math.max(...conditions.map(rank));
}

function textsOf(text: string | undefined): readonly string[] {
  return text === undefined || text === '' ? [] : [text];
}

function rangeRank(
  ranges: NonNullable<Chain['match']>['prefixRanges'] = [],
  address: string | undefined,
): number {
  if (ranges.length === 0) return 0;
  return Math.max(
    ...ranges.map(({ addressPrefix, prefixLen = 0 }) => {
      const range = new BlockList();
      range.addSubnet(addressPrefix, prefixLen);
      return address !== undefined && range.check(address) ? 1 + prefixLen : -1;
    }),
  );
}

function rankOf(pattern: string, host: string): number {
  if (pattern === host) return 10_000;
  if (pattern.startsWith('*.') && host.endsWith(pattern.slice(1))) return pattern.length;
  return -1;
}

function managedOutcome(
  given: GivenConfiguration,
  manager: HttpManager,
  request: ProxiedRequest,
): ProxiedOutcome {
  const name = manager.rds?.routeConfigName;
  const table = manager.routeConfig ?? given.routes?.find((each) => each.name === name);
  if (table === undefined) return { kind: 'no-route' };
  const path = manager.normalizePath === true ? normalized(request.path) : request.path;
  return tableOutcome(given, table, { ...request, path });
}

function tableOutcome(
  given: GivenConfiguration,
  table: RouteTable,
  request: ProxiedRequest,
): ProxiedOutcome {
  const virtualHost = virtualHostFor(table, request.authority);
  if (virtualHost === undefined) return { kind: 'no-route' };
  if (!request.tls && virtualHost.requireTls !== undefined)
    return { kind: 'redirect', to: 'https:// (301)' };
  const taken = (virtualHost.routes ?? []).find(({ match }) => takes(match, request));
  return taken === undefined ? { kind: 'no-route' } : actionOf(given, taken);
}

function virtualHostFor(
  { virtualHosts = [], ignorePortInHostMatching = false }: RouteTable,
  authority: string,
): NonNullable<RouteTable['virtualHosts']>[number] | undefined {
  const host = ignorePortInHostMatching ? hostOf(authority) : authority.toLowerCase();
  let best: NonNullable<RouteTable['virtualHosts']>[number] | undefined;
  let bestRank = -1;
  for (const virtualHost of virtualHosts) {
    for (const domain of virtualHost.domains) {
      const rank = domainRank(domain.toLowerCase(), host);
      if (rank > bestRank) [best, bestRank] = [virtualHost, rank];
    }
  }
  return best;
}

/** Exact names, then suffixes, then prefixes, the longest first; then `*`. */
function domainRank(domain: string, host: string): number {
  if (domain === '*') return 0;
  if (domain === host) return 1_000_000;
  const isLonger = host.length > domain.length - 1;
  if (domain.startsWith('*'))
    return isLonger && host.endsWith(domain.slice(1)) ? 1000 + domain.length : -1;
  if (domain.endsWith('*'))
    return isLonger && host.startsWith(domain.slice(0, -1)) ? domain.length : -1;
  return -1;
}

function takes(match: RouteMatch, request: ProxiedRequest): boolean {
  const [path = '', query = ''] = request.path.split('?');
  return (
    takesPath(match, path) &&
    (match.headers ?? []).every((header) => takesHeader(header, request)) &&
    (match.queryParameters ?? []).every(({ name, stringMatch }) => {
      const value = new URLSearchParams(query).get(name);
      return value !== null && (stringMatch === undefined || takesText(stringMatch, value));
    })
  );
}

function takesPath(match: RouteMatch, path: string): boolean {
  const fold = (text: string): string =>
    match.caseSensitive === false ? text.toLowerCase() : text;
  const given = fold(path);
  if (match.prefix !== undefined) return given.startsWith(fold(match.prefix));
  if (match.path !== undefined) return given === fold(match.path);
  if (match.safeRegex !== undefined) return isWholly(match.safeRegex.regex, path);
  if (match.pathSeparatedPrefix !== undefined) {
    const prefix = fold(match.pathSeparatedPrefix);
    return given === prefix || given.startsWith(`${prefix}/`);
  }
  throw new Error(`a match of a path that is not known here: ${JSON.stringify(match)}`);
}

function takesHeader(header: HeaderMatch, request: ProxiedRequest): boolean {
  const value = headerOf(header.name, request);
  const inverted = header.invertMatch === true;
  if (header.stringMatch !== undefined) {
    if (value === null && header.treatMissingHeaderAsEmpty !== true) return false;
    return takesText(header.stringMatch, value ?? '') !== inverted;
  }
  if (header.presentMatch !== undefined)
    return ((value !== null) === header.presentMatch) !== inverted;
  throw new Error(`a match of a header that is not known here: ${JSON.stringify(header)}`);
}

function headerOf(
  name: string,
  { method, path, authority, tls, headers }: ProxiedRequest,
): string | null {
  switch (name.toLowerCase()) {
    case ':method':
      return method;
    case ':path':
      return path;
    case ':authority':
    case 'host':
      return authority;
    case ':scheme':
      return tls ? 'https' : 'http';
    default:
      return headers.get(name.toLowerCase()) ?? null;
  }
}

function takesText(match: StringMatch, text: string): boolean {
  const fold = (value: string): string => (match.ignoreCase === true ? value.toLowerCase() : value);
  const given = fold(text);
  if (match.exact !== undefined) return given === fold(match.exact);
  if (match.prefix !== undefined) return given.startsWith(fold(match.prefix));
  if (match.suffix !== undefined) return given.endsWith(fold(match.suffix));
  if (match.safeRegex !== undefined) return isWholly(match.safeRegex.regex, text);
  throw new Error(`a match of a text that is not known here: ${JSON.stringify(match)}`);
}

/** Envoy's expressions stand for the whole text. */
function isWholly(expression: string, text: string): boolean {
  return new RegExp(`^(?:${expression})$`, 'u').test(text);
}

function actionOf(
  given: GivenConfiguration,
  { route, redirect, directResponse }: RouteEntry,
): ProxiedOutcome {
  if (route !== undefined) return forwardedBy(given, route);
  if (redirect !== undefined) return { kind: 'redirect', to: targetOf(redirect) };
  if (directResponse !== undefined)
    return { kind: 'direct-response', status: directResponse.status ?? 0 };
  return { kind: 'no-route' };
}

function forwardedBy(
  given: GivenConfiguration,
  to: NonNullable<RouteEntry['route']>,
): ProxiedOutcome {
  const shares = sharesOf(to);
  const absent = [...shares.keys()].filter((name) => !given.clusters.includes(name));
  return { kind: 'forward', shares, absent };
}

function sharesOf({
  cluster,
  weightedClusters,
}: NonNullable<RouteEntry['route']>): ReadonlyMap<string, number> {
  if (cluster !== undefined) return new Map([[cluster, 1]]);
  const weighted = weightedClusters?.clusters ?? [];
  const total = weighted.reduce((sum, { weight = 0 }) => sum + weight, 0);
  const shares = new Map<string, number>();
  for (const { name, weight = 0 } of weighted)
    if (weight > 0) shares.set(name, (shares.get(name) ?? 0) + weight / total);
  return shares;
}

const STATUS_OF: Readonly<Record<string, number>> = {
  MOVED_PERMANENTLY: 301,
  FOUND: 302,
  SEE_OTHER: 303,
  TEMPORARY_REDIRECT: 307,
  PERMANENT_REDIRECT: 308,
};

/** `https://example.com:8443/new (308)`, with what stays as it is left out. */
function targetOf(redirect: NonNullable<RouteEntry['redirect']>): string {
  const scheme = redirect.httpsRedirect === true ? 'https' : redirect.schemeRedirect;
  const port = redirect.portRedirect === undefined ? '' : `:${redirect.portRedirect}`;
  const where = `${redirect.hostRedirect ?? ''}${port}${redirect.pathRedirect ?? redirect.prefixRewrite ?? ''}`;
  const status = STATUS_OF[redirect.responseCode ?? 'MOVED_PERMANENTLY'];
  return `${scheme === undefined ? '' : `${scheme}://`}${where} (${status ?? ''})`;
}

/** Without dots, as RFC 3986 has it; those that are escaped count. */
function normalized(path: string): string {
  const [before = '', ...query] = path.split('?');
  const unescaped = before.replaceAll(/%2e/gi, '.');
  const kept: string[] = [];
  const segments = unescaped.split('/').slice(1);
  for (const [index, segment] of segments.entries()) {
    const isLast = index === segments.length - 1;
    if (segment === '..') kept.pop();
    else if (segment !== '.') kept.push(segment);
    if (isLast && (segment === '.' || segment === '..')) kept.push('');
  }
  return [`/${kept.join('/')}`, ...query].join('?');
}

function hostOf(authority: string): string {
  return authority.replace(/:\d+$/, '').toLowerCase();
}
