import type { ManifestObject } from '../manifest/manifest-object.js';

/** Where Istio looks for objects that hold for the whole mesh; `meshConfig.rootNamespace`'s default. */
export const ROOT_NAMESPACE = 'istio-system';

/**
 * Whether an object is exported to a namespace: not saying so means to all, `.` to its own.
 * Source: https://istio.io/latest/docs/reference/config/networking/virtual-service/#VirtualService (exportTo).
 */
export function isExportedTo(
  object: ManifestObject & { exportTo: readonly string[] },
  namespace: string,
): boolean {
  if (object.exportTo.length === 0) return true;
  return object.exportTo.some(
    (target) => target === '*' || (target === '.' ? object.namespace : target) === namespace,
  );
}
