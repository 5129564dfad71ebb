import type { Condition, MatchEntry } from '../condition.js';
import { ANY_CONNECTION } from '../istio/connection-rule.js';
import { MESH, type VirtualService } from '../istio/virtual-service.js';
import type { ManifestSet } from '../manifest-set.js';
import type { Rule } from '../rule.js';
import { serviceHost } from '../service-registry.js';
import { resolveBackends } from './backends.js';
import type { ConnectionRoute } from './connection-route.js';
import type { ParentRef } from './route.js';

/**
 * TLSRoutes and TCPRoutes with a Service as their parent, as Istio reads them: as VirtualServices of the
 * mesh for this Service's host. A TLSRoute without hostnames is for the host as server name.
 * Source: istio/istio pilot/pkg/config/kube/gateway/route_collections.go, TLSRouteCollection and
 * TCPRouteCollection; conversion.go, augmentTLSPortMatch and compatibleRoutesForHost.
 */
export function meshConnectionRoutes(set: ManifestSet): VirtualService[] {
  return set.connectionRoutes.flatMap((route) =>
    route.parentRefs
      .filter(({ kind }) => kind === 'Service')
      .map((ref) => asVirtualService(set, route, ref)),
  );
}

function asVirtualService(
  set: ManifestSet,
  route: ConnectionRoute,
  { namespace, name, port }: ParentRef,
): VirtualService {
  const host = serviceHost({ name, namespace: namespace ?? route.namespace });
  const conditions: Condition[] = port === null ? [] : [{ on: 'port', port }];
  const names = route.hostnames.length === 0 ? [host] : route.hostnames;
  const entry: MatchEntry =
    route.kind === 'TLSRoute'
      ? { conditions: [{ on: 'server-name', names }, ...conditions] }
      : conditions.length === 0
        ? ANY_CONNECTION
        : { conditions };
  const rules = route.rules.map((rule): Rule =>
    resolveBackends(set, route, { ...rule, entries: [entry] }),
  );
  return {
    ...route,
    hosts: [host],
    gateways: [MESH],
    exportTo: [],
    http: [],
    tls: route.kind === 'TLSRoute' ? rules : [],
    tcp: route.kind === 'TCPRoute' ? rules : [],
  };
}
