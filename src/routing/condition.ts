import { headerText } from './header-text.js';
import { coveredBy } from './istio/host.js';
import { isInSubnets } from './subnets.js';
import type { RouteRequest } from './request.js';
import { describeStringMatch, matchesText, type StringMatch } from './string-match.js';

/** One condition on a request; those of a {@link MatchEntry} must all hold. */
export type Condition =
  | { on: 'path'; match: StringMatch; ignoreCase: boolean }
  | { on: 'path-segments'; prefix: string; ignoreCase: boolean }
  | { on: 'grpc-method'; service: StringMatch | null; method: StringMatch | null }
  | { on: 'method' | 'scheme' | 'authority'; match: StringMatch }
  | { on: 'header'; name: string; match: StringMatch; negated: boolean; missingIsEmpty: boolean }
  | { on: 'query'; name: string; match: StringMatch }
  | { on: 'port'; port: number }
  | { on: 'gateway'; names: readonly string[] }
  | { on: 'source-labels'; labels: Readonly<Record<string, string>> }
  | { on: 'source-namespace'; namespace: string }
  /** Of a connection: what its client asks for in TLS; `*` alone takes a connection without TLS, too. */
  | { on: 'server-name'; names: readonly string[] }
  /** Of a connection: where its client means to go. */
  | { on: 'destination-subnets'; subnets: readonly string[] }
  /** It holds for every connection. */
  | { on: 'connection' }
  | { on: 'unknowable'; what: string }
  /** One that the client never holds for met, and why. */
  | { on: 'unseen'; of: Condition; why: string };

/** Alternatives are a list of entries; within one entry every condition must hold. */
export interface MatchEntry {
  conditions: readonly Condition[];
}

/** What the conditions can see: the request, and the proxy that it passes. */
export interface MatchContext {
  request: Pick<RouteRequest, 'method' | 'path' | 'scheme' | 'authority' | 'headers'>;
  /** Port of the gateway's listener, or of the service in a mesh; `null` when not known. */
  port: number | null;
  /** Names under which the proxy is known: `default/grpc-gateway`, `mesh`. */
  gateways: readonly string[];
  /**
   * Labels and namespace of the pod whose proxy it is, in a mesh the client's; `null` where none counts,
   * and labels that are not known are taken for none.
   */
  source: { labels: Readonly<Record<string, string>> | null; namespace: string } | null;
  /** What is known of the connection, where rules choose by it. */
  connection?: ConnectionTraits;
}

/** What rules for connections see of one. */
export interface ConnectionTraits {
  /** In lower case; `null` in plaintext, and where an address is asked for. */
  serverName: string | null;
  /** IP address it is opened to; `null` when not known. */
  address: string | null;
}

/**
 * Why a condition does not hold for a request.
 * @returns One clause, e.g. `path is /a, not prefix /b`, or `null` when it holds.
 */
export function unmetReason(condition: Condition, context: MatchContext): string | null {
  switch (condition.on) {
    case 'path':
    case 'path-segments':
    case 'grpc-method':
    case 'query':
      return unmetUrl(condition, context);
    case 'method':
    case 'scheme':
    case 'authority': {
      const actual = context.request[condition.on];
      if (matchesText(condition.match, actual)) return null;
      return `the ${condition.on} is ${actual}, not ${describeStringMatch(condition.match)}`;
    }
    case 'header':
      return unmetHeader(condition, context);
    case 'port':
      if (context.port === condition.port) return null;
      return `the port is ${context.port ?? 'not known'}, not ${condition.port}`;
    case 'gateway':
      if (condition.names.some((name) => context.gateways.includes(name))) return null;
      return `it is for ${condition.names.join(', ')}, not for ${context.gateways.join(', ')}`;
    case 'source-labels': {
      const labels: Readonly<Record<string, string>> = context.source?.labels ?? {};
      const lacking = Object.entries(condition.labels).find(
        ([key, value]) => labels[key] !== value,
      );
      return lacking === undefined ? null : `the client has no label ${lacking[0]}=${lacking[1]}`;
    }
    case 'source-namespace':
      if (context.source?.namespace === condition.namespace) return null;
      return `the client is not in the namespace ${condition.namespace}`;
    case 'server-name':
    case 'destination-subnets':
    case 'connection':
      return unmetConnection(condition, context.connection ?? UNKNOWN_CONNECTION);
    case 'unknowable':
      return `${condition.what} cannot be told from the request`;
    case 'unseen':
      return condition.why;
  }
}

/** The clause a condition adds to a rule's description: `port 8080`, `header x-canary: always`. */
function describeCondition(condition: Condition): string {
  switch (condition.on) {
    case 'path':
      return `path ${describeStringMatch(condition.match)}${condition.ignoreCase ? ' (any case)' : ''}`;
    case 'path-segments':
      return `path under ${condition.prefix || '/'}`;
    case 'grpc-method':
      return `gRPC method ${describeMethod(condition)}`;
    case 'method':
    case 'scheme':
    case 'authority':
      return `${condition.on} ${describeStringMatch(condition.match)}`;
    case 'header':
      return `${condition.negated ? 'without header' : 'header'} ${condition.name}${describeValue(condition.match, (value) => headerText(condition.name, value))}`;
    case 'query':
      return `query parameter ${condition.name}${describeValue(condition.match)}`;
    case 'port':
      return `port ${condition.port}`;
    case 'gateway':
      return `gateway ${condition.names.join(' or ')}`;
    case 'source-labels':
      return `client labels ${Object.entries(condition.labels)
        .map(([key, value]) => `${key}=${value}`)
        .join(',')}`;
    case 'source-namespace':
      return `client namespace ${condition.namespace}`;
    case 'server-name':
      return `server name ${condition.names.join(' or ')}`;
    case 'destination-subnets':
      return `destination in ${condition.subnets.join(' or ')}`;
    case 'connection':
      return 'any connection';
    case 'unknowable':
      return condition.what;
    case 'unseen':
      return describeCondition(condition.of);
  }
}

