import type { ManifestNode } from '../manifest/manifest-node.js';

/** What a DestinationRule says of the version of HTTP that pods are spoken to with; `null`: nothing. */
type UpstreamVersion = 'http2' | 'as-client' | null;

/**
 * What a connection pool says. `useClientProtocol` comes before an upgrade, and an upgrade holds whatever
 * the port is called.
 * Source: istio/istio pilot/pkg/networking/core/cluster_traffic_policy.go, shouldH2Upgrade;
 * https://istio.io/latest/docs/reference/config/networking/destination-rule/#ConnectionPoolSettings-HTTPSettings
 * @param pool The one that holds for the destination; `null`: none.
 */
export function upstreamVersion(pool: ManifestNode | null): UpstreamVersion {
  if (pool === null) return null;
  const http = pool.field('http');
  if (http.field('useClientProtocol').boolean()) return 'as-client';
  return http.field('h2UpgradePolicy').optionalString() === 'UPGRADE' ? 'http2' : null;
}
