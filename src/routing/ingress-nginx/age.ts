import { objectKey } from '../manifest/manifest-object.js';
import type { Ingress } from './ingress.js';

/**
 * The order in which ingress-nginx reads Ingresses: the oldest first, those of one age by name, last
 * name first. One that does not say when it was created is not in the cluster yet, so it comes last.
 * Source: kubernetes/ingress-nginx internal/ingress/controller/store/store.go, sortIngressSlice.
 */
export function oldestFirst(ingresses: readonly Ingress[]): Ingress[] {
  return ingresses.toSorted((one, other) => ageOf(one) - ageOf(other) || byName(other, one));
}

/**
 * Another order that is as possible, where the manifests do not tell the age of all.
 * @param ordered As {@link oldestFirst} gives them.
 * @returns null: their ages are known.
 */
export function otherOrder(ordered: readonly Ingress[]): Ingress[] | null {
  const unknown = ordered.filter(({ createdAt }) => createdAt === null);
  if (unknown.length === 0 || ordered.length === 1) return null;
  return [...unknown.toReversed(), ...ordered.filter(({ createdAt }) => createdAt !== null)];
}

function byName(one: Ingress, other: Ingress): number {
  const [first, second] = [objectKey(one), objectKey(other)];
  return first < second ? -1 : first === second ? 0 : 1;
}

function ageOf({ createdAt }: Ingress): number {
  return createdAt === null ? Number.MAX_SAFE_INTEGER : Date.parse(createdAt) || 0;
}
