import type { ManifestNode } from '../manifest/manifest-node.js';

/** What of a request decides which pod it goes to. */
export type HashKey =
  { by: 'header' | 'query-parameter' | 'cookie'; name: string } | { by: 'source-address' };

/** How requests are shared among the pods of one destination. */
export interface LoadBalancer {
  /** `ROUND_ROBIN`, `LEAST_REQUEST`, …; `null` where it is not said. */
  simple: string | null;
  /** Set when requests with one key always go to the same pod. */
  hash: HashKey | null;
  node: ManifestNode;
}

/** The load balancers of a traffic policy: its own and those of single ports. */
export interface LoadBalancers {
  all: LoadBalancer | null;
  ofPort: ReadonlyMap<number, LoadBalancer>;
}

/** Source: https://istio.io/latest/docs/reference/config/networking/destination-rule/#LoadBalancerSettings */
export function readLoadBalancers(trafficPolicy: ManifestNode): LoadBalancers {
  const ofPort = new Map<number, LoadBalancer>();
  for (const settings of trafficPolicy.field('portLevelSettings').items()) {
    const port = settings.field('port').field('number').optionalInteger();
    const own = readLoadBalancer(settings.field('loadBalancer'));
    if (port !== null && own !== null) ofPort.set(port, own);
  }
  return { all: readLoadBalancer(trafficPolicy.field('loadBalancer')), ofPort };
}

/** The load balancer that holds: a subset's before the host's, a port's before that of all ports. */
export function loadBalancerFor(
  policies: readonly LoadBalancers[],
  port: number | null,
): LoadBalancer | null {
  for (const { all, ofPort } of policies) {
    const own = (port === null ? undefined : ofPort.get(port)) ?? all;
    if (own !== null) return own;
  }
  return null;
}

function readLoadBalancer(node: ManifestNode): LoadBalancer | null {
  if (node.absent) return null;
  const hash = readHashKey(node.field('consistentHash'));
  return { simple: node.field('simple').optionalString(), hash, node };
}

function readHashKey(node: ManifestNode): HashKey | null {
  if (node.absent) return null;
  const header = node.field('httpHeaderName').optionalString();
  if (header !== null) return { by: 'header', name: header.toLowerCase() };
  const query = node.field('httpQueryParameterName').optionalString();
  if (query !== null) return { by: 'query-parameter', name: query };
  const cookie = node.field('httpCookie');
  if (!cookie.absent) return { by: 'cookie', name: cookie.field('name').string() };
  return { by: 'source-address' };
}
