import type { ManifestObject } from '../manifest/manifest-object.js';
import { byAge } from './age.js';
import type { VirtualService } from './virtual-service.js';

/**
 * Whether an object is exported to a namespace: not saying so means to all, `.` to its own; beside `~`,
 * which means to none, only `*` counts.
 * Source: https://istio.io/latest/docs/reference/config/networking/virtual-service/#VirtualService (exportTo).
 */
export function isExportedTo(
  object: ManifestObject & { exportTo: readonly string[] },
  namespace: string,
): boolean {
  if (object.exportTo.length === 0 || object.exportTo.includes('*')) return true;
  if (object.exportTo.includes('~')) return false;
  return object.exportTo.some(
    (target) => (target === '.' ? object.namespace : target) === namespace,
  );
}

/** A VirtualService as a proxy sees it. */
export interface SeenVirtualService {
  virtualService: VirtualService;
  /** 0: private to the proxy's namespace, 1: exported to it by name, 2: public. */
  tier: 0 | 1 | 2;
}

/**
 * The VirtualServices that proxies of a namespace see, in the order in which they count: those private
 * to it, then those exported to it by name, then public ones, and the oldest first within each.
 * Source: istio/istio pilot/pkg/model/push_context.go, initVirtualServices and VirtualServicesForGateway;
 * pilot/pkg/model/virtualservice.go, SelectVirtualServices.
 */
export function inOrderFor(
  namespace: string,
  virtualServices: readonly VirtualService[],
): SeenVirtualService[] {
  const tiers: VirtualService[][] = [[], [], []];
  for (const object of virtualServices) {
    if (!isExportedTo(object, namespace)) continue;
    const isPublic = object.exportTo.length === 0 || object.exportTo.includes('*');
    tiers[isPublic ? 2 : object.namespace === namespace ? 0 : 1]?.push(object);
  }
  return tiers.flatMap((objects, tier) =>
    byAge(objects.map((object) => ({ object }))).map(({ object }) => ({
      virtualService: object,
      tier: tier as SeenVirtualService['tier'],
    })),
  );
}
