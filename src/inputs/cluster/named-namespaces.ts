import type { ClusterObject } from './cluster-object.js';

/** Kinds in which a route names what it is about. */
const NAMING = new Set([
  'VirtualService',
  'HTTPRoute',
  'GRPCRoute',
  'TLSRoute',
  'TCPRoute',
  'DestinationRule',
]);

/** `reviews.shop.svc.cluster.local`, `reviews.shop.svc`; without `svc` it may be any host. */
const CLUSTER_HOST = /^[a-z0-9*-]+\.([a-z0-9-]+)\.svc(?:\.|$)/;
/** `shop/gateway`, as VirtualServices name Gateways. */
const IN_NAMESPACE = /^([a-z0-9-]+)\/[a-z0-9.-]+$/;

/**
 * Namespaces in which what routes name is: their gateways, parents, delegates, backends and hosts.
 */
export function namedNamespaces(objects: readonly ClusterObject[]): Set<string> {
  const named = new Set<string>();
  for (const object of objects) {
    if (NAMING.has(object.kind)) addNamed(object.spec, null, named);
  }
  return named;
}

function addNamed(value: unknown, field: string | null, named: Set<string>): void {
  if (typeof value === 'string') {
    const [, namespace] =
      (field === 'gateways' ? IN_NAMESPACE : field === 'host' ? CLUSTER_HOST : null)?.exec(value) ??
      [];
    if (namespace !== undefined) named.add(namespace);
    else if (field === 'namespace' && /^[a-z0-9-]+$/.test(value)) named.add(value);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  for (const [name, part] of Object.entries(value)) {
    addNamed(part, Array.isArray(value) ? field : name, named);
  }
}
