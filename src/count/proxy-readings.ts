import { compareTexts } from './key-sums.js';

/** A counter that only grows, at two times. */
export interface Growth {
  before: number;
  after: number;
}

/** What a proxy counted of one endpoint of one of its clusters. */
export interface EndpointGrowth {
  cluster: string;
  /** The one that the cluster is; null where it is none, or that cannot be told. */
  destination: string | null;
  /** `10.1.2.3:50051` */
  address: string;
  /** Attempts: those of a request that was tried again, too. */
  requests: Growth;
  /** Those of them that failed. */
  errors: Growth;
}

/** The counters of one proxy, read before the load and after it. Everybody's traffic is in them. */
export interface ProxyReadings {
  /** Of its admin interface, as it may be shown. */
  url: string;
  /** Why the readings do not belong together; null where they do. */
  problem: string | null;
  /** Those that grew. */
  endpoints: EndpointGrowth[];
}

/**
 * Joins what several parts of a run read of the same proxies. Their readings overlap, as every part
 * reads the traffic of all: what grew while any of them ran is told by the first and the last.
 */
export function mergeReadings(
  a: readonly ProxyReadings[],
  b: readonly ProxyReadings[],
): ProxyReadings[] {
  const byUrl = new Map<string, ProxyReadings>();
  for (const proxy of [...a, ...b]) {
    const other = byUrl.get(proxy.url);
    byUrl.set(proxy.url, joined(proxy, other ?? { ...proxy, endpoints: [] }));
  }
  return [...byUrl.values()].sort((one, other) => compareTexts(one.url, other.url));
}

function joined(one: ProxyReadings, other: ProxyReadings): ProxyReadings {
  const problems = [one.problem, other.problem].filter((problem) => problem !== null);
  const byKey = new Map<string, EndpointGrowth>();
  for (const endpoint of [...one.endpoints, ...other.endpoints]) {
    const key = keyOf(endpoint);
    const known = byKey.get(key);
    byKey.set(key, known === undefined ? endpoint : joinedEndpoint(endpoint, known));
  }
  const endpoints = [...byKey].sort(([key], [another]) => compareTexts(key, another));
  return {
    url: one.url,
    problem: problems.sort(compareTexts)[0] ?? null,
    endpoints: endpoints.map(([, endpoint]) => endpoint),
  };
}

function keyOf({ cluster, address, destination }: EndpointGrowth): string {
  return JSON.stringify([cluster, address, destination]);
}

function joinedEndpoint(one: EndpointGrowth, other: EndpointGrowth): EndpointGrowth {
  return {
    ...one,
    requests: joinedGrowth(one.requests, other.requests),
    errors: joinedGrowth(one.errors, other.errors),
  };
}

function joinedGrowth(one: Growth, other: Growth): Growth {
  return { before: Math.min(one.before, other.before), after: Math.max(one.after, other.after) };
}
