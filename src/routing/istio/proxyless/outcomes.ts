import type { Finding } from '../../../finding.js';
import { firstMatch, type MatchedRule, type OrderedRule } from '../../first-match.js';
import type { ManifestSet } from '../../manifest-set.js';
import type { ExpectedDestination } from '../../route-split.js';
import { destinationRulesOf, type RuleClient } from '../rules-in-sight.js';
import { settingsFor } from '../traffic-settings.js';
import type { TrafficSettings } from '../traffic-policy.js';
import { type Effect, GRPC_CLIENTS, type GrpcClient, type GrpcTrait } from './client.js';
import { clusterTraits } from './cluster-traits.js';
import { ruleTraits } from './rule-traits.js';
import { rulesSeenBy } from './seen-rules.js';
import { tableTraits } from './table-traits.js';

/** What one library makes of a call, and what it does otherwise than a sidecar. */
export interface GrpcOutcome {
  client: GrpcClient;
  /**
   * `follows` the route; takes `another-rule`; `fails` the call; `waits` for what does not come; `refuses` all
   * routes of the host.
   */
  outcome: 'follows' | 'another-rule' | 'fails' | 'waits' | 'refuses';
  /** Of the rule it takes; null: none. */
  rule: string | null;
  differences: { effect: Exclude<Effect, 'follows'>; summary: string; place: Finding['place'] }[];
}

/** A call of a client without a proxy, as far as its route is known. */
export interface GrpcCall {
  /** Of the host, in their order, as Istio programs them. */
  rules: readonly OrderedRule[];
  /** As Go takes them. */
  matched: MatchedRule | null;
  /** By which calls fail whichever the client is; empty: a route forwards them, or a rule answers. */
  lostBy: readonly GrpcTrait[];
  client: RuleClient;
  /** Empty where nothing is forwarded. */
  destinations: readonly ExpectedDestination[];
}

/** What the libraries do otherwise than a sidecar, whichever it is. */
export function grpcTraits(
  set: ManifestSet,
  { rules, matched, destinations, client }: GrpcCall,
): GrpcTrait[] {
  return [
    ...tableTraits(rules, matched?.rule.node ?? null),
    ...(matched === null ? [] : ruleTraits(matched)),
    ...ofClusters(set, destinations, client),
  ];
}

export function grpcOutcomes(
  traits: readonly GrpcTrait[],
  { rules, matched, lostBy }: GrpcCall,
): GrpcOutcome[] {
  return GRPC_CLIENTS.map((client): GrpcOutcome => {
    const taken = firstMatch(rulesSeenBy(client, rules)).matched?.rule ?? null;
    const isAsTold = taken?.node === matched?.rule.node;
    const made = isAsTold ? [...traits, ...lostBy] : traits;
    const differences = made.flatMap(({ effects, summary, place }) => {
      const effect = effects[client];
      return effect === 'follows' ? [] : [{ effect, summary, place }];
    });
    const outcome = outcomeBy(
      differences.map(({ effect }) => effect),
      isAsTold,
    );
    const rule = outcome === 'refuses' ? null : (taken?.label ?? null);
    const isLost = outcome === 'another-rule' && rule === null;
    return { client, outcome: isLost ? 'fails' : outcome, rule, differences };
  });
}

function outcomeBy(effects: readonly Effect[], isAsTold: boolean): GrpcOutcome['outcome'] {
  if (effects.includes('refuses')) return 'refuses';
  if (effects.includes('waits')) return 'waits';
  if (effects.includes('fails')) return 'fails';
  return isAsTold ? 'follows' : 'another-rule';
}

/** Settings that hold for several destinations are told once. */
function ofClusters(
  set: ManifestSet,
  destinations: readonly ExpectedDestination[],
  client: RuleClient,
): GrpcTrait[] {
  const found = new Map<string, { settings: TrafficSettings; names: string[] }>();
  for (const { name, host, subset, port, weight } of destinations) {
    if (weight === 0) continue;
    const settings = settingsFor(destinationRulesOf(set, host, client).rules, subset, port);
    for (const part of partsOf(settings)) {
      const [key, of] = part;
      const known = found.get(key) ?? { settings: of, names: [] };
      known.names.push(name);
      found.set(key, known);
    }
  }
  return [...found.values()].flatMap(({ settings, names }) => clusterTraits(settings, names));
}

const NOTHING: TrafficSettings = {
  loadBalancer: null,
  connectionPool: null,
  outlierDetection: null,
  tls: null,
};

/** Each setting by itself, named by where it stands. */
function partsOf({
  loadBalancer,
  connectionPool,
  outlierDetection,
  tls,
}: TrafficSettings): [string, TrafficSettings][] {
  const key = (node: { place(): object }): string => JSON.stringify(node.place());
  return [
    ...(loadBalancer === null
      ? []
      : [[key(loadBalancer.node), { ...NOTHING, loadBalancer }] as [string, TrafficSettings]]),
    ...(connectionPool === null
      ? []
      : [[key(connectionPool), { ...NOTHING, connectionPool }] as [string, TrafficSettings]]),
    ...(outlierDetection === null
      ? []
      : [[key(outlierDetection), { ...NOTHING, outlierDetection }] as [string, TrafficSettings]]),
    ...(tls === null ? [] : [[key(tls.node), { ...NOTHING, tls }] as [string, TrafficSettings]]),
  ];
}
