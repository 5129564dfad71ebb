import { CLUSTER_DOMAIN } from '../istio/host.js';
import type { ManifestSet } from '../manifest-set.js';
import type { RouteRequest } from '../request.js';
import type { Backend } from '../rule.js';
import { canaryShare } from './canary-share.js';
import type { Upstream } from './controller.js';
import type { Ingress } from './ingress.js';

/**
 * Where an upstream's requests go: to itself, and a share to the first canary merged with it. A canary
 * whose Service is an older Ingress' gets none: nothing says which share.
 * Source: kubernetes/ingress-nginx rootfs/etc/nginx/lua/balancer.lua, route_to_alternative_balancer.
 */
export function backendsOf(
  set: ManifestSet,
  ingress: Ingress,
  upstream: Upstream,
  upstreams: ReadonlyMap<string, Upstream>,
  request: RouteRequest,
): Backend[] {
  const [name] = upstream.alternatives;
  const canary = name === undefined ? undefined : upstreams.get(name);
  if (canary === undefined) return [toBackend(set, ingress, upstream, 100)];
  const { weight, total } = canaryShare(canary.canary, request) ?? { weight: 0, total: 100 };
  return [
    toBackend(set, ingress, upstream, total - weight),
    toBackend(set, ingress, canary, weight),
  ];
}

/** Canaries are merged across namespaces, too. */
function toBackend(
  set: ManifestSet,
  ingress: Ingress,
  { namespace, backend: { service, port, node } }: Upstream,
  weight: number,
): Backend {
  const isNear = namespace === ingress.namespace;
  return {
    host: isNear ? service : `${service}.${namespace}.${CLUSTER_DOMAIN}`,
    subset: null,
    port: typeof port === 'string' ? portNumber(set, namespace, service, port) : port,
    weight,
    node,
  };
}

function portNumber(
  { services }: ManifestSet,
  namespace: string,
  service: string,
  name: string,
): number | null {
  const known = services.find((each) => each.name === service && each.namespace === namespace);
  return known?.ports.find((port) => port.name === name)?.port ?? null;
}
