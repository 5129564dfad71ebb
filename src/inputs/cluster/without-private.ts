import type { ClusterObject } from './cluster-object.js';

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
const CONTAINER_LISTS = new Set(['containers', 'initContainers', 'ephemeralContainers']);
/** Of containers: what they are told, which may be secrets. */
const TOLD = new Set(['env', 'envFrom']);

/**
 * An object without what routing does not need and others may not see: the values of environments, who has
 * managed which field, and what was applied last.
 */
export function withoutPrivate(object: ClusterObject): ClusterObject {
  const { annotations, ...others } = object.metadata;
  const metadata: Record<string, unknown> = { ...others };
  delete metadata.managedFields;
  const kept = annotationsWithout(annotations);
  return {
    ...(withoutEnvironments(object) as ClusterObject),
    metadata: { ...metadata, ...(kept === undefined ? {} : { annotations: kept }) },
  };
}

function annotationsWithout(annotations: unknown): unknown {
  if (typeof annotations !== 'object' || annotations === null) return undefined;
  return Object.fromEntries(Object.entries(annotations).filter(([name]) => name !== LAST_APPLIED));
}

function withoutEnvironments(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEnvironments);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [
      name,
      CONTAINER_LISTS.has(name) && Array.isArray(part)
        ? part.map((container: unknown) => withoutEnvironment(container))
        : withoutEnvironments(part),
    ]),
  );
}

function withoutEnvironment(container: unknown): unknown {
  if (typeof container !== 'object' || container === null) return container;
  return Object.fromEntries(Object.entries(container).filter(([name]) => !TOLD.has(name)));
}
