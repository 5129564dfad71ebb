import type { JsonObject } from '@bufbuild/protobuf';
import type { XdsResources } from './resources.js';

/** A service whose calls are split, as a mesh tells it to clients without a sidecar and to its gateway. */
export interface SplitService {
  /** `echo.echo-grpc.svc.cluster.local` */
  host: string;
  port: number;
  /** What its route leads to; one of weight 0 has a cluster, and no place in the route. */
  destinations: readonly SplitDestination[];
  /** Whose route it is: the VirtualService that the metadata of the route names. */
  virtualService: { name: string; namespace: string };
  /** Absent: clients send plaintext. */
  tls?: MutualTls;
}

/** Mutual TLS, as clients are told to speak it. */
export interface MutualTls {
  /** `spiffe://cluster.local/ns/echo-grpc/sa/default`: pods have one of them. */
  names: readonly string[];
  /** Where certificates are: in a provider of the bootstrap of gRPC clients, or in files, which Envoy reads. */
  from: { provider: string } | { cert: string; key: string; authority: string };
}

export interface SplitDestination {
  subset: string;
  /** An integer, 0 or more, relative to the others'. */
  weight: number;
  endpoints: readonly SplitEndpoint[];
}

/** One pod. */
export interface SplitEndpoint {
  /** An IP address. */
  address: string;
  port: number;
}

/** A listener of Envoy that hands all calls to one service. */
export interface SplitGateway {
  /** On loopback; 0, the default, takes a free one. */
  port?: number;
  /** The service, by its host. */
  host: string;
}

const EXTENSIONS = 'type.googleapis.com/envoy.extensions';
const ADS = { ads: {}, resource_api_version: 'V3' };
/** Of all pods: clients of gRPC drop a locality without a weight. */
const LOCALITY = { region: 'region', zone: 'zone', sub_zone: 'subzone' };

/**
 * What a mesh tells of its services: for each a listener of gRPC clients by `host:port`, its routes, and a
 * cluster for every subset, named as Istio does.
 *
 * @throws RangeError for weights that make no split, and a gateway of a service that is not there.
 */
export function resourcesOf(
  services: readonly SplitService[],
  gateway: SplitGateway | null = null,
): XdsResources {
  for (const service of services) requireSplit(service);
  const behind = services.find(({ host }) => host === gateway?.host);
  if (gateway !== null && behind === undefined) {
    throw new RangeError(`the gateway has no service ${gateway.host}`);
  }
  const ofGateway =
    gateway === null || behind === undefined
      ? { lds: [], rds: [] }
      : { lds: [gatewayListener(gateway)], rds: [routesOf(GATEWAY_ROUTES, ['*'], behind)] };
  return {
    lds: [...services.map(apiListener), ...ofGateway.lds],
    rds: [
      ...services.map((service) => {
        const { host, port } = service;
        return routesOf(routesName(service), [`${host}:${port}`, host], service);
      }),
      ...ofGateway.rds,
    ],
    cds: services.flatMap((service) =>
      service.destinations.map(({ subset }) =>
        clusterOf(clusterName(service, subset), service.tls),
      ),
    ),
    eds: services.flatMap((service) =>
      service.destinations.map(({ subset, endpoints }) =>
        endpointsOf(clusterName(service, subset), endpoints),
      ),
    ),
  };
}

const GATEWAY_ROUTES = 'http.gateway';

function requireSplit({ host, destinations }: SplitService): void {
  let sum = 0;
  for (const { subset, weight } of destinations) {
    if (!Number.isInteger(weight) || weight < 0) {
      throw new RangeError(
        `the weight of ${subset} is ${weight}: it must be an integer, 0 or more`,
      );
    }
    sum += weight;
  }
  if (sum === 0) throw new RangeError(`the route to ${host} needs a weight above zero`);
}

function clusterName({ host, port }: SplitService, subset: string): string {
  return `outbound|${port}|${subset}|${host}`;
}

function routesName({ host, port }: SplitService): string {
  return `outbound|${port}||${host}`;
}

