import type { ManifestNode } from '../manifest/manifest-node.js';
import type { Workload } from './workload.js';

/** What a workload says of its pods beside their labels. */
export interface PodTemplate {
  annotations: Readonly<Record<string, string>>;
  /** `default` where it names none, as the API server fills in. */
  serviceAccount: string;
  containers: readonly string[];
  /** By their names, the ports that containers declare. */
  namedPorts: ReadonlyMap<string, number>;
}

/** @returns `null` for what is no pod of Kubernetes, and where a Rollout has its template elsewhere. */
export function podTemplateOf({ kind, node }: Workload): PodTemplate | null {
  if (kind === 'WorkloadEntry' || kind === 'Endpoint') return null;
  const pod = kind === 'Pod' ? node : node.field('spec').field('template');
  if (pod.absent) return null;
  const spec = pod.field('spec');
  const containers = ['initContainers', 'containers'].flatMap((list) => spec.field(list).items());
  return {
    annotations: pod.field('metadata').field('annotations').stringMap(),
    serviceAccount: spec.field('serviceAccountName').optionalString() ?? 'default',
    containers: containers.flatMap((each) => each.field('name').optionalString() ?? []),
    namedPorts: new Map(
      containers.flatMap((each) => each.field('ports').items()).flatMap((port) => portOf(port)),
    ),
  };
}

function portOf(port: ManifestNode): [string, number][] {
  const name = port.field('name').optionalString();
  const number = port.field('containerPort').optionalInteger();
  return name === null || number === null ? [] : [[name, number]];
}
