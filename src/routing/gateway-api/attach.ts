import { intersectHosts, mostSpecificHost } from '../istio/host.js';
import type { ApiGateway, ApiListener } from './gateway.js';
import type { ApiRoute, ParentRef } from './route.js';

/** A route on a listener, with the hosts they have in common. */
export interface Attachment {
  route: ApiRoute;
  listener: ApiListener;
  hosts: string[];
}

/**
 * The routes attached to listeners of a Gateway: those that name it (and the listener or port, if
 * they name one), that the listener allows, and that share a host with it.
 * Source: https://gateway-api.sigs.k8s.io/reference/spec/#parentreference and #allowedroutes.
 */
export function attachedRoutes(
  gateway: ApiGateway,
  listeners: readonly ApiListener[],
  routes: readonly ApiRoute[],
): Attachment[] {
  return listeners.flatMap((listener) =>
    routes.flatMap((route): Attachment[] => {
      if (!route.parentRefs.some((ref) => refersTo(ref, route, gateway, listener))) return [];
      if (!allows(listener, gateway, route)) return [];
      const hosts = commonHosts(listener, route);
      return hosts.length === 0 ? [] : [{ route, listener, hosts }];
    }),
  );
}

/** The attachments whose host is the most specific one for the request's; only they count. */
export function forHost(
  attachments: readonly Attachment[],
  host: string,
): { host: string | null; attachments: Attachment[] } {
  const best = mostSpecificHost(
    host,
    attachments.flatMap(({ hosts }) => hosts),
  );
  return {
    host: best,
    attachments: best === null ? [] : attachments.filter(({ hosts }) => hosts.includes(best)),
  };
}

function refersTo(
  ref: ParentRef,
  route: ApiRoute,
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

/** Namespaces chosen by labels cannot be checked without the Namespace objects; they are let in. */
function allows(listener: ApiListener, gateway: ApiGateway, route: ApiRoute): boolean {
  if (listener.allowedKinds !== null && !listener.allowedKinds.includes(route.kind)) return false;
  switch (listener.allowedNamespaces) {
    case 'Same':
      return route.namespace === gateway.namespace;
    case 'None':
      return false;
    case 'All':
    case 'Selector':
      return true;
  }
}

function commonHosts(listener: ApiListener, route: ApiRoute): string[] {
  const own = listener.hostname ?? '*';
  if (route.hostnames.length === 0) return [own];
  return route.hostnames.flatMap((host) => intersectHosts(host, own) ?? []);
}
