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

/**
 * Source: https://istio.io/latest/docs/reference/config/networking/destination-rule/#LoadBalancerSettings
 * @returns `null` where there is none.
 */
export function readLoadBalancer(node: ManifestNode): LoadBalancer | null {
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
