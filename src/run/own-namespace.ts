import type { ReadCluster } from '../inputs/cluster/read-cluster.js';

/**
 * What is asked, by a client in the namespace where the reading of the cluster began: that of the settings, else that
 * of the kubeconfig's context, as kubectl has it.
 *
 * @param cluster null: none was read, and what is asked stays as it is.
 */
export function inOwnNamespace<T extends { namespace: string }>(
  asked: T,
  cluster: Pick<ReadCluster, 'namespace'> | null,
): T {
  return cluster === null ? asked : { ...asked, namespace: cluster.namespace };
}
