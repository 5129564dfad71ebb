import type { JsonObject } from '@bufbuild/protobuf';

/** What a control plane tells: listeners, routes, clusters and endpoints, by the services that tell them. */
export type XdsKind = 'lds' | 'rds' | 'cds' | 'eds';

export const TYPE_URLS: Readonly<Record<XdsKind, string>> = {
  lds: 'type.googleapis.com/envoy.config.listener.v3.Listener',
  rds: 'type.googleapis.com/envoy.config.route.v3.RouteConfiguration',
  cds: 'type.googleapis.com/envoy.config.cluster.v3.Cluster',
  eds: 'type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment',
};

/**
 * In the order in which they are sent: what a route leads to is there before it does (Envoy, "Eventual
 * consistency considerations").
 */
export const XDS_KINDS = ['cds', 'eds', 'lds', 'rds'] as const satisfies readonly XdsKind[];

/** Envoy's resources in the JSON form of protobuf, with names as in its contracts or in camel case. */
export type XdsResources = Readonly<Record<XdsKind, readonly JsonObject[]>>;

/** The name that a client asks for. @throws RangeError for one without. */
export function nameOf(kind: XdsKind, resource: JsonObject): string {
  const name =
    kind === 'eds' ? (resource.cluster_name ?? resource.clusterName) : (resource.name ?? null);
  if (typeof name === 'string' && name !== '') return name;
  throw new RangeError(`a resource of ${kind} has no name: ${JSON.stringify(resource)}`);
}

/** Whether a listener is one of gRPC clients, which Envoy is not sent: it refuses what it cannot listen on. */
export function isApiListener(listener: JsonObject): boolean {
  return listener.api_listener !== undefined || listener.apiListener !== undefined;
}

/** Whose endpoints a cluster asks for; null: it has them itself, or finds them elsewhere. */
export function endpointsNameOf(cluster: JsonObject): string | null {
  if (cluster.type !== 'EDS') return null;
  const config = (cluster.eds_cluster_config ?? cluster.edsClusterConfig ?? {}) as JsonObject;
  const own = config.service_name ?? config.serviceName;
  return typeof own === 'string' ? own : nameOf('cds', cluster);
}
