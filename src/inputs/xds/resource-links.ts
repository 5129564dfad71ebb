import type { JsonObject, JsonValue } from '@bufbuild/protobuf';
import { mostSpecificHost } from '../../routing/istio/host.js';
import type { Endpoint } from '../../wire/socket/endpoint.js';
import { listIn, objectIn, textIn } from './json-fields.js';

/** Where a listener of gRPC clients has its routes; null: it is none of theirs. */
export function routesOfListener(
  listener: JsonObject,
): { named: string } | { inline: JsonObject } | null {
  const manager = objectIn(objectIn(listener.api_listener).api_listener);
  const name = objectIn(manager.rds).route_config_name;
  if (typeof name === 'string') return { named: name };
  return manager.route_config === undefined ? null : { inline: objectIn(manager.route_config) };
}

/** The virtual host that takes an authority (gRFC A27, "RouteConfiguration"); null: none does. */
export function virtualHostFor(routes: JsonObject, authority: string): JsonObject | null {
  const hosts = listIn(routes.virtual_hosts).map(objectIn);
  const best = mostSpecificHost(authority.toLowerCase(), hosts.flatMap(domainsOf));
  return best === null ? null : (hosts.find((host) => domainsOf(host).includes(best)) ?? null);
}

/** In lower case. */
export function domainsOf(host: JsonObject): string[] {
  return listIn(host.domains).map((domain) => textIn(domain).toLowerCase());
}

/** The clusters that the routes of a virtual host lead to. */
export function clustersLedTo(virtualHost: JsonObject): string[] {
  const names = listIn(virtualHost.routes).flatMap((route) => {
    const action = objectIn(objectIn(route).route);
    const weighted = listIn(objectIn(action.weighted_clusters).clusters);
    return [action.cluster, ...weighted.map((one) => objectIn(one).name)];
  });
  return [...new Set(names.filter((name) => typeof name === 'string'))];
}

/** Where a cluster has its pods. */
export type ClusterPods =
  | { from: 'eds'; name: string }
  | { from: 'clusters'; names: string[] }
  /** The cluster says it itself: a name that is resolved. */
  | { from: 'itself'; endpoints: Endpoint[] };

export function podsOfCluster(cluster: JsonObject): ClusterPods {
  const aggregate = objectIn(objectIn(cluster.cluster_type).typed_config);
  if (aggregate.clusters !== undefined) {
    return { from: 'clusters', names: listIn(aggregate.clusters).map(textIn) };
  }
  if (cluster.type === 'EDS') {
    const own = textIn(objectIn(cluster.eds_cluster_config).service_name);
    return { from: 'eds', name: own === '' ? textIn(cluster.name) : own };
  }
  return {
    from: 'itself',
    endpoints: listIn(objectIn(cluster.load_assignment).endpoints).flatMap(addressesOf),
  };
}

/** Health that a client sends calls to. */
const SERVING: readonly unknown[] = [undefined, 'UNKNOWN', 'HEALTHY'];

/** The pods that clients of gRPC use: they drop a locality without a weight (gRFC A27). */
export function endpointsIn(assignment: JsonObject): Endpoint[] {
  return listIn(assignment.endpoints)
    .filter((locality) => Number(objectIn(locality).load_balancing_weight ?? 0) > 0)
    .flatMap(addressesOf);
}

function addressesOf(locality: JsonValue): Endpoint[] {
  return listIn(objectIn(locality).lb_endpoints)
    .map(objectIn)
    .filter(({ health_status: health }) => SERVING.includes(health))
    .flatMap(({ endpoint }) => {
      const { address, port_value: port } = objectIn(
        objectIn(objectIn(endpoint).address).socket_address,
      );
      return typeof address === 'string' && typeof port === 'number'
        ? [{ kind: 'tcp' as const, host: address, port }]
        : [];
    });
}
