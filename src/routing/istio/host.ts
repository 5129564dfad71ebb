/** Suffix of the names of a cluster's services, as Istio's and Kubernetes' default has it. */
export const CLUSTER_DOMAIN = 'svc.cluster.local';

/**
 * The full name of a host in an Istio object: a name without a dot is a service in the object's own
 * namespace, every other name stands for itself.
 * Source: https://istio.io/latest/docs/reference/config/networking/virtual-service/#VirtualService (hosts).
 */
export function resolveShortName(host: string, namespace: string): string {
  if (host === '*' || host.includes('.')) return host.toLowerCase();
  return `${host}.${namespace}.${CLUSTER_DOMAIN}`.toLowerCase();
}

/** The namespace of a cluster-local service name, or `null` for any other host. */
export function namespaceOfHost(host: string): string | null {
  const match = /^[^.]+\.([^.]+)\.svc\.cluster\.local$/.exec(host);
  return match?.[1] ?? null;
}

/**
 * Whether every name that `host` stands for is also one of `pattern`'s. A leading `*` stands for
 * any beginning, so `*.foo.com` covers `a.foo.com` and `*.a.foo.com` but not `foo.com`.
 */
export function coveredBy(host: string, pattern: string): boolean {
  if (!pattern.startsWith('*')) return host === pattern;
  const suffix = pattern.slice(1);
  if (host.startsWith('*')) return host.slice(1).endsWith(suffix);
  return host.length > suffix.length && host.endsWith(suffix);
}

/** The narrower of two hosts that overlap, else `null`. */
export function intersectHosts(one: string, other: string): string | null {
  if (coveredBy(one, other)) return one;
  return coveredBy(other, one) ? other : null;
}

/**
 * The pattern that Envoy's virtual host selection takes for a host: the exact name, else the
 * longest `*suffix`, else the longest `prefix*`, else `*`.
 * Source: https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/route/v3/route_components.proto#config-route-v3-virtualhost
 * @param host In lower case, without port.
 * @returns The winning pattern, or `null` when none matches.
 */
export function mostSpecificHost(host: string, patterns: readonly string[]): string | null {
  let best: string | null = null;
  for (const pattern of patterns) {
    if (matchesDomain(host, pattern) && (best === null || rank(pattern) > rank(best)))
      best = pattern;
  }
  return best;
}

/** An authority's host in lower case, without its port. IPv6 addresses keep their brackets. */
export function hostOf(authority: string): string {
  return authority.replace(/:\d+$/, '').toLowerCase();
}

/** An authority's port, or `null`. */
export function portOf(authority: string): number | null {
  const port = /:(\d+)$/.exec(authority)?.[1];
  return port === undefined ? null : Number(port);
}

function matchesDomain(host: string, pattern: string): boolean {
  if (pattern === '*') return true;
  if (pattern.endsWith('*')) {
    const prefix = pattern.slice(0, -1);
    return host.length > prefix.length && host.startsWith(prefix);
  }
  return coveredBy(host, pattern);
}

function rank(pattern: string): number {
  if (pattern === '*') return 0;
  if (pattern.startsWith('*')) return 1_000 + pattern.length;
  if (pattern.endsWith('*')) return pattern.length;
  return 1_000_000;
}
