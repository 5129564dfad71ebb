import { attribute, type AttributionTable, NOBODY } from '../../count/attribution.js';
import type { LoggedRequest } from '../../count/log-tally.js';
import type { LogLine } from '../../log/log-line.js';
import { type DestinationPlace, ownerOf } from '../../routing/envoy/cluster-identity.js';
import { parseCluster } from '../../routing/envoy/programmed.js';

type Upstream = LoggedRequest['upstream'];

/** Finds out who was asked, by what a line of the log says of it. */
export type FindUpstream = (line: Pick<LogLine, 'upstreamHost' | 'upstreamCluster'>) => Upstream;

/** Looks up which pod has an address. @returns null where none is known. */
export type FindPod = (upstreamHost: string) => { pod: string; destination: number } | null;

/** So many are remembered: servers choose the texts. */
const MAX_REMEMBERED = 4096;

/**
 * Makes what finds out who was asked. The name of the cluster tells the destination where it is one
 * destination's alone, or where a destination's name is a part of it and nothing but names is known; else
 * the pod does that has the address.
 *
 * @param places What proxies know the destinations by, in the order of `table.destinations`.
 */
export function upstreamFinder(
  table: AttributionTable,
  places: readonly DestinationPlace[],
  findPod: FindPod,
): FindUpstream {
  const remembered = new Map<string, Upstream>();
  const find = (host: string | null, cluster: string | null): Upstream => {
    const pod = host === null ? null : findPod(host);
    const byCluster = cluster === null ? NOBODY : destinationOf(cluster, places, table);
    const name = pod?.pod ?? host ?? cluster;
    if (name === null) return null;
    // A proxy that chose a host it could not name any more still chose the destination.
    if (host === null && byCluster === NOBODY) return null;
    const destination = byCluster === NOBODY ? (pod?.destination ?? NOBODY) : byCluster;
    return { pod: name, destination };
  };
  return ({ upstreamHost, upstreamCluster }) => {
    const key = `${upstreamHost ?? ''}\n${upstreamCluster ?? ''}`;
    const known = remembered.get(key);
    if (known !== undefined) return known;
    const found = find(upstreamHost, upstreamCluster);
    if (remembered.size >= MAX_REMEMBERED) remembered.clear();
    remembered.set(key, found);
    return found;
  };
}

/** The destination that a cluster's name belongs to; NOBODY where it is none's, or several'. */
function destinationOf(
  cluster: string,
  places: readonly DestinationPlace[],
  table: AttributionTable,
): number {
  const owner =
    ownerOf(parseCluster(cluster), places) ?? places.find((place) => isIngressName(cluster, place));
  if (owner !== undefined) return places.indexOf(owner);
  const areOnlyNames = places.length > 0 && places.every(({ host }) => host === null);
  return areOnlyNames ? attribute(table, { pod: cluster, version: null }) : NOBODY;
}

/**
 * ingress-nginx's `namespace-service-port`.
 * Source: kubernetes/ingress-nginx internal/ingress/controller/util.go, upstreamName.
 */
function isIngressName(cluster: string, { host, port }: DestinationPlace): boolean {
  if (host === null) return false;
  const [service = '', namespace = ''] = host.split('.');
  const own = `${namespace}-${service}-`;
  if (!cluster.startsWith(own)) return false;
  const rest = cluster.slice(own.length);
  // Ports may have names; a dash would be another service's.
  return port === null ? /^[a-z0-9]+$/.test(rest) : rest === String(port);
}
