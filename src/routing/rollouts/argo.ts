import { InputError } from '../../input-error.js';
import type { BackendRef } from '../gateway-api/route.js';
import { ROLLOUTS_HASH_LABEL, type Workload } from '../kubernetes/workload.js';
import type { ManifestSet } from '../manifest-set.js';
import { describeObject, type ManifestObject } from '../manifest/manifest-object.js';
import type { Finding } from '../../finding.js';
import { canaryIngresses } from './argo-ingress.js';
import { weighVirtualService } from './argo-istio.js';
import type { CanaryWeights, ManagedRoute, Rollout } from './rollout.js';
import { manifestFinding } from '../manifest-finding.js';

/**
 * Does what Argo Rollouts does for its canaries: the weights of the routes it manages, the hash of
 * each version in the Services' selectors and the DestinationRule's subsets, and a ReplicaSet of
 * each version.
 * Source: https://argo-rollouts.readthedocs.io/en/stable/features/traffic-management/istio/ and argoproj/argo-rollouts
 * utils/replicaset/canary.go, GetCurrentSetWeight.
 * @throws InputError when no Rollout has the step that is asked for.
 */
export function applyArgoRollouts(set: ManifestSet, step: number | null): ManifestSet {
  const stepCounts = set.rollouts.map(({ steps }) => steps.length);
  if (step !== null && step > Math.max(-1, ...stepCounts)) throw noStepError(step, stepCounts);
  return set.rollouts.reduce((current, rollout) => applyRollout(current, rollout, step), set);
}

/** The number after the last step's stands for its end. */
function noStepError(step: number, stepCounts: readonly number[]): InputError {
  const [only, ...others] = stepCounts;
  return new InputError(
    only === undefined
      ? 'there is no Rollout among the manifests: add it with -f, or leave the step out'
      : `no Rollout has a step ${step}: ` +
          (others.length === 0
            ? `it has ${only}, counted from 0, and ${only} is after the last`
            : `they have ${stepCounts.join(' and ')}, counted from 0`),
    { file: 'command line', path: '--rollout-step' },
  );
}

function applyRollout(set: ManifestSet, rollout: Rollout, step: number | null): ManifestSet {
  const weights = canaryWeights(rollout, step);
  const findings: Finding[] = [];
  if (weights === null && rollout.routes.length > 0)
    findings.push(
      manifestFinding({
        code: 'rollout-state-unknown',
        summary: `${describeObject(rollout)} has no status, so its weights are those of the routes: give the object as kubectl get -o yaml shows it, or choose a step`,
        place: rollout.node.place(),
      }),
    );
  const { canaryHash, stableHash } = rollout.status;
  const own = { namespace: rollout.namespace };
  return {
    ...set,
    virtualServices: set.virtualServices.map((object) => {
      const managed = managedRoute(rollout, 'VirtualService', object);
      if (managed === null) return object;
      return weighVirtualService(object, rollout, managed, weights, findings);
    }),
    apiRoutes: set.apiRoutes.map((object) => {
      if (managedRoute(rollout, object.kind, object) === null || weights === null) return object;
      const rules = object.rules.map((rule) => ({
        ...rule,
        backendRefs: weighRefs(rule.backendRefs, rollout, weights),
      }));
      return { ...object, rules };
    }),
    ingresses: [...set.ingresses, ...canaryIngresses(set, rollout, weights)],
    services: set.services.map((service) => {
      if (service.namespace !== own.namespace || service.selector === null) return service;
      const hash = hashOf(rollout, service.name, rollout.canaryService, rollout.stableService);
      if (hash === null) return service;
      return { ...service, selector: { ...service.selector, [ROLLOUTS_HASH_LABEL]: hash } };
    }),
    destinationRules: set.destinationRules.map((rule) => {
      const { subsets } = rollout;
      if (subsets?.destinationRule !== rule.name || rule.namespace !== own.namespace) return rule;
      const withHash = rule.subsets.map((subset) => {
        const hash = hashOf(rollout, subset.name, subsets.canary, subsets.stable);
        return hash === null
          ? subset
          : { ...subset, labels: { ...subset.labels, [ROLLOUTS_HASH_LABEL]: hash } };
      });
      return { ...rule, subsets: withHash };
    }),
    workloads: [
      ...set.workloads.filter(({ ownedBy, namespace }) => {
        const owned = ownedBy?.kind === 'Rollout' && ownedBy.name === rollout.name;
        return !(owned && namespace === rollout.namespace);
      }),
      ...workloadsOf(rollout, [...new Set([stableHash, canaryHash])]),
    ],
    findings: [...set.findings, ...findings],
  };
}

/**
 * The weights of canary and stable: as last set, or as the steps up to the current one say.
 * @returns `null` when nothing tells.
 */
function canaryWeights(rollout: Rollout, step: number | null): CanaryWeights | null {
  const { status, steps, maxTrafficWeight } = rollout;
  const split = (canary: number): CanaryWeights => ({
    canary,
    stable: maxTrafficWeight - canary,
    additional: [],
  });
  if (step === null) {
    if (status.weights !== null) return status.weights;
    if (status.aborted) return split(0);
    if (status.stableHash !== null && status.stableHash === status.canaryHash) return split(0);
  }
  const index = step ?? status.stepIndex;
  if (index === null) return null;
  if (index >= steps.length) return split(maxTrafficWeight);
  return split(steps.slice(0, index + 1).findLast((weight) => weight !== null) ?? 0);
}

function managedRoute(
  rollout: Rollout,
  kind: ManagedRoute['kind'],
  object: ManifestObject,
): ManagedRoute | null {
  return (
    rollout.routes.find(
      (route) =>
        route.kind === kind &&
        route.name === object.name &&
        (route.namespace ?? rollout.namespace) === object.namespace,
    ) ?? null
  );
}

function weighRefs(
  refs: readonly BackendRef[],
  { canaryService, stableService }: Rollout,
  weights: CanaryWeights,
): BackendRef[] {
  return refs.map((ref) => {
    if (ref.name === canaryService) return { ...ref, weight: weights.canary };
    return ref.name === stableService ? { ...ref, weight: weights.stable } : ref;
  });
}

function hashOf(
  { status }: Rollout,
  name: string,
  canary: string | null,
  stable: string | null,
): string | null {
  if (name === canary) return status.canaryHash;
  return name === stable ? status.stableHash : null;
}

/** Pods of a Rollout are named after the ReplicaSet of their version: `<rollout>-<hash>-<5 characters>`. */
function workloadsOf(rollout: Rollout, hashes: readonly (string | null)[]): Workload[] {
  const { namespace, namespaceGiven, group, labels, annotations, createdAt, node } = rollout;
  const object = { namespace, namespaceGiven, group, labels, annotations, createdAt, node };
  const common = { ...object, readyReplicas: null, endpointOf: null, ownedBy: null };
  const known = hashes.filter((hash) => hash !== null);
  if (known.length === 0)
    return [
      {
        ...common,
        kind: 'Rollout',
        name: rollout.name,
        podLabels: rollout.podLabels,
        replicas: rollout.replicas,
      },
    ];
  return known.map((hash) => ({
    ...common,
    kind: 'ReplicaSet',
    name: `${rollout.name}-${hash}`,
    podLabels: { ...rollout.podLabels, [ROLLOUTS_HASH_LABEL]: hash },
    // How many pods of each version run is the controller's affair while a rollout goes on.
    replicas: known.length === 1 ? rollout.replicas : null,
  }));
}
