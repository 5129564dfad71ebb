import { readObject, type ManifestObject } from '../manifest/manifest-object.js';
import type { ManifestNode } from '../manifest/manifest-node.js';
import type { Finding } from '../../finding.js';
import { manifestFinding } from '../manifest-finding.js';

/** A route object whose weights the controller sets. */
export interface ManagedRoute {
  kind: 'VirtualService' | 'HTTPRoute' | 'GRPCRoute' | 'Ingress';
  /** `null`: the Rollout's own. */
  namespace: string | null;
  name: string;
  /** Names of the rules; empty: all. */
  rules: readonly string[];
}

/** What a rollout gives the destinations of a route. */
export interface CanaryWeights {
  canary: number;
  stable: number;
  /** Of Services that experiments bring. */
  additional: readonly { service: string; weight: number }[];
}

/** An Argo Rollout with the canary strategy: https://argo-rollouts.readthedocs.io/en/stable/features/specification/ */
export interface Rollout extends ManifestObject {
  canaryService: string | null;
  stableService: string | null;
  /** `setWeight` of each step; `null` for steps that do something else. */
  steps: readonly (number | null)[];
  maxTrafficWeight: number;
  routes: readonly ManagedRoute[];
  subsets: {
    destinationRule: string;
    canary: string;
    stable: string;
    /** Others of it that keep their weights. */
    additional: readonly string[];
  } | null;
  /** Rules that steps add and remove. */
  managedRules: readonly string[];
  podLabels: Readonly<Record<string, string>>;
  replicas: number;
  status: {
    stepIndex: number | null;
    /** As last set. */
    weights: CanaryWeights | null;
    canaryHash: string | null;
    stableHash: string | null;
    aborted: boolean;
  };
}

export function readRollout(node: ManifestNode, findings: Finding[]): Rollout {
  const spec = node.field('spec');
  findings.push(...notModelled(spec.field('strategy')));
  const canary = spec.field('strategy').field('canary');
  const routing = canary.field('trafficRouting');
  const template = spec.field('template').field('metadata').field('labels');
  return {
    ...readObject(node, 'Rollout', 'argoproj.io'),
    canaryService: canary.field('canaryService').optionalString(),
    stableService: canary.field('stableService').optionalString(),
    steps: canary
      .field('steps')
      .items()
      .map((step) => step.field('setWeight').optionalInteger()),
    maxTrafficWeight: routing.field('maxTrafficWeight').optionalInteger() ?? 100,
    routes: readManagedRoutes(routing, canary.field('stableService').optionalString()),
    subsets: readSubsets(routing.field('istio').field('destinationRule')),
    managedRules: routing
      .field('managedRoutes')
      .items()
      .map((item) => item.field('name').string()),
    podLabels: (template.absent
      ? spec.field('selector').field('matchLabels')
      : template
    ).stringMap(),
    replicas: spec.field('replicas').optionalInteger() ?? 1,
    status: readStatus(node.field('status')),
  };
}

/** What stands in front of the routes besides a weight, or in front of routes that are not read. */
function notModelled(strategy: ManifestNode): Finding[] {
  const canary = strategy.field('canary');
  const routing = canary.field('trafficRouting');
  const unknown = [
    ...(strategy.field('blueGreen').absent ? [] : [strategy.field('blueGreen')]),
    ...othersThan(ROUTING_FIELDS, routing),
    ...othersThan([GATEWAY_API_PLUGIN], routing.field('plugins')),
    ...canary
      .field('steps')
      .items()
      .flatMap((step) => step.fields().map(([, field]) => field))
      .filter(({ path }) => SHIFTING_STEPS.includes(String(path.at(-1)))),
  ];
  return unknown.map((field) =>
    manifestFinding({
      code: 'not-modelled',
      summary: `${String(field.path.at(-1))} is not modelled here: what it does to the traffic is not expected`,
      place: field.place(),
    }),
  );
}

const GATEWAY_API_PLUGIN = 'argoproj-labs/gatewayAPI';
const ROUTING_FIELDS = ['istio', 'nginx', 'plugins', 'maxTrafficWeight', 'managedRoutes'];
/** Steps besides setWeight after which requests go elsewhere. */
const SHIFTING_STEPS = ['setHeaderRoute', 'setMirrorRoute', 'experiment', 'plugin'];

function othersThan(known: readonly string[], node: ManifestNode): ManifestNode[] {
  return node.fields().flatMap(([name, field]) => (known.includes(name) ? [] : [field]));
}

function readManagedRoutes(routing: ManifestNode, stableService: string | null): ManagedRoute[] {
  const istio = routing.field('istio');
  const single = istio.field('virtualService');
  const virtualServices = [
    ...(single.absent ? [] : [single]),
    ...istio.field('virtualServices').items(),
  ].map((item): ManagedRoute => {
    const [first = '', second] = item.field('name').string().split('.');
    const rules = item.field('routes').strings();
    return { kind: 'VirtualService', name: first, namespace: second ?? null, rules };
  });
  const plugin = routing.field('plugins').field(GATEWAY_API_PLUGIN);
  const namespace = plugin.field('namespace').optionalString();
  const apiRoutes = (['HTTPRoute', 'GRPCRoute'] as const).flatMap((kind): ManagedRoute[] => {
    const key = kind === 'HTTPRoute' ? 'httpRoute' : 'grpcRoute';
    const names = [
      plugin.field(key).optionalString(),
      ...plugin
        .field(`${key}s`)
        .items()
        .map((item) => item.field('name').string()),
    ].filter((name) => name !== null);
    return names.map((name) => ({ kind, name, namespace, rules: [] }));
  });
  const ingress = routing.field('nginx').field('stableIngress').optionalString();
  const ingresses: ManagedRoute[] =
    ingress === null || stableService === null
      ? []
      : [{ kind: 'Ingress', name: ingress, namespace: null, rules: [] }];
  return [...virtualServices, ...apiRoutes, ...ingresses];
}

function readSubsets(node: ManifestNode): Rollout['subsets'] {
  if (node.absent) return null;
  return {
    destinationRule: node.field('name').string(),
    canary: node.field('canarySubsetName').string(),
    stable: node.field('stableSubsetName').string(),
    additional: node.field('additionalSubsetNames').strings(),
  };
}

function readStatus(node: ManifestNode): Rollout['status'] {
  const weights = node.field('canary').field('weights');
  const canary = weights.field('canary').field('weight').optionalInteger();
  const stable = weights.field('stable').field('weight').optionalInteger();
  const additional = weights
    .field('additional')
    .items()
    .map((item) => ({
      service: item.field('serviceName').string(),
      weight: item.field('weight').optionalInteger() ?? 0,
    }));
  return {
    stepIndex: node.field('currentStepIndex').optionalInteger(),
    weights: canary === null || stable === null ? null : { canary, stable, additional },
    canaryHash: node.field('currentPodHash').optionalString(),
    stableHash: node.field('stableRS').optionalString(),
    aborted: node.field('abort').boolean(),
  };
}
