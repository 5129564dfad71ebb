import { isDeepStrictEqual } from 'node:util';
import type { Workload } from './workload.js';

/** Labels that controllers give each pod, or each generation of pods, of one workload. */
const OWN_LABELS: readonly string[] = [
  'apps.kubernetes.io/pod-index',
  'controller-revision-hash',
  'pod-template-generation',
  'pod-template-hash',
  'statefulset.kubernetes.io/pod-name',
];

/**
 * The Deployment behind a pod or a ReplicaSet that a ReplicaSet's name and the label of its generation
 * tell, else the owner itself.
 * Source: kubernetes/kubernetes pkg/controller/deployment/sync.go, getNewReplicaSet: the name is the
 * Deployment's, a dash, and the hash in the label `pod-template-hash`.
 */
export function ownerBehind({
  ownedBy,
  podLabels,
}: Pick<Workload, 'ownedBy' | 'podLabels'>): Workload['ownedBy'] {
  const hash = podLabels['pod-template-hash'];
  if (ownedBy?.kind !== 'ReplicaSet' || hash === undefined) return ownedBy;
  const end = `-${hash}`;
  return ownedBy.name.endsWith(end)
    ? { kind: 'Deployment', name: ownedBy.name.slice(0, -end.length) }
    : ownedBy;
}

/**
 * Pods that a list of pods alone holds, gathered to the workloads that own them: so a Deployment's
 * pods count as its replicas, and one that comes up later is still one of its pods.
 * @returns Workloads in the order of their first pods; pods of which that cannot be said as they are.
 */
export function gatheredPods(workloads: readonly Workload[]): Workload[] {
  const groups = new Map<string, Workload[]>();
  for (const workload of workloads) {
    const key = groupKey(workload);
    groups.set(key, [...(groups.get(key) ?? []), workload]);
  }
  return [...groups.values()].flatMap(gathered);
}

function groupKey(workload: Workload): string {
  const { kind, namespace, name } = workload;
  const owner = kind === 'Pod' ? ownerBehind(workload) : null;
  return JSON.stringify(owner === null ? [namespace, kind, name] : [namespace, 'Pod of', owner]);
}

function gathered(group: readonly Workload[]): readonly Workload[] {
  const [first] = group;
  if (first?.kind !== 'Pod') return group;
  const owner = ownerBehind(first);
  const kind = owner === null ? null : gatheredKind(owner.kind);
  if (owner === null || kind === null) return group;
  const podLabels = templateLabels(first);
  // A roll-out may be changing the very labels that a subset goes by.
  if (!group.every((pod) => isDeepStrictEqual(templateLabels(pod), podLabels))) return group;
  const readyReplicas = group.reduce<number | null>(
    (sum, pod) => (sum === null || pod.readyReplicas === null ? null : sum + pod.readyReplicas),
    0,
  );
  const counts = { replicas: group.length, readyReplicas };
  return [{ ...first, ...counts, kind, name: owner.name, podLabels, ownedBy: null }];
}

function gatheredKind(kind: string): Workload['kind'] | null {
  switch (kind) {
    case 'Deployment':
    case 'StatefulSet':
    case 'DaemonSet':
      return kind;
    default:
      return null;
  }
}

function templateLabels({ podLabels }: Workload): Record<string, string> {
  return Object.fromEntries(
    Object.entries(podLabels).filter(([label]) => !OWN_LABELS.includes(label)),
  );
}
