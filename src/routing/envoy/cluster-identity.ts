import type { ProgrammedDestination } from './programmed.js';

/** A destination as proxies may know it. */
export interface DestinationPlace {
  name: string;
  /** In full; `null` where only names and weights were given. */
  host: string | null;
  subset: string | null;
  port: number | null;
}

/** A destination as it was configured. */
export interface ConfiguredDestination extends DestinationPlace {
  /** Between 0 and 1. */
  share: number;
}

/** A cluster by everything that may say whose it is. */
type NamedCluster = Omit<ProgrammedDestination, 'share'>;

/** Clusters that Istio makes for requests it has no route for. */
const UNROUTED = ['BlackHoleCluster', 'PassthroughCluster', 'InboundPassthroughCluster'];

/**
 * Whether the names of a cluster say whose it is: so much that one which is none of the configured
 * destinations' is certainly another's.
 * @param byHost Hosts were configured, and not names alone.
 */
export function saysWhoseItIs({ cluster, host }: ProgrammedDestination, byHost: boolean): boolean {
  return UNROUTED.includes(cluster) || (host !== null && byHost);
}

/**
 * The only destination that a cluster can be; several mean that its names say too little.
 *
 * @returns null: none, or several.
 */
export function ownerOf<D extends DestinationPlace>(
  cluster: NamedCluster,
  destinations: readonly D[],
): D | null {
  const owners = destinations.filter((destination) => isClusterOf(cluster, destination));
  return owners.length === 1 ? (owners[0] ?? null) : null;
}

/**
 * Whether a cluster is a destination's. Istio's names hold host, port and subset; any other must be
 * one of the usual spellings of the destination's name.
 */
function isClusterOf(named: NamedCluster, destination: DestinationPlace): boolean {
  const { cluster, aliases, host, subset, port } = named;
  if (host !== null && destination.host !== null)
    return (
      host === destination.host &&
      subset === destination.subset &&
      (destination.port === null || destination.port === port)
    );
  const own = host === null ? [] : spellings({ name: subset ?? host, host, subset, port });
  const names = [cluster, ...aliases, ...own].map((name) => name.toLowerCase());
  const wanted = spellings(destination);
  return names.some((name) => wanted.includes(name) || wanted.includes(withoutHash(name)));
}

/** Contour's `namespace/name/port/hash`. */
function withoutHash(name: string): string {
  return name.replace(/^([^/]+\/[^/]+)\/(\d+)(?:\/.*)?$/, '$1:$2');
}

/** What proxies usually call a destination's cluster, in lower case. */
export function clusterNames(destination: Omit<ConfiguredDestination, 'share'>): string[] {
  return [...new Set(spellings(destination))];
}

/** What proxies call a destination, in lower case; with a subset, never without it. */
function spellings({ name, host, subset, port }: DestinationPlace): string[] {
  const names = [name];
  if (host !== null) {
    const [label = '', namespace] = host.split('.');
    const hosts = [host, label];
    if (namespace !== undefined) hosts.push(`${label}.${namespace}`, `${namespace}/${label}`);
    const all = hosts.flatMap((each) =>
      subset === null ? [each] : [`${each}/${subset}`, `${subset}.${each}`, `${each}-${subset}`],
    );
    names.push(...all, ...(port === null ? [] : all.map((each) => `${each}:${port}`)));
    if (subset !== null) names.push(subset);
  }
  return names.map((each) => each.toLowerCase());
}
