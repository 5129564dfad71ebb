import { readObject, type ManifestObject } from '../manifest/manifest-object.js';
import type { ManifestNode } from '../manifest/manifest-node.js';

export type WorkloadKind = 'Deployment' | 'StatefulSet' | 'ReplicaSet' | 'DaemonSet' | 'Pod';

/** Something whose pods answer requests. */
export interface Workload extends ManifestObject {
  kind: WorkloadKind;
  /** Labels of its pods. */
  podLabels: Readonly<Record<string, string>>;
  /** `null`: the manifest does not say (a DaemonSet, or an autoscaler decides). */
  replicas: number | null;
}

export function readWorkload(node: ManifestNode, kind: WorkloadKind): Workload {
  const object = readObject(node, kind, kind === 'Pod' ? '' : 'apps');
  const spec = node.field('spec');
  if (kind === 'Pod') return { ...object, kind, podLabels: object.labels, replicas: 1 };
  return {
    ...object,
    kind,
    podLabels: spec.field('template').field('metadata').field('labels').stringMap(),
    // Without the field the API server fills in 1; a DaemonSet has as many as there are nodes.
    replicas: kind === 'DaemonSet' ? null : (spec.field('replicas').optionalInteger() ?? 1),
  };
}
