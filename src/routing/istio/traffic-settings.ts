import type { DestinationRule } from './destination-rule.js';
import type { TrafficPolicy, TrafficSettings } from './traffic-policy.js';

/**
 * What holds for a subset at a port. Of rules that Istio takes for one, the first traffic policy counts. The
 * settings of a port take the place of all others of their policy, with nothing inherited, and a subset's
 * settings, each by itself, that of the host's; those of the subset's port all of them.
 * Source: istio/istio pilot/pkg/networking/util/util.go, GetPortLevelTrafficPolicy and
 * MergeSubsetTrafficPolicy; pilot/pkg/model/destination_rule.go, MergeTrafficPolicy and
 * mergeDestinationRule.
 * @param rules As they are merged, see `destinationRulesOf`.
 * @param port Of the service; `null`: not known, and what is said of single ports is left out.
 */
export function settingsFor(
  rules: readonly DestinationRule[],
  subset: string | null,
  port: number | null,
): TrafficSettings {
  const { policy, ofSubset } = policiesFor(rules, subset);
  const host = policy === null ? null : (atPort(policy, port) ?? policy.all);
  if (ofSubset === null) return host ?? NO_SETTINGS;
  const ofPort = atPort(ofSubset, port);
  if (ofPort !== null) return ofPort;
  const { all } = ofSubset;
  return {
    loadBalancer: all.loadBalancer ?? host?.loadBalancer ?? null,
    connectionPool: all.connectionPool ?? host?.connectionPool ?? null,
    outlierDetection: all.outlierDetection ?? host?.outlierDetection ?? null,
    tls: all.tls ?? host?.tls ?? null,
  };
}

/** The policies of the host and of a subset, as Istio merges rules of one host. */
export function policiesFor(
  rules: readonly DestinationRule[],
  subset: string | null,
): { policy: TrafficPolicy | null; ofSubset: TrafficPolicy | null } {
  const policy = rules.find(({ trafficPolicy }) => trafficPolicy !== null)?.trafficPolicy ?? null;
  const own = rules.flatMap(({ subsets }) => subsets).find(({ name }) => name === subset);
  return { policy, ofSubset: own?.trafficPolicy ?? null };
}

function atPort({ ofPort }: TrafficPolicy, port: number | null): TrafficSettings | null {
  return (port === null ? undefined : ofPort.get(port)) ?? null;
}

const NO_SETTINGS: TrafficSettings = {
  loadBalancer: null,
  connectionPool: null,
  outlierDetection: null,
  tls: null,
};
