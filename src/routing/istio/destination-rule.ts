import { readObject, type ManifestObject } from '../manifest/manifest-object.js';
import type { ManifestNode } from '../manifest/manifest-node.js';
import { readTrafficPolicy, type TrafficPolicy } from './traffic-policy.js';

interface Subset {
  name: string;
  labels: Readonly<Record<string, string>>;
  trafficPolicy: TrafficPolicy | null;
  node: ManifestNode;
}

/** An Istio DestinationRule: https://istio.io/latest/docs/reference/config/networking/destination-rule/ */
export interface DestinationRule extends ManifestObject {
  /** As written. */
  host: string;
  subsets: readonly Subset[];
  exportTo: readonly string[];
  /** Labels of the client's pods that it is for, in its own namespace; `null`: it is for all. */
  workloadSelector: Readonly<Record<string, string>> | null;
  trafficPolicy: TrafficPolicy | null;
}

export function readDestinationRule(node: ManifestNode): DestinationRule {
  const spec = node.field('spec');
  const selector = spec.field('workloadSelector');
  const host = spec.field('host').string();
  const subsets = spec
    .field('subsets')
    .items()
    .map((subset) => {
      return {
        name: subset.field('name').string(),
        labels: subset.field('labels').customStringMap(),
        trafficPolicy: readTrafficPolicy(subset.field('trafficPolicy')),
        node: subset,
      };
    });
  const twice = subsets.find(({ name }, index) =>
    subsets.slice(0, index).some((other) => other.name === name),
  );
  if (twice !== undefined) throw twice.node.error(`the subset ${twice.name} is defined twice`);
  return {
    ...readObject(node, 'DestinationRule', 'networking.istio.io'),
    host,
    subsets,
    exportTo: spec.field('exportTo').strings(),
    workloadSelector: selector.absent ? null : selector.field('matchLabels').customStringMap(),
    trafficPolicy: readTrafficPolicy(spec.field('trafficPolicy')),
  };
}
