import type { GatewayImplementation } from '../../scenario/gateway-implementation.js';
import { intersectHosts, mostSpecificHost } from '../istio/host.js';
import type { ManifestSet } from '../manifest-set.js';
import { isAllowed } from './allowed-routes.js';
import type { ApiGateway, ApiListener } from './gateway.js';
import { mayServe } from './isolation.js';
import type { ManifestObject } from '../manifest/manifest-object.js';
import type { ApiRoute, ParentRef } from './route.js';

/** What of a route says where it is attached. */
export type AttachableRoute = ManifestObject & Pick<ApiRoute, 'hostnames' | 'parentRefs'>;

/** A route on a listener, by one of its hostnames. */
export interface Attachment<T extends AttachableRoute = ApiRoute> {
  route: T;
  listener: ApiListener;
  /** As the route writes it; `*` where it writes none. */
  written: string;
  /** What of it is the listener's, too. */
  host: string;
  /** False where labels of a Namespace that is not given decide whether it is let in. */
  certain: boolean;
}

/**
 * The routes attached to listeners of a Gateway: those that name it (and the listener or port, if
 * they name one), that the listener lets in, and that share a host with it.
 * Source: https://gateway-api.sigs.k8s.io/reference/spec/#parentreference and #allowedroutes.
 */
export function attachedRoutes<T extends AttachableRoute>(
  set: Pick<ManifestSet, 'namespaces'>,
  implementation: GatewayImplementation,
  gateway: ApiGateway,
  listeners: readonly ApiListener[],
  routes: readonly T[],
): Attachment<T>[] {
  return listeners.flatMap((listener) =>
    routes.flatMap((route): Attachment<T>[] => {
      if (!route.parentRefs.some((ref) => refersTo(ref, route, gateway, listener))) return [];
      const allowed = isAllowed(set, gateway, listener, route);
      if (allowed === 'no') return [];
      return hostnamesOf(route).flatMap((written): Attachment<T>[] => {
        const host = intersectHosts(written, listener.hostname ?? '*');
        if (host === null || !mayServe(implementation, gateway, listener, written)) return [];
        return [{ route, listener, written, host, certain: allowed === 'yes' }];
      });
    }),
  );
}

/** The attachments whose host is the most specific one for the request's; only they count. */
export function forHost(
  attachments: readonly Attachment[],
  wanted: string,
): { host: string | null; attachments: Attachment[] } {
  const best = mostSpecificHost(
    wanted,
    attachments.map(({ host }) => host),
  );
  return {
    host: best,
    attachments: best === null ? [] : attachments.filter(({ host }) => host === best),
  };
}

function refersTo(
  ref: ParentRef,
  route: AttachableRoute,
  gateway: ApiGateway,
  listener: ApiListener,
): boolean {
  return (
    ref.kind === 'Gateway' &&
    ref.name === gateway.name &&
    (ref.namespace ?? route.namespace) === gateway.namespace &&
    (ref.sectionName === null || ref.sectionName === listener.name) &&
    (ref.port === null || ref.port === listener.port)
  );
}

function hostnamesOf({ hostnames }: AttachableRoute): readonly string[] {
  return hostnames.length === 0 ? ['*'] : hostnames;
}
