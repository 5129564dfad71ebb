import { isIP } from 'node:net';
import type { Condition, ConnectionTraits, MatchEntry } from './condition.js';
import type { OrderedRule } from './first-match.js';
import { hostOf } from './istio/host.js';
import type { RouteRequest } from './request.js';

/**
 * What proxies see of the connection that a request is sent over. The server name is the request's host
 * unless another one is asked for; an IP address is none (RFC 6066, section 3).
 * @param address IP address it is opened to; `null` when not known.
 */
export function connectionOf(
  { scheme, authority, serverName }: RouteRequest,
  address: string | null,
): ConnectionTraits {
  const host = serverName?.toLowerCase() ?? hostOf(authority);
  const isAddress = isIP(host.replace(/^\[|\]$/g, '')) !== 0;
  return { serverName: scheme === 'http' || isAddress ? null : host, address };
}

/**
 * Rules for connections in the order in which Envoy decides: by destination subnets first, then by the
 * server name, of which an exact one comes before a wildcard and a longer wildcard before a shorter one;
 * each server name is tried by itself. Rules that are alike in this stay in their order.
 * Source: envoyproxy/envoy api/envoy/config/listener/v3/listener_components.proto (FilterChainMatch).
 */
export function inConnectionOrder<T extends OrderedRule>(rules: readonly T[]): T[] {
  return rules
    .flatMap((ordered) =>
      ordered.rule.entries.flatMap(onePerName).map((entry) => ({ ordered, entry })),
    )
    .toSorted(
      (one, other) =>
        Number(hasSubnets(other.entry)) - Number(hasSubnets(one.entry)) ||
        specificityOf(other.entry) - specificityOf(one.entry),
    )
    .map(({ ordered, entry }) => ({ ...ordered, rule: { ...ordered.rule, entries: [entry] } }));
}

/**
 * Server names as Envoy gets them: with a `*` among them a connection needs none.
 * Source: istio/istio pilot/pkg/networking/core/listener.go, buildFilterChainMatch.
 */
export function programmedNames(names: readonly string[]): readonly string[] {
  return names.includes('*') ? ['*'] : names;
}

/** The server names that an entry has; `*`: any connection. */
export function serverNamesOf({ conditions }: MatchEntry): readonly string[] {
  return conditions.find(isServerName)?.names ?? ['*'];
}

function onePerName({ conditions }: MatchEntry): MatchEntry[] {
  const named = conditions.find(isServerName);
  if (named === undefined || named.names.length < 2) return [{ conditions }];
  const others = conditions.filter((condition) => condition !== named);
  return programmedNames(named.names).map((name) => ({
    conditions: [{ ...named, names: [name] }, ...others],
  }));
}

function isServerName(
  condition: Condition,
): condition is Extract<Condition, { on: 'server-name' }> {
  return condition.on === 'server-name';
}

function hasSubnets({ conditions }: MatchEntry): boolean {
  return conditions.some(({ on }) => on === 'destination-subnets');
}

/** More than any name's length: an exact one is more specific than every wildcard. */
const EXACT = 1_000;

function specificityOf(entry: MatchEntry): number {
  const [name = '*'] = serverNamesOf(entry);
  if (name === '*') return 0;
  return name.startsWith('*') ? name.length : EXACT;
}
