import type { Finding } from '../finding.js';
import type { OrderedRule } from './first-match.js';
import { listenerConnections } from './gateway-api/connection-arrival.js';
import { meshConnectionRoutes } from './gateway-api/mesh-connection-routes.js';
import { gatewayConnections } from './istio/gateway-connections.js';
import { gatewayWorkloads } from './istio/gateway-workload.js';
import { passesTlsThrough } from './istio/gateway.js';
import { meshConnectionRules } from './istio/mesh-connections.js';
import type { RuleClient } from './istio/rules-in-sight.js';
import type { ManifestSet } from './manifest-set.js';
import { formatVia, type RouteRequest } from './request.js';
import { findService, knownHosts } from './service-registry.js';

/** The rules for connections at one place, in the order in which they are tried. */
export interface ConnectionTable {
  /** `gateway:default/gw`, `mesh`. */
  via: string;
  /** Of the gateway's pods, or of the service. */
  port: number;
  /** `tls`: by server name, which is all that is seen; `tcp`: nothing is. */
  layer: 'tls' | 'tcp';
  /** The service in a mesh; at a gateway `*`, for rules have their server names as conditions. */
  host: string;
  rules: OrderedRule[];
  /** For DestinationRules. */
  ruleClient: RuleClient;
  findings: Finding[];
}

/**
 * Lists every rule for connections: `tls` and `tcp` rules of VirtualServices, TLSRoutes and TCPRoutes, at
 * gateways and in the mesh.
 * @param set With its namespaces filled in.
 * @param any Its namespace is the mesh clients'; nothing else of it counts but `gatewayClass`.
 */
export function listConnections(set: ManifestSet, any: RouteRequest): ConnectionTable[] {
  const tables = [...atGateways(set, any), ...atApiGateways(set, any), ...inMesh(set, any)];
  return tables.filter(({ rules }) => rules.length > 0);
}

function atGateways(set: ManifestSet, any: RouteRequest): ConnectionTable[] {
  return gatewayWorkloads(set, set.gateways, undefined).flatMap((workload) =>
    gatewayConnections(workload, set.virtualServices, any).map(
      ({ port, at: { gateway, server }, rules, findings }): ConnectionTable => ({
        via: formatVia({ kind: 'gateway', namespace: gateway.namespace, name: gateway.name }),
        port,
        layer: passesTlsThrough(server) ? 'tls' : 'tcp',
        host: '*',
        rules,
        ruleClient: { namespace: null, labels: workload.labels },
        findings,
      }),
    ),
  );
}

function atApiGateways(set: ManifestSet, any: RouteRequest): ConnectionTable[] {
  return set.apiGateways.flatMap((gateway) =>
    listenerConnections(set, gateway, set.connectionRoutes, any).map(
      ({ listener, rules }): ConnectionTable => ({
        via: formatVia({ kind: 'gateway', namespace: gateway.namespace, name: gateway.name }),
        port: listener.port,
        layer: listener.protocol === 'TLS' ? 'tls' : 'tcp',
        host: '*',
        rules,
        ruleClient: { namespace: null, labels: {} },
        findings: [],
      }),
    ),
  );
}

function inMesh(set: ManifestSet, any: RouteRequest): ConnectionTable[] {
  const virtualServices = [...set.virtualServices, ...meshConnectionRoutes(set)].filter(
    ({ tls, tcp }) => tls.length + tcp.length > 0,
  );
  if (virtualServices.length === 0) return [];
  return [...new Set(knownHosts(set))].flatMap((host) =>
    (findService(set, host)?.ports ?? []).flatMap((port): ConnectionTable[] => {
      const service = { asked: host, port };
      const found = meshConnectionRules(set, virtualServices, service, any);
      if (found === null) return [];
      const ruleClient = { namespace: any.namespace, labels: {} };
      return [{ via: 'mesh', port, host, ...found, ruleClient, findings: [] }];
    }),
  );
}
