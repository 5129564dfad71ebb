import type { Counted } from '../../count/counted.js';
import type { EndpointGrowth } from '../../count/proxy-readings.js';
import type { ProxyCountersRecord } from '../run-record.js';

/**
 * What the proxies counted themselves, added up over them, and whether it can be this run's traffic and
 * all of it.
 *
 * @returns null where none was asked.
 */
export function proxyView(counted: Counted): ProxyCountersRecord | null {
  const { proxies } = counted;
  if (proxies.length === 0) return null;
  const clusters = clustersOf(proxies.flatMap(({ endpoints }) => endpoints));
  const known = clusters.filter(({ destination }) => destination !== null);
  const requests = known.reduce((sum, cluster) => sum + cluster.requests, 0);
  const sent = sentBy(counted);
  const answered = answeredBy(counted);
  return {
    replicas: proxies.map(({ url, problem }) => ({ url, problem })),
    clusters,
    requests,
    sent,
    comparison: proxies.some(({ problem }) => problem !== null)
      ? 'unread'
      : known.length === 0
        ? 'no-destinations'
        : requests > sent
          ? 'more-than-sent'
          : requests < answered
            ? 'fewer-than-answered'
            : 'within-sent',
  };
}

/** Everything that this run sent: before the sample, in it, and after it. */
function sentBy({ calls, excluded }: Counted): number {
  return calls.reduce((sum, { sent, probe }) => sum + sent + (probe?.connections ?? 0), excluded);
}

/** Answers of the route's destinations in the sample and after it: they went through a proxy. */
function answeredBy({ calls }: Counted): number {
  return calls
    .flatMap(({ named, observed, probe }) =>
      [observed, probe?.observed ?? []].map((all) => all.slice(0, named)),
    )
    .flat()
    .reduce((sum, count) => sum + count, 0);
}

type ClusterRecord = ProxyCountersRecord['clusters'][number];

/** By cluster and endpoint, those of destinations first. */
function clustersOf(endpoints: readonly EndpointGrowth[]): ClusterRecord[] {
  const byCluster = new Map<string, ClusterRecord>();
  for (const { cluster: name, destination, address, requests, errors } of endpoints) {
    const cluster = byCluster.get(name) ?? {
      ...{ destination, cluster: name, requests: 0, errors: 0, endpoints: [] },
    };
    byCluster.set(name, cluster);
    const own = cluster.endpoints.find((endpoint) => endpoint.address === address);
    const endpoint = own ?? { address, requests: 0, errors: 0 };
    if (own === undefined) cluster.endpoints.push(endpoint);
    for (const sums of [cluster, endpoint]) {
      sums.requests += requests.after - requests.before;
      sums.errors += errors.after - errors.before;
    }
  }
  return [...byCluster.values()].sort(
    (one, other) =>
      Number(one.destination === null) - Number(other.destination === null) ||
      order(one.destination ?? '', other.destination ?? '') ||
      order(one.cluster, other.cluster),
  );
}

function order(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
