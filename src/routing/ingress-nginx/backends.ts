import { CLUSTER_DOMAIN } from '../istio/host.js';
import type { ManifestSet } from '../manifest-set.js';
import type { Backend } from '../rule.js';
import type { CanaryShare } from './canary-share.js';
import type { Upstream } from './controller.js';
import type { CanaryAnnotations, Ingress } from './ingress.js';

/**
 * Where an upstream's requests go: to itself, and a share to the first canary merged with it. A canary
 * whose Service is an older Ingress' gets none: nothing says which share.
 * Source: kubernetes/ingress-nginx rootfs/etc/nginx/lua/balancer.lua, route_to_alternative_balancer.
 * @param shareOf What part of the requests in question a canary gets.
 */
export function backendsOf(
  set: ManifestSet,
  ingress: Ingress,
  upstream: Upstream,
  upstreams: ReadonlyMap<string, Upstream>,
  shareOf: (canary: CanaryAnnotations | null) => CanaryShare | null,
): Backend[] {
  const canary = canaryOf(upstream, upstreams);
  if (canary === null) return [toBackend(set, ingress, upstream, 100)];
  const { weight, total } = shareOf(canary.canary) ?? { weight: 0, total: 100 };
  return [
    toBackend(set, ingress, upstream, total - weight),
    toBackend(set, ingress, canary, weight),
  ];
}

/** The canary that gets a share of an upstream; null: none. */
export function canaryOf(
  { alternatives: [name] }: Upstream,
  upstreams: ReadonlyMap<string, Upstream>,
): Upstream | null {
  return name === undefined ? null : (upstreams.get(name) ?? null);
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
