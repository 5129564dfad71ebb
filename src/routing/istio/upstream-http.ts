import type { ManifestNode } from '../manifest/manifest-node.js';

/** What a DestinationRule says of the version of HTTP that pods are spoken to with; `null`: nothing. */
type UpstreamVersion = 'http2' | 'as-client' | null;

/** What the traffic policy of a host or subset says, and those of single ports; `null`: no connection pool. */
export interface UpstreamHttp {
  all: { version: UpstreamVersion } | null;
  ofPort: ReadonlyMap<number, { version: UpstreamVersion }>;
}

/** Source: https://istio.io/latest/docs/reference/config/networking/destination-rule/#ConnectionPoolSettings-HTTPSettings */
export function readUpstreamHttp(trafficPolicy: ManifestNode): UpstreamHttp {
  const ofPort = new Map<number, { version: UpstreamVersion }>();
  for (const settings of trafficPolicy.field('portLevelSettings').items()) {
    const port = settings.field('port').field('number').optionalInteger();
    const own = readPool(settings.field('connectionPool'));
    if (port !== null && own !== null) ofPort.set(port, own);
  }
  return { all: readPool(trafficPolicy.field('connectionPool')), ofPort };
}

/**
 * The version that holds: a subset's connection pool before the host's, a port's before that of all ports.
 * `useClientProtocol` comes before an upgrade, and an upgrade holds whatever the port is called.
 * Source: istio/istio pilot/pkg/networking/core/cluster_traffic_policy.go, shouldH2Upgrade.
 */
export function upstreamVersion(
  policies: readonly UpstreamHttp[],
  port: number | null,
): UpstreamVersion {
  for (const { all, ofPort } of policies) {
    const own = (port === null ? undefined : ofPort.get(port)) ?? all;
    if (own !== null) return own.version;
  }
  return null;
}

function readPool(node: ManifestNode): { version: UpstreamVersion } | null {
  if (node.absent) return null;
  const http = node.field('http');
  if (http.field('useClientProtocol').boolean()) return { version: 'as-client' };
  const isUpgraded = http.field('h2UpgradePolicy').optionalString() === 'UPGRADE';
  return { version: isUpgraded ? 'http2' : null };
}
