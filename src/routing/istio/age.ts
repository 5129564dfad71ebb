import type { ManifestObject } from '../manifest/manifest-object.js';

/**
 * Oldest first; of one age by name, then namespace.
 * Source: istio/istio pilot/pkg/model/config.go, configCompareByCreationTime.
 */
export function byAge<T extends { object: ManifestObject }>(entries: readonly T[]): T[] {
  return entries
    .map((entry) => ({ entry, age: Date.parse(entry.object.createdAt ?? '') || 0 }))
    .sort(
      ({ entry: { object: one }, age }, { entry: { object: other }, age: otherAge }) =>
        age - otherAge || compare(one.name, other.name) || compare(one.namespace, other.namespace),
    )
    .map(({ entry }) => entry);
}

/** Whether every object says when it was created, as objects read from a cluster do. */
export function agesKnown(objects: readonly ManifestObject[]): boolean {
  return objects.every(({ createdAt }) => createdAt !== null);
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
