import { gatheredPods, ownerBehind } from './pod-owners.js';
import type { Workload } from './workload.js';

/**
 * Workloads without those that another one of the set stands for: a Deployment's pods are counted
 * once, though `kubectl get all -o yaml` lists the Deployment, its ReplicaSets and their pods, and
 * `kubectl get deployments,pods` leaves out what is between them. Pods whose owner is not in the set
 * are gathered to it.
 */
export function topWorkloads(workloads: readonly Workload[]): Workload[] {
  const known = new Set(
    workloads.map(({ namespace, kind, name }) => key(namespace, { kind, name })),
  );
  const isOwned = (workload: Workload): boolean =>
    [workload.ownedBy, ownerBehind(workload)].some(
      (owner) => owner !== null && known.has(key(workload.namespace, owner)),
    );
  return gatheredPods(workloads.filter((workload) => !isOwned(workload)));
}

function key(namespace: string, { kind, name }: { kind: string; name: string }): string {
  return `${kind} ${namespace}/${name}`;
}