function apiListener(service: SplitService): JsonObject {
  return {
    name: `${service.host}:${service.port}`,
    api_listener: { api_listener: connectionManager(routesName(service)) },
  };
}

function gatewayListener({ port = 0 }: SplitGateway): JsonObject {
  return {
    name: 'gateway',
    address: { socket_address: { address: '127.0.0.1', port_value: port } },
    filter_chains: [
      { filters: [{ name: 'http', typed_config: connectionManager(GATEWAY_ROUTES) }] },
    ],
  };
}

function connectionManager(routes: string): JsonObject {
  return {
    '@type': `${EXTENSIONS}.filters.network.http_connection_manager.v3.HttpConnectionManager`,
    stat_prefix: 'mesh',
    rds: { config_source: ADS, route_config_name: routes },
    http_filters: [
      {
        name: 'envoy.filters.http.router',
        typed_config: { '@type': `${EXTENSIONS}.filters.http.router.v3.Router` },
      },
    ],
  };
}

function routesOf(name: string, domains: string[], service: SplitService): JsonObject {
  const { host, port, virtualService } = service;
  const { name: owner, namespace } = virtualService;
  const config = `/apis/networking.istio.io/v1/namespaces/${namespace}/virtual-service/${owner}`;
  return {
    name,
    virtual_hosts: [
      {
        name: `${host}:${port}`,
        domains,
        routes: [
          {
            match: { prefix: '/' },
            metadata: { filter_metadata: { istio: { config } } },
            route: { ...leadingTo(service), timeout: '0s' },
          },
        ],
      },
    ],
  };
}

function leadingTo(service: SplitService): JsonObject {
  const [only, ...others] = service.destinations;
  if (only !== undefined && others.length === 0) {
    return { cluster: clusterName(service, only.subset) };
  }
  const served = service.destinations.filter(({ weight }) => weight > 0);
  return {
    weighted_clusters: {
      clusters: served.map(({ subset, weight }) => ({
        name: clusterName(service, subset),
        weight,
      })),
    },
  };
}

function clusterOf(name: string, tls: MutualTls | undefined): JsonObject {
  return {
    name,
    type: 'EDS',
    eds_cluster_config: { eds_config: ADS },
    connect_timeout: '2s',
    ...(tls === undefined ? {} : { transport_socket: transportSocket(tls) }),
    typed_extension_protocol_options: {
      'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
        '@type': `${EXTENSIONS}.upstreams.http.v3.HttpProtocolOptions`,
        explicit_http_config: { http2_protocol_options: {} },
      },
    },
  };
}

function transportSocket({ names, from }: MutualTls): JsonObject {
  const validation = {
    match_subject_alt_names: names.map((exact) => ({ exact })),
    ...('provider' in from
      ? { ca_certificate_provider_instance: { instance_name: from.provider } }
      : { trusted_ca: { filename: from.authority } }),
  };
  const own =
    'provider' in from
      ? { tls_certificate_provider_instance: { instance_name: from.provider } }
      : {
          tls_certificates: [
            { certificate_chain: { filename: from.cert }, private_key: { filename: from.key } },
          ],
          alpn_protocols: ['h2'],
        };
  return {
    name: 'envoy.transport_sockets.tls',
    typed_config: {
      '@type': `${EXTENSIONS}.transport_sockets.tls.v3.UpstreamTlsContext`,
      common_tls_context: { ...own, validation_context: validation },
    },
  };
}

function endpointsOf(name: string, endpoints: readonly SplitEndpoint[]): JsonObject {
  if (endpoints.length === 0) return { cluster_name: name };
  return {
    cluster_name: name,
    endpoints: [
      {
        locality: LOCALITY,
        load_balancing_weight: endpoints.length,
        lb_endpoints: endpoints.map(({ address, port }) => ({
          endpoint: { address: { socket_address: { address, port_value: port } } },
          load_balancing_weight: 1,
        })),
      },
    ],
  };
}
