import { readObject, type ManifestObject } from '../manifest/manifest-object.js';
import type { ManifestNode } from '../manifest/manifest-node.js';

type WorkloadKind =
  | 'Deployment'
  | 'StatefulSet'
  | 'ReplicaSet'
  | 'DaemonSet'
  | 'Pod'
  | 'Rollout'
  | 'WorkloadEntry'
  | 'Endpoint';

/** Something whose pods answer requests. */
export interface Workload extends ManifestObject {
  kind: WorkloadKind;
  /** Labels of its pods. */
  podLabels: Readonly<Record<string, string>>;
  /** `null`: the manifest does not say (a DaemonSet, or an autoscaler decides). */
  replicas: number | null;
  /** Of these, the ones that are ready, as its status has it; `null`: it has no status. */
  readyReplicas: number | null;
  /** Name of the ServiceEntry that lists it as an endpoint, which no other service can select. */
  endpointOf: string | null;
  /** The workload that made it, as `metadata.ownerReferences` says. */
  ownedBy: { kind: string; name: string } | null;
}

/** The label by which Argo Rollouts tells the pods of one version, injected into what selects them. */
export const ROLLOUTS_HASH_LABEL = 'rollouts-pod-template-hash';

/** Pods in these phases answer nothing. */
const DEAD_PHASES = ['Succeeded', 'Failed'];

/** Whether a pod in a phase has finished; null: nothing says which it is in. */
export function isDeadPhase(phase: string | null): boolean {
  return phase !== null && DEAD_PHASES.includes(phase);
}

/**
 * Reads a workload.
 * @returns It, or `null` for one that has no pods to answer: a finished pod, or a ReplicaSet that a
 *   Deployment has scaled to nothing.
 */
export function readWorkload(
  node: ManifestNode,
  kind: 'Deployment' | 'StatefulSet' | 'ReplicaSet' | 'DaemonSet' | 'Pod',
): Workload | null {
  const object = readObject(node, kind, kind === 'Pod' ? '' : 'apps');
  const ownedBy = readOwner(node);
  const common = { ...object, kind, endpointOf: null, ownedBy };
  const spec = node.field('spec');
  if (kind === 'Pod') {
    const phase = node.field('status').field('phase').optionalString();
    if (isDeadPhase(phase)) return null;
    const readyReplicas = readyPods(node.field('status'));
    return { ...common, podLabels: object.labels, replicas: 1, readyReplicas };
  }
  // Without the field the API server fills in 1; a DaemonSet has as many as there are nodes.
  const replicas = kind === 'DaemonSet' ? null : (spec.field('replicas').optionalInteger() ?? 1);
  if (kind === 'ReplicaSet' && replicas === 0 && ownedBy !== null) return null;
  const podLabels = spec.field('template').field('metadata').field('labels').stringMap();
  return { ...common, podLabels, replicas, readyReplicas: readReadyReplicas(node, kind) };
}

/** 1 for a pod that is ready, 0 for one that is not; `null`: its status does not say. */
function readyPods(status: ManifestNode): number | null {
  const ready = status
    .field('conditions')
    .items()
    .find((condition) => condition.field('type').value === 'Ready');
  if (ready === undefined) return null;
  return ready.field('status').value === 'True' ? 1 : 0;
}

/** The API server leaves out a number of 0; `observedGeneration` tells that a controller wrote the status. */
function readReadyReplicas(node: ManifestNode, kind: Workload['kind']): number | null {
  const status = node.field('status');
  const field = status.field(kind === 'DaemonSet' ? 'numberReady' : 'readyReplicas');
  const isWritten = !status.absent && !status.field('observedGeneration').absent;
  return field.optionalInteger() ?? (isWritten ? 0 : null);
}

function readOwner(node: ManifestNode): Workload['ownedBy'] {
  const owner = node
    .field('metadata')
    .field('ownerReferences')
    .items()
    .find((reference) => reference.field('controller').value !== false);
  if (owner === undefined) return null;
  return { kind: owner.field('kind').string(), name: owner.field('name').string() };
}
