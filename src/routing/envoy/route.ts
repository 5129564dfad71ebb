import type { Condition } from '../condition.js';
import type { ManifestNode } from '../manifest/manifest-node.js';
import type { PreflightPolicy } from '../preflight.js';
import { readEnvoyCors } from './cors.js';
import { pick } from './pick-field.js';
import { readEnvoyMatch } from './match.js';

interface WeightedCluster {
  cluster: string;
  weight: number;
}

type EnvoyAction =
  | { kind: 'clusters'; clusters: readonly WeightedCluster[] }
  /** Chosen by a header or a plug-in at run time. */
  | { kind: 'dynamic'; by: string }
  | { kind: 'redirect' }
  | { kind: 'direct-response'; status: number };

/** One route of an Envoy route table. */
export interface EnvoyRoute {
  name: string;
  conditions: readonly Condition[];
  /** Share of the otherwise matching requests it takes, between 0 and 1; the rest go on. */
  fraction: number;
  action: EnvoyAction;
  /** Of its own; Envoy asks it only before it forwards. */
  preflights: PreflightPolicy | null;
  /** `namespace/name` of the VirtualService that it is made of, where Istio says so. */
  virtualService: string | null;
}

const FRACTION_DENOMINATORS: Readonly<Record<string, number>> = {
  HUNDRED: 100,
  TEN_THOUSAND: 10_000,
  MILLION: 1_000_000,
};

/** Source: https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/route/v3/route_components.proto */
export function readEnvoyRoute(node: ManifestNode): EnvoyRoute {
  const match = node.field('match');
  return {
    name: node.field('name').optionalString() ?? '',
    conditions: readEnvoyMatch(match),
    fraction: readFraction(pick(match, 'runtime_fraction', 'runtimeFraction')),
    action: readAction(node),
    preflights: readEnvoyCors(node),
    virtualService: readOwner(node),
  };
}

/** Istio names the object in the metadata of the routes that it makes (pilot/pkg/networking/util, BuildConfigInfoMetadata). */
function readOwner(node: ManifestNode): string | null {
  const metadata = pick(node.field('metadata'), 'filter_metadata', 'filterMetadata');
  const config = metadata.field('istio').field('config').value;
  if (typeof config !== 'string') return null;
  const [, namespace, name] = /\/namespaces\/([^/]+)\/virtual-service\/([^/]+)$/.exec(config) ?? [];
  return namespace === undefined || name === undefined ? null : `${namespace}/${name}`;
}

function readAction(node: ManifestNode): EnvoyAction {
  if (!node.field('redirect').absent) return { kind: 'redirect' };
  const direct = pick(node, 'direct_response', 'directResponse');
  if (!direct.absent)
    return {
      kind: 'direct-response',
      status: direct.field('status').optionalInteger() ?? 0,
    };
  const route = node.field('route');
  const weighted = pick(route, 'weighted_clusters', 'weightedClusters');
  if (!weighted.absent)
    return {
      kind: 'clusters',
      clusters: weighted
        .field('clusters')
        .items()
        .map((item) => ({
          cluster: item.field('name').optionalString() ?? '',
          weight: item.field('weight').optionalInteger() ?? 0,
        })),
    };
  const cluster = route.field('cluster').optionalString();
  if (cluster !== null) return { kind: 'clusters', clusters: [{ cluster, weight: 1 }] };
  const header = pick(route, 'cluster_header', 'clusterHeader').optionalString();
  return { kind: 'dynamic', by: header === null ? 'a plug-in' : `the header ${header}` };
}

function readFraction(node: ManifestNode): number {
  const value = pick(node, 'default_value', 'defaultValue');
  if (value.absent) return 1;
  const denominator = value.field('denominator').optionalString() ?? 'HUNDRED';
  const numerator = value.field('numerator').optionalInteger() ?? 0;
  return Math.min(1, numerator / (FRACTION_DENOMINATORS[denominator] ?? 100));
}
