import type { GivenToGrpc } from './control-plane.js';
import type { HeaderMatch, RouteEntry, RouteMatch, StringMatch } from './envoy-config.js';

export type Library = 'grpc-js' | 'Go' | 'Python';

/** A call to `xds:///HOST:PORT`. */
export interface GrpcCall {
  host: string;
  port: number;
  path: string;
  headers: ReadonlyMap<string, string>;
}

export type GrpcOutcome =
  /** `entry`: of its table. */
  | { kind: 'forward'; shares: ReadonlyMap<string, number>; entry: number }
  /** The table is refused, and so the call waits. */
  | { kind: 'refuses' }
  | { kind: 'fails' };

/**
 * What a library does with a call by what Istiod gives it. After gRFC A28 and the libraries' own parsers and
 * matchers: grpc-go 1.82, grpc 1.85 (Python), grpc-js-xds 1.14.
 */
export function grpcOutcome(given: GivenToGrpc, library: Library, call: GrpcCall): GrpcOutcome {
  const table = given.tables[`${call.host}:${call.port}`];
  const routes = given.routes.find(({ name }) => name === table);
  if (routes === undefined) return { kind: 'fails' };
  const all = (routes.virtualHosts ?? []).flatMap((host) => host.routes ?? []);
  if (all.some((route) => refuses(library, route))) return { kind: 'refuses' };
  const host = bestHost(routes.virtualHosts ?? [], `${call.host}:${call.port}`);
  const entries = host?.routes ?? [];
  const entry = entries.findIndex(({ match }) => takes(library, match, call));
  const { route } = entries[entry] ?? {};
  if (route === undefined) return { kind: 'fails' };
  const clusters = route.weightedClusters?.clusters ?? [{ name: route.cluster ?? '', weight: 1 }];
  const total = clusters.reduce((sum, { weight = 0 }) => sum + weight, 0);
  const shares = new Map<string, number>();
  for (const { name, weight = 0 } of clusters)
    if (weight > 0) shares.set(name, (shares.get(name) ?? 0) + weight / total);
  return { kind: 'forward', shares, entry };
}

function refuses(library: Library, { match, route }: RouteEntry): boolean {
  if (match.pathSeparatedPrefix !== undefined)
    return library === 'grpc-js' || match.queryParameters === undefined;
  return library === 'grpc-js' && route === undefined;
}

/** Exact names before suffixes and prefixes, of these the longest, and any name last. */
function bestHost<T extends { domains: readonly string[] }>(
  hosts: readonly T[],
  name: string,
): T | undefined {
  let best: { host: T; rank: number } | undefined;
  for (const host of hosts)
    for (const domain of host.domains) {
      const rank = rankOf(domain.toLowerCase(), name);
      if (rank > (best?.rank ?? 0)) best = { host, rank };
    }
  return best?.host;
}

function rankOf(domain: string, name: string): number {
  if (domain === name) return 3e6;
  if (domain === '*') return 1;
  if (domain.startsWith('*') && name.endsWith(domain.slice(1))) return 2e6 + domain.length;
  return domain.endsWith('*') && name.startsWith(domain.slice(0, -1)) ? 1e6 + domain.length : 0;
}

function takes(library: Library, match: RouteMatch, { path, headers }: GrpcCall): boolean {
  if (match.queryParameters !== undefined && library !== 'grpc-js') return false;
  const fold = (text: string): string =>
    match.caseSensitive === false ? text.toLowerCase() : text;
  const isPath =
    match.prefix !== undefined
      ? fold(path).startsWith(fold(match.prefix))
      : match.path !== undefined
        ? fold(path) === fold(match.path)
        : new RegExp(`^(?:${match.safeRegex?.regex ?? ''})$`, 'u').test(path);
  return isPath && (match.headers ?? []).every((header) => hasHeader(library, header, headers));
}

function hasHeader(
  library: Library,
  { name, presentMatch, stringMatch, invertMatch = false }: HeaderMatch,
  headers: ReadonlyMap<string, string>,
): boolean {
  // Of pseudo-headers nothing is among a call's metadata; Go adds the content type later, and hides no bytes.
  const isHidden = library === 'Go' ? name === 'content-type' : name.endsWith('-bin');
  const value = isHidden ? undefined : headers.get(name);
  if (presentMatch !== undefined) {
    const matches =
      library === 'grpc-js' ? value !== undefined : (value !== undefined) === presentMatch;
    return matches !== invertMatch;
  }
  if (value === undefined) return library === 'grpc-js' && invertMatch;
  return matchesText(stringMatch ?? {}, value) !== invertMatch;
}

function matchesText({ exact, prefix, safeRegex }: StringMatch, value: string): boolean {
  if (exact !== undefined) return value === exact;
  if (prefix !== undefined) return value.startsWith(prefix);
  return new RegExp(`^(?:${safeRegex?.regex ?? ''})$`, 'u').test(value);
}
