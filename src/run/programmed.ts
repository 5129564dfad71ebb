import { type Finding, placeOf } from '../finding.js';
import type { ProgrammedRecord } from '../record/asked.js';
import type { ConfiguredDestination } from '../routing/envoy/cluster-identity.js';
import { compareProgrammed, configuredBy } from '../routing/envoy/compare.js';
import type { EnvoyRouteTable } from '../routing/envoy/config-dump.js';
import { readConfigDumps } from '../inputs/config-dump.js';
import { programmedRoute, servesHost } from '../routing/envoy/programmed.js';
import { portOf } from '../routing/istio/host.js';
import type { RouteRequest } from '../routing/request.js';
import type { ExpectedDestination } from '../routing/route-split.js';
import type { ProgrammedSource } from '../scenario/expectation-source.js';

/** What the configured split is compared by: whole destinations, or names where only weights are known. */
export type Configured =
  | { kind: 'manifests'; destinations: readonly ExpectedDestination[] }
  | { kind: 'weights'; weights: readonly { name: string; weight: number }[] };

/** What a proxy was programmed with. */
export interface ProxyConfig {
  /** Where it was read: a URL or a file. */
  place: string;
  tables: readonly EnvoyRouteTable[];
}

/**
 * Reads what a proxy was programmed with.
 *
 * @param signal Gives up when it aborts.
 * @returns That of each replica.
 * @throws InputError when the configuration cannot be had or read.
 */
export async function readProxyConfigs(
  source: ProgrammedSource,
  signal?: AbortSignal,
): Promise<ProxyConfig[]> {
  // Loaded where a proxy is asked, with the YAML library.
  const { parseConfigDump } = await import('../routing/envoy/config-dump.js');
  return await readConfigDumps(
    source,
    ({ name, text }) => ({ place: name, tables: parseConfigDump(text, name) }),
    signal,
  );
}

/**
 * Sends a request through what the replicas of a proxy were programmed with, and holds the result
 * against what was configured.
 *
 * @param replicas At least one.
 * @param gatewayPort Port of the gateway's listener, where it is known.
 * @returns That of the first replica that parts from it, or cannot be compared; else of the first.
 * @throws InputError when it is not clear which of the route tables the request meets.
 */
export function programmedSplit(
  replicas: readonly ProxyConfig[],
  request: RouteRequest,
  gatewayPort: number | null,
  configured: Configured,
): ProgrammedRecord {
  return programmedAs(replicas, request, gatewayPort, configuredDestinations(configured));
}

/** What the first replica of a proxy does with a request that has no route to be held against it. */
export function programmedAlone(
  [first]: readonly ProxyConfig[],
  request: RouteRequest,
  gatewayPort: number | null,
): ProgrammedRecord {
  if (first === undefined) throw new RangeError('a proxy without a replica');
  const told = splitOf(first, request, gatewayPort, []);
  return {
    ...told,
    destinations: told.destinations.map((each) => ({ ...each, configuredShare: null })),
    difference: null,
    incomparable: 'the manifests have no route for the request',
  };
}

/** As {@link programmedSplit}, with what proxies know the destinations by. */
export function programmedAs(
  replicas: readonly ProxyConfig[],
  request: RouteRequest,
  gatewayPort: number | null,
  destinations: readonly ConfiguredDestination[],
): ProgrammedRecord {
  const splits = replicas.map((replica) => splitOf(replica, request, gatewayPort, destinations));
  const told =
    splits.find(({ difference }) => difference !== null) ??
    splits.find(({ incomparable }) => incomparable !== null) ??
    splits[0];
  if (told === undefined) throw new RangeError('a proxy without a replica');
  return told;
}

function splitOf(
  { place, tables }: ProxyConfig,
  request: RouteRequest,
  gatewayPort: number | null,
  destinations: readonly ConfiguredDestination[],
): ProgrammedRecord {
  const port = gatewayPort ?? portOf(request.authority);
  if (!servesHost(tables, request, port)) return unserved(place, tables, request, destinations);
  const route = programmedRoute(tables, request, port);
  const { table, virtualHost, routes, virtualServices, answeredByProxy } = route;
  const comparison = compareProgrammed(destinations, route);
  return {
    ...{ source: place, table, virtualHost, routes },
    ...(virtualServices.length === 0 ? {} : { virtualServices }),
    answeredByProxy,
    ...comparison,
  };
}

