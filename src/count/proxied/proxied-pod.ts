import { attribute, attributeByNames, type AttributionTable, NOBODY } from '../attribution.js';
import { parseUpstreamHost, podFinder } from './address-book.js';
import { clusterFinder } from './cluster-finder.js';
import type { ProxyFields } from './proxy-fields.js';

/** Who gave an answer, as a proxy tells it. */
export interface ProxiedPod {
  /** The pod; less where not all is said: its workload, its address, or the destination alone. */
  pod: string;
  /** {@link NOBODY} where it is not known. */
  destination: number;
}

/** Tells who gave an answer. @param literal The destination that the header itself stands for, or NOBODY. */
export type FindProxiedPod = (fields: ProxyFields, literal: number) => ProxiedPod | null;

/** Kubernetes names are at most this long (RFC 1123 subdomain); longer texts identify nothing. */
const MAX_NAME_LENGTH = 253;

/**
 * Makes what turns a proxy's words into pods and destinations.
 *
 * Where a request was sent, and whose pod answered, are two things that it may say. Both must agree: a
 * subset that picks the wrong pods is no proof of the split, so such an answer is nobody's.
 */
export function proxiedPodFinder(table: AttributionTable): FindProxiedPod {
  const findPod = podFinder(table.proxy.addresses);
  const clusterOf = clusterFinder(table.proxy.clusters);
  const workloadOf = workloadFinder(table);
  return ({ label, host, cluster, workload, peer }, literal) => {
    const sentTo = agreed(
      literal === NOBODY && label !== null ? labelled(table, label) : literal,
      cluster === null ? NOBODY : clusterOf(cluster),
    );
    const sidecar = peer === null ? null : readPeer(peer);
    const listed = findPod(host ?? '') ?? findPod(sidecar?.address ?? '');
    const owner = workload === null ? null : readWorkload(workload);
    const byName = (pod: string | undefined): number =>
      pod === undefined ? NOBODY : attribute(table, { pod, version: owner?.version ?? null });
    const answeredFrom = firstKnown(
      () => listed?.destination ?? NOBODY,
      () => byName(sidecar?.pod),
      () => byName(listed?.pod),
      () => (owner === null ? NOBODY : workloadOf(owner)),
    );
    const pod = sidecar?.pod ?? listed?.pod ?? owner?.name ?? addressIn(host);
    const destination = sentTo === CONTRADICTION ? NOBODY : agreed(sentTo, answeredFrom);
    if (destination === CONTRADICTION) {
      const name = table.destinations[sentTo] ?? '';
      return { pod: `${pod ?? ''} (sent to ${name})`, destination: NOBODY };
    }
    const name = pod ?? table.destinations[destination] ?? label;
    return name === null || name.length > MAX_NAME_LENGTH ? null : { pod: name, destination };
  };
}

/** In place of a destination: two were told. */
const CONTRADICTION = -2;

function agreed(one: number, other: number): number {
  if (one === NOBODY || one === other) return other;
  return other === NOBODY ? one : CONTRADICTION;
}

function firstKnown(...destinations: readonly (() => number)[]): number {
  for (const destination of destinations) {
    const known = destination();
    if (known !== NOBODY) return known;
  }
  return NOBODY;
}

function labelled(table: AttributionTable, label: string): number {
  const known = table.destinations.indexOf(label);
  return known >= 0 ? known : attributeByNames(table, { pod: label, version: label });
}

function addressIn(host: string | null): string | null {
  const parsed = host === null ? null : parseUpstreamHost(host);
  if (parsed === null) return null;
  const { address, port } = parsed;
  if (port === null) return address;
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/**
 * Reads the id that a sidecar gives itself, `sidecar~IP~POD.NAMESPACE~DOMAIN`. Ids of gateways and
 * waypoints are not those of who answered.
 * Source: istio/istio pilot/pkg/model/context.go, ServiceNode.
 */
function readPeer(peer: string): { pod: string; address: string } | null {
  const [type, address, name] = peer.split('~');
  if (type !== 'sidecar' || address === undefined || name === undefined) return null;
  const dot = name.lastIndexOf('.');
  return dot <= 0 ? null : { pod: name.slice(0, dot), address };
}

interface Owner {
  name: string;
  version: string | null;
}

/**
 * Reads `name;namespace;app;version;cluster`.
 * Source: istio/istio pilot/pkg/networking/util/util.go, AppendLbEndpointMetadata.
 */
function readWorkload(workload: string): Owner | null {
  const [name = '', , , version = ''] = workload.split(';');
  return name === '' ? null : { name, version: version === '' ? null : version };
}

/** The destination of a workload: as the one of that name, else as its name and version tell. */
function workloadFinder(table: AttributionTable): (owner: Owner) => number {
  return ({ name, version }) => {
    const own = table.workloads.filter((workload) => workload.name === name);
    const destinations = new Set(own.map(({ destination }) => destination ?? NOBODY));
    if (destinations.size === 1) return [...destinations][0] ?? NOBODY;
    return destinations.size > 1 ? NOBODY : attributeByNames(table, { pod: name, version });
  };
}
