import { readObject, type ManifestObject } from '../manifest/manifest-object.js';
import type { ManifestNode } from '../manifest/manifest-node.js';
import { unknownFields } from '../unknown-fields.js';
import type { Warning } from '../warning.js';

interface Subset {
  name: string;
  labels: Readonly<Record<string, string>>;
  node: ManifestNode;
}

/** An Istio DestinationRule: https://istio.io/latest/docs/reference/config/networking/destination-rule/ */
export interface DestinationRule extends ManifestObject {
  /** As written. */
  host: string;
  subsets: readonly Subset[];
  exportTo: readonly string[];
  /** Set when requests with one key always go to the same pod: `header x-user`. */
  affinity: string | null;
}

export function readDestinationRule(node: ManifestNode, warnings: Warning[]): DestinationRule {
  const spec = node.field('spec');
  warnings.push(
    ...unknownFields(spec, ['host', 'trafficPolicy', 'subsets', 'exportTo', 'workloadSelector']),
  );
  if (!spec.field('workloadSelector').absent)
    warnings.push({
      code: 'not-modelled',
      message: 'workloadSelector limits the rule to some clients; it is taken for all of them',
      place: spec.field('workloadSelector').place(),
    });
  const host = spec.field('host').string();
  const subsets = spec
    .field('subsets')
    .items()
    .map((subset) => {
      warnings.push(...unknownFields(subset, ['name', 'labels', 'trafficPolicy']));
      return {
        name: subset.field('name').string(),
        labels: subset.field('labels').stringMap(),
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
    affinity: readAffinity(
      spec.field('trafficPolicy').field('loadBalancer').field('consistentHash'),
    ),
  };
}

function readAffinity(node: ManifestNode): string | null {
  if (node.absent) return null;
  const header = node.field('httpHeaderName').optionalString();
  if (header !== null) return `header ${header}`;
  const query = node.field('httpQueryParameterName').optionalString();
  if (query !== null) return `query parameter ${query}`;
  if (!node.field('httpCookie').absent)
    return `cookie ${node.field('httpCookie').field('name').string()}`;
  return 'source address';
}
