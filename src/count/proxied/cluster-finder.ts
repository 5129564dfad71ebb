import { NOBODY } from '../attribution.js';
import type { DestinationCluster } from './knowledge.js';

/** Istio's `outbound|PORT|SUBSET|HOST`, and `outbound_.PORT_.SUBSET_.HOST` between gateways. */
const ISTIO = /^outbound(?:\|(\d+)\|([^|]*)\||_\.(\d+)_\.([^_]*)_\.)(.+)$/;

/**
 * Makes what tells the destination of a cluster by what a proxy calls it.
 *
 * @param clusters By destination.
 * @returns A function that gives the index of the destination, or NOBODY.
 */
export function clusterFinder(
  clusters: readonly DestinationCluster[],
): (cluster: string) => number {
  return (cluster) => {
    const name = cluster.replace(/;+$/, '');
    const fitting = clusters.flatMap((each, index) => (isNamed(each, name) ? [index] : []));
    const [first] = fitting;
    return first === undefined || fitting.length > 1 ? NOBODY : first;
  };
}

function isNamed({ host, subset, port, names }: DestinationCluster, cluster: string): boolean {
  const match = ISTIO.exec(cluster);
  if (match === null) return names.includes(withoutHash(cluster.toLowerCase()));
  const own = {
    port: Number(match[1] ?? match[3]),
    subset: (match[2] ?? match[4] ?? '') || null,
    host: match[5] ?? '',
  };
  if (host !== null) {
    return own.host === host && own.subset === subset && (port === null || own.port === port);
  }
  return names.includes((own.subset ?? own.host.split('.')[0] ?? '').toLowerCase());
}

/** Contour's `namespace/name/port/hash`. */
function withoutHash(name: string): string {
  return name.replace(/^([^/]+\/[^/]+)\/(\d+)(?:\/.*)?$/, '$1:$2');
}
