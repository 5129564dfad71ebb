import type { ManifestObject } from '../manifest/manifest-object.js';

/**
 * Oldest first; of one age by name, then namespace.
 * Source: istio/istio pilot/pkg/model/config.go, configCompareByCreationTime.
 */
export function byAge<T extends { object: ManifestObject }>(entries: readonly T[]): T[] {
  return entries.toSorted(
    ({ object: one }, { object: other }) =>
      compare(Date.parse(one.createdAt ?? '') || 0, Date.parse(other.createdAt ?? '') || 0) ||
      compare(one.name, other.name) ||
      compare(one.namespace, other.namespace),
  );
}

/** Whether every object says when it was created, as objects read from a cluster do. */
export function agesKnown(objects: readonly ManifestObject[]): boolean {
  return objects.every(({ createdAt }) => createdAt !== null);
}

function compare<T extends string | number>(one: T, other: T): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
