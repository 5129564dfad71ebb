import { placeOf } from '../../../finding.js';
import type { ManifestNode } from '../../manifest/manifest-node.js';
import { describeKey } from '../affinity.js';
import type { LoadBalancer } from '../load-balancer.js';
import type { TrafficSettings } from '../traffic-policy.js';
import { byAll, type GrpcTrait } from './client.js';

/**
 * What gRPC clients without a proxy do otherwise with the DestinationRule of a destination: Istio gives them
 * ISTIO_MUTUAL, hashing, LEAST_REQUEST and http2MaxRequests, and nothing else of it.
 * Source: istio/istio pilot/pkg/networking/grpcgen/cds.go, applyTLS, applyLoadBalancing and
 * applyCircuitBreakers; gRFC A42 (hashing by headers alone); grpc/grpc-node packages/grpc-js-xds/src/
 * xds-resource-type/cluster-resource-type.ts and grpc/grpc src/core/xds/grpc/xds_cluster_parser.cc
 * (LEAST_REQUEST), grpc/grpc-go internal/xds/xdsclient/xdsresource/unmarshal_cds.go.
 * @param names Of the destinations that it holds for.
 */
export function clusterTraits(
  { loadBalancer, connectionPool, outlierDetection, tls }: TrafficSettings,
  names: readonly string[],
): GrpcTrait[] {
  const traits = loadBalancer === null ? [] : balancing(loadBalancer, names);
  if (tls !== null && (tls.mode === 'SIMPLE' || tls.mode === 'MUTUAL'))
    traits.push(
      leftOut(`Istio gives gRPC clients no TLS of mode ${tls.mode}: they send plaintext`, tls.node),
    );
  if (outlierDetection !== null)
    traits.push(
      leftOut('Istio gives gRPC clients no outlierDetection: no pod is ejected', outlierDetection),
    );
  const pools = connectionPool === null ? [] : poolFields(connectionPool);
  if (connectionPool !== null && pools.length > 0)
    traits.push(
      leftOut(
        `Istio gives gRPC clients http2MaxRequests alone of a connection pool: not ${pools.join(', ')}`,
        connectionPool,
      ),
    );
  return traits;
}

function balancing({ simple, hash, node }: LoadBalancer, names: readonly string[]): GrpcTrait[] {
  if (hash !== null)
    return hash.by === 'header'
      ? []
      : [
          leftOut(
            `gRPC clients tie no request to a pod by ${describeKey(hash)}; they know headers alone`,
            node,
          ),
        ];
  if (simple === null || simple === 'ROUND_ROBIN' || simple === 'UNSPECIFIED') return [];
  if (simple !== 'LEAST_REQUEST')
    return [leftOut(`Istio gives gRPC clients no ${simple}: they go round the pods`, node)];
  return [
    {
      summary: `grpc-js and Python refuse LEAST_REQUEST, and their calls to ${names.join(' and ')} fail; Go follows it`,
      place: placeOf(node.place()),
      effects: { 'grpc-js': 'fails', Go: 'follows', Python: 'fails' },
    },
  ];
}

function leftOut(summary: string, node: ManifestNode): GrpcTrait {
  return { summary, place: placeOf(node.place()), effects: byAll('leaves-out') };
}

function poolFields(pool: ManifestNode): string[] {
  return ['tcp', 'http'].flatMap((part) =>
    pool
      .field(part)
      .fields()
      .filter(([name, field]) => !field.absent && name !== 'http2MaxRequests')
      .map(([name]) => `${part}.${name}`),
  );
}
