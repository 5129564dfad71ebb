import type { ManifestNode } from '../manifest/manifest-node.js';
import { pick } from './pick-field.js';

/** Other names of clusters, by cluster: those under which its endpoints are looked up. */
export type ClusterAliases = ReadonlyMap<string, readonly string[]>;

/**
 * What a dump says of a cluster: the name under which its endpoints are discovered, or the one host that
 * all of them are resolved from.
 *
 * Source: https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/cluster/v3/cluster.proto
 */
export function clusterAliases(cluster: ManifestNode): string[] {
  const service = pick(
    pick(cluster, 'eds_cluster_config', 'edsClusterConfig'),
    'service_name',
    'serviceName',
  ).optionalString();
  const hosts = new Set(
    pick(cluster, 'load_assignment', 'loadAssignment')
      .field('endpoints')
      .items()
      .flatMap((locality) => pick(locality, 'lb_endpoints', 'lbEndpoints').items())
      .map((item) => item.field('endpoint').field('address'))
      .map((address) => pick(address, 'socket_address', 'socketAddress').field('address').value),
  );
  const [host, ...others] = hosts;
  const only = typeof host === 'string' && others.length === 0 && isHostName(host) ? [host] : [];
  return [...(service === null ? [] : [service]), ...only];
}

/** An address says nothing about what is behind it. */
function isHostName(host: string): boolean {
  return /[a-z]/i.test(host) && !host.includes(':');
}