const UNKNOWN_CONNECTION: ConnectionTraits = { serverName: null, address: null };

function unmetConnection(
  condition: Extract<Condition, { on: 'server-name' | 'destination-subnets' | 'connection' }>,
  { serverName, address }: ConnectionTraits,
): string | null {
  switch (condition.on) {
    case 'connection':
      return null;
    case 'server-name': {
      const { names } = condition;
      const isAsked = (name: string): boolean =>
        name === '*' || (serverName !== null && coveredBy(serverName, name));
      if (names.some(isAsked)) return null;
      return serverName === null
        ? `the connection asks for no server name, and ${names.join(' or ')} is wanted`
        : `the server name is ${serverName}, not ${names.join(' or ')}`;
    }
    case 'destination-subnets': {
      const { subnets } = condition;
      if (address === null)
        return `the address that the client connects to is not known, and ${subnets.join(' or ')} is wanted`;
      if (isInSubnets(address, subnets)) return null;
      return `the address is ${address}, not in ${subnets.join(' or ')}`;
    }
  }
}

/** `port 8080 and path prefix /a`; `any request` without conditions. */
export function describeEntry(entry: MatchEntry): string {
  return entry.conditions.map(describeCondition).join(' and ') || 'any request';
}

/** The path without its query string, which no path condition sees. */
function pathOnly(path: string): string {
  const end = path.search(/[?#]/);
  return end === -1 ? path : path.slice(0, end);
}

function unmetUrl(
  condition: Extract<Condition, { on: 'path' | 'path-segments' | 'grpc-method' | 'query' }>,
  { request }: MatchContext,
): string | null {
  const path = pathOnly(request.path);
  if (condition.on === 'path') {
    if (matchesText(condition.match, path, condition.ignoreCase)) return null;
    return `the path is ${path}, not ${describeStringMatch(condition.match)}`;
  }
  if (condition.on === 'path-segments') {
    const below = matchesText(
      { kind: 'prefix', value: `${condition.prefix}/` },
      `${path}/`,
      condition.ignoreCase,
    );
    return below ? null : `the path is ${path}, not under ${condition.prefix}`;
  }
  if (condition.on === 'grpc-method') {
    const [, service, method, ...rest] = path.split('/');
    const fits = (match: StringMatch | null, part: string | undefined): boolean =>
      part !== undefined && part !== '' && (match === null || matchesText(match, part));
    if (fits(condition.service, service) && fits(condition.method, method) && rest.length === 0)
      return null;
    return `the call is ${path}, not ${describeMethod(condition)}`;
  }
  const query = new URLSearchParams(request.path.slice(path.length).replace(/#.*$/, ''));
  const value = query.get(condition.name);
  if (value !== null && matchesText(condition.match, value)) return null;
  return `the query parameter ${condition.name} is ${value ?? 'not there'}, not ${describeStringMatch(condition.match)}`;
}

function describeMethod({ service, method }: Extract<Condition, { on: 'grpc-method' }>): string {
  const part = (match: StringMatch | null): string =>
    match === null ? '*' : describeStringMatch(match);
  return `${part(service)}/${part(method)}`;
}

function unmetHeader(
  condition: Extract<Condition, { on: 'header' }>,
  context: MatchContext,
): string | null {
  const value =
    headerOf(condition.name, context.request) ?? (condition.missingIsEmpty ? '' : undefined);
  const matched = value !== undefined && matchesText(condition.match, value);
  if (matched !== condition.negated) return null;
  const shown = (text: string): string => headerText(condition.name, text);
  const found = value === undefined || value === '' ? 'not there' : shown(value);
  return condition.negated
    ? `the header ${condition.name} is ${found}, which the rule excludes`
    : `the header ${condition.name} is ${found}, not ${describeStringMatch(condition.match, shown)}`;
}

/**
 * A header as Envoy's matchers see it: what HTTP/2 has as pseudo-headers is among them, and `host` is the
 * authority.
 * Source: envoyproxy/envoy source/common/http/header_utility.cc (HeaderData), header_map_impl.cc.
 */
function headerOf(name: string, request: MatchContext['request']): string | undefined {
  switch (name) {
    case ':method':
      return request.method;
    case ':path':
      return request.path;
    case ':scheme':
      return request.scheme;
    case ':authority':
    case 'host':
      return request.authority;
    default:
      return request.headers.get(name);
  }
}

function describeValue(match: StringMatch, shown?: (value: string) => string): string {
  return match.kind === 'present' ? '' : `: ${describeStringMatch(match, shown)}`;
}
