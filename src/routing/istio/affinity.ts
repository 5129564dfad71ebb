import { formatPlace } from '../../input-error.js';
import type { RouteRequest } from '../request.js';
import type { HashKey, LoadBalancer } from './load-balancer.js';

/** What of a request may hold a key. */
type RequestKeys = Pick<RouteRequest, 'path' | 'headers'>;

/**
 * What consistent hashing does to the requests of a run, which are all alike. It chooses among the
 * pods of a destination; the destination is drawn by weight before.
 * Source: https://istio.io/latest/docs/reference/config/networking/destination-rule/#LoadBalancerSettings-ConsistentHashLB
 * @param destinations Names of those it holds for.
 */
export function affinityNote(
  destinations: readonly string[],
  { hash, node }: LoadBalancer,
  request: RequestKeys,
): string | null {
  if (hash === null) return null;
  const { file, line } = node.place();
  const place = formatPlace({
    ...(file === undefined ? {} : { file }),
    ...(line === undefined ? {} : { line }),
  });
  const effect = isSent(hash, request)
    ? 'every request of a run has the same, so each of them answers from one pod'
    : 'the request has none, so pods are picked at random';
  return `requests are tied to pods of ${destinations.join(', ')} by ${describeKey(hash)} (${place}): ${effect}; among destinations they are still split by weight`;
}

export function describeKey(hash: HashKey): string {
  switch (hash.by) {
    case 'header':
      return `the header ${hash.name}`;
    case 'query-parameter':
      return `the query parameter ${hash.name}`;
    case 'cookie':
      return `the cookie ${hash.name}`;
    case 'source-address':
      return 'the address of the client';
  }
}

function isSent(hash: HashKey, { path, headers }: RequestKeys): boolean {
  switch (hash.by) {
    case 'header':
      return headers.has(hash.name);
    case 'query-parameter':
      return new URLSearchParams(path.split('?')[1] ?? '').has(hash.name);
    case 'cookie':
      return (headers.get('cookie') ?? '')
        .split(';')
        .some((pair) => pair.trim().startsWith(`${hash.name}=`));
    case 'source-address':
      return true;
  }
}
