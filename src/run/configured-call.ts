import type { AskedPage } from '../expect/page/asked-page.js';
import { type AttributionTable, attributionTable } from '../count/attribution.js';
import { NO_KNOWLEDGE } from '../count/proxied/knowledge.js';
import type { ComparedPair } from '../expect/comparison/timed-sides.js';
import type { NamedDestination } from '../expect/expectation.js';
import type { RouteLimits } from '../expect/retries/route-limits.js';
import type { Finding, Setting } from '../finding.js';
import type { ReadCluster } from '../inputs/cluster/read-cluster.js';
import type { AskedCall } from '../record/asked.js';
import type { InjectedAbort } from '../routing/effects.js';
import type { DestinationPlace } from '../routing/envoy/cluster-identity.js';
import type { GatewayPods } from '../routing/gateway-pods.js';
import type { GatewayReplicas } from '../routing/gateway-replicas.js';
import type { RuleTaker } from '../routing/rule-taker.js';
import type { ExpectedService } from '../scenario/expected-service.js';

/** What the configuration says of one call, before anything is sent. */
export interface ConfiguredCall {
  /** Whose routes apply; null where that was not asked. */
  via: string | null;
  route: AskedCall['route'];
  behind: AskedCall['behind'];
  /** In the route's order, zero weights included; empty where nothing is known in advance. */
  destinations: NamedDestination[];
  /** What proxies may know the destinations by. */
  places: DestinationPlace[];
  attribution: AttributionTable;
  aborts: InjectedAbort | null;
  /** After which the route ends a call, streams too; null where it does not, or that is not known. */
  timeoutMs: number | null;
  /** What the route allows each request; null where that is not known. */
  limits: RouteLimits | null;
  programmed: AskedCall['programmed'];
  /** Which destination the manifests roll out, and which it is to replace; null where they do not say. */
  canary: ComparedPair | null;
  /** The pods of the gateway that requests come in through; null where they are not known. */
  gatewayPods: GatewayPods | null;
  /** The pods of the gateway that are loaded one by one; absent where they are not. */
  replicas?: GatewayReplicas;
  /** The page that makes the call; absent where none does. */
  page?: AskedPage;
  /** What tells requests of the call's rule from others; absent where requests are sent, or no rule is known. */
  taker?: RuleTaker;
  findings: Finding[];
  /** What settles how the hops of its requests are spoken on; empty where nothing is known. */
  settings: Setting[];
  /** Choices that were made, for the person at the terminal. */
  notes: string[];
}

/** What the configuration says of all calls, and the cluster that it was read from. */
export interface Configured {
  /** By call; null where there is no configuration for it. */
  calls: (ConfiguredCall | null)[];
  /** null where it was read from files, or given. */
  cluster: ReadCluster | null;
}

/** A destination as the command line or a scenario gives it. */
export interface WeightedName {
  name: string;
  weight: number;
}

/** Weights that are given instead of manifests: a pod belongs to the one whose name is part of its own. */
export function configuredByWeights(
  weights: readonly WeightedName[],
  service: ExpectedService | null,
): ConfiguredCall {
  const names = weights.map(({ name }) => name);
  return {
    via: null,
    route: null,
    behind: service === null ? null : { service: service.host, frontRoute: null },
    destinations: weights.map(({ name, weight }) => {
      return { name, weight, replicas: null, previousWeight: null };
    }),
    places: names.map((name) => ({ name, host: null, subset: null, port: null })),
    attribution: attributionTable(
      names,
      [],
      names.map((name, destination) => ({ token: name, version: name, destination })),
      {
        ...NO_KNOWLEDGE,
        seesThem: service === null,
        clusters: names.map((name) => {
          return { host: null, subset: null, port: null, names: [name.toLowerCase()] };
        }),
      },
    ),
    aborts: null,
    timeoutMs: null,
    limits: null,
    programmed: null,
    canary: null,
    gatewayPods: null,
    findings: [],
    settings: [],
    notes: [],
  };
}