/** How it is said that who is programmed differs from the manifests. */
export interface DifferenceWords {
  incomparable: string;
  /** What to do where the two cannot be compared; by hand they can unless told. */
  instead?: string;
  different: string;
  /** What stands behind the difference in the evidence; empty: nothing. */
  beside: string;
  advice: string;
}

const OF_PROXY: DifferenceWords = {
  incomparable: 'What the proxy is programmed with cannot be compared with the manifests.',
  different: 'The proxy is programmed with another split than the manifests configure.',
  beside: '',
  advice:
    'Check that the manifests are applied and that the proxy is in sync (istioctl proxy-status), that this is the gateway they are for, and that no other route of its host comes first.',
};

/** Where no route is to be compared with what the proxy does. */
export const WITHOUT_ROUTE: DifferenceWords = {
  ...OF_PROXY,
  incomparable: 'What the proxy does with the request is shown, and compared with nothing.',
  instead: 'Give the manifests whose route the request takes, and the two are compared.',
};

/**
 * Names the difference between configuration and who is programmed, if there is one, or why none can be told.
 *
 * @param words Those of a proxy unless told.
 */
export function findConfigNotProgrammed(
  programmed: ProgrammedRecord | null,
  words: DifferenceWords = OF_PROXY,
): Finding[] {
  if (programmed === null) return [];
  const { source, difference, incomparable } = programmed;
  const common = { about: 'proxy', call: null, place: placeOf({ file: source }) } as const;
  if (incomparable !== null) {
    return [
      {
        ...common,
        code: 'config-not-compared',
        severity: 'info',
        summary: words.incomparable,
        evidence: incomparable,
        advice:
          words.instead ??
          'Compare the shares of its clusters by hand; the verdict does not depend on it.',
      },
    ];
  }
  if (difference === null) return [];
  return [
    {
      ...common,
      code: 'config-not-programmed',
      severity: 'error',
      summary: words.different,
      evidence: `${difference}${words.beside}`,
      advice: words.advice,
    },
  ];
}

function configuredDestinations(configured: Configured): ConfiguredDestination[] {
  if (configured.kind === 'manifests') return configuredBy(configured.destinations);
  const total = configured.weights.reduce((sum, { weight }) => sum + weight, 0);
  return configured.weights.map(({ name, weight }) => {
    return { name, share: weight / total, host: null, subset: null, port: null };
  });
}

function unserved(
  source: string,
  tables: readonly EnvoyRouteTable[],
  { authority }: RouteRequest,
  configured: readonly ConfiguredDestination[],
): ProgrammedRecord {
  const names = tables.map(({ name }) => name).join(', ');
  return {
    source,
    table: null,
    virtualHost: null,
    routes: [],
    destinations: configured.map(({ name, share }) => ({
      name,
      configuredShare: share,
      programmedShare: 0,
    })),
    answeredByProxy: 1,
    difference: `none of the proxy's route tables has the host ${authority} (there are ${names})`,
    incomparable: null,
  };
}

/** Rules for connections stand in a proxy's listeners, and its route tables are what is compared. */
export function connectionsNotCompared(
  [first]: readonly ProxyConfig[],
  configured: readonly { name: string; share: number }[],
): ProgrammedRecord {
  if (first === undefined) throw new RangeError('a proxy without a replica');
  return {
    source: first.place,
    table: null,
    virtualHost: null,
    routes: [],
    destinations: configured.map(({ name, share }) => ({
      name,
      configuredShare: share,
      programmedShare: null,
    })),
    answeredByProxy: 0,
    difference: null,
    incomparable:
      'a route that splits connections stands in the listeners of a proxy, and its route tables are compared alone: see istioctl proxy-config listeners -o json',
  };
}
