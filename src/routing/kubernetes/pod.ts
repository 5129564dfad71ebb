import { type ManifestObject, readObject } from '../manifest/manifest-object.js';
import type { ManifestNode } from '../manifest/manifest-node.js';
import { isDeadPhase } from './workload.js';

/** A pod as the cluster lists it, for its addresses. */
export interface Pod extends ManifestObject {
  /** As its status has them: one for each IP family; empty until it has any. */
  addresses: readonly string[];
  /** Those that its containers declare, which is up to them. */
  ports: readonly number[];
  /** It has its node's address, as others on the node have, too. */
  isOnHostNetwork: boolean;
}

/**
 * Reads a pod.
 * @returns null for one that has finished: its address may be another's by now.
 */
export function readPod(node: ManifestNode): Pod | null {
  const status = node.field('status');
  if (isDeadPhase(status.field('phase').optionalString())) return null;
  const spec = node.field('spec');
  const one = status.field('podIP').optionalString();
  const all = status
    .field('podIPs')
    .items()
    .flatMap((item) => item.field('ip').optionalString() ?? []);
  return {
    ...readObject(node, 'Pod', ''),
    addresses: [...new Set([...(one === null ? [] : [one]), ...all])],
    ports: spec
      .field('containers')
      .items()
      .flatMap((container) => container.field('ports').items())
      .flatMap((port) => port.field('containerPort').optionalInteger() ?? []),
    isOnHostNetwork: spec.field('hostNetwork').boolean(),
  };
}
