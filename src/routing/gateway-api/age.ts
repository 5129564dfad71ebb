import { describeObject, objectKey, type ManifestObject } from '../manifest/manifest-object.js';
import { InputError } from '../../input-error.js';

/** How old routes are. */
export interface Ages {
  /** When it was created, in milliseconds; 0 where that is not known. */
  timeOf: (route: ManifestObject) => number;
  /** Negative when `one` is older; of one age by namespace, then name. */
  compareRoutes: (one: ManifestObject, other: ManifestObject) => number;
}

/**
 * Ages as the manifests tell them.
 * Source: https://gateway-api.sigs.k8s.io/reference/spec/#httprouterule (matches); istio/istio
 * pilot/pkg/config/kube/gateway/conversion.go, sortRoutesByCreationTime.
 * @param oldest A route that is taken to be older than all others; null: none.
 */
export function agesWith(oldest: ManifestObject | null): Ages {
  const timeOf = (route: ManifestObject): number =>
    route === oldest ? -Infinity : Date.parse(route.createdAt ?? '') || 0;
  return {
    timeOf,
    compareRoutes: (one, other) =>
      compare(timeOf(one), timeOf(other)) ||
      compare(one.namespace, other.namespace) ||
      compare(one.name, other.name),
  };
}

/** @returns Negative, zero or positive, as text or number. */
export function compare<T extends string | number>(one: T, other: T): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

/** @param what What the two do, whose ages decide. */
export function unknownAgesError(
  one: ManifestObject,
  other: ManifestObject,
  what: string,
): InputError {
  return new InputError(
    `${describeObject(one)} and ${describeObject(other)} ${what}, and the manifests do not say which is older: ` +
      `choose with --virtual-service ${objectKey(one)}`,
  );
}
