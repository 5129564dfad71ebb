import type { EndpointGrowth, ProxyReadings } from '../count/proxy-readings.js';
import { InputError } from '../input-error.js';
import { type ClusterCounters, readClusterCounters } from '../inputs/cluster-counters.js';
import { type DestinationPlace, ownerOf } from '../routing/envoy/cluster-identity.js';
import { parseCluster } from '../routing/envoy/programmed.js';
import { maskedUrl } from '../secrets.js';
import type { RunOptions } from './options.js';

/** Proxies whose counters were read before a load. */
export interface WatchedProxies {
  /** Reads them again. What cannot be read then is said, and no failure. */
  readAgain(): Promise<ProxyReadings[]>;
}

/**
 * Reads the counters of the proxies that a run goes through.
 *
 * @param admins URLs of their admin interfaces, one a replica.
 * @param destinations Those of all calls.
 * @throws InputError when one cannot be read.
 */
export async function watchProxies(
  admins: readonly string[],
  destinations: readonly DestinationPlace[],
  { signal, onNote }: RunOptions,
): Promise<WatchedProxies> {
  const places = distinct(destinations);
  const before = await Promise.all(admins.map((admin) => readClusterCounters(admin, signal)));
  return {
    readAgain: () =>
      Promise.all(
        admins.map(async (admin, index): Promise<ProxyReadings> => {
          const url = maskedUrl(admin);
          try {
            const after = await readClusterCounters(admin, signal);
            return { url, ...growthOf(before[index] ?? [], after, places) };
          } catch (error) {
            if (!(error instanceof InputError)) throw error;
            onNote?.(`note: no counters after the run: ${error.problem}`);
            return { url, problem: error.problem, endpoints: [] };
          }
        }),
      ),
  };
}

const FELL = 'its counters fell: it was started anew, or given its clusters anew';

/** What grew; a counter that fell says that it does not go on from where it was. */
function growthOf(
  before: readonly ClusterCounters[],
  after: readonly ClusterCounters[],
  destinations: readonly DestinationPlace[],
): Pick<ProxyReadings, 'problem' | 'endpoints'> {
  const known = new Map(before.map(({ cluster, endpoints }) => [cluster, endpoints]));
  const grown: EndpointGrowth[] = [];
  let problem: string | null = null;
  for (const { cluster, aliases, endpoints } of after) {
    const owner = ownerOf(parseCluster(cluster, aliases), destinations);
    for (const [address, { requests, errors }] of endpoints) {
      const old = known.get(cluster)?.get(address) ?? { requests: 0, errors: 0 };
      if (requests < old.requests || errors < old.errors) problem = FELL;
      else if (requests > old.requests) {
        grown.push({
          cluster,
          destination: owner?.name ?? null,
          address,
          requests: { before: old.requests, after: requests },
          errors: { before: old.errors, after: errors },
        });
      }
    }
  }
  return { problem, endpoints: grown };
}

/** Calls of a run may share destinations. */
function distinct(destinations: readonly DestinationPlace[]): DestinationPlace[] {
  const byPlace = new Map(
    destinations.map((destination) => {
      const { name, host, subset, port } = destination;
      return [JSON.stringify(host === null ? [name] : [host, subset, port]), destination];
    }),
  );
  return [...byPlace.values()];
}
