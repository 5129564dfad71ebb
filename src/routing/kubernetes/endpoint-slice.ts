import { type ManifestObject, readObject } from '../manifest/manifest-object.js';
import type { ManifestNode } from '../manifest/manifest-node.js';

/** Addresses behind a Service: https://kubernetes.io/docs/reference/kubernetes-api/service-resources/endpoint-slice-v1/ */
export interface EndpointSlice extends ManifestObject {
  /** Name of the Service; null for slices that no Service has. */
  service: string | null;
  ports: readonly number[];
  endpoints: readonly {
    addresses: readonly string[];
    /** Name of the pod; null where it is none. */
    pod: string | null;
  }[];
}

const SERVICE_NAME = 'kubernetes.io/service-name';

export function readEndpointSlice(node: ManifestNode): EndpointSlice {
  const object = readObject(node, 'EndpointSlice', 'discovery.k8s.io');
  return {
    ...object,
    service: object.labels[SERVICE_NAME] ?? null,
    ports: node
      .field('ports')
      .items()
      .flatMap((port) => port.field('port').optionalInteger() ?? []),
    endpoints: node
      .field('endpoints')
      .items()
      .map((endpoint) => {
        const target = endpoint.field('targetRef');
        const isPod = target.field('kind').optionalString() === 'Pod';
        return {
          addresses: endpoint.field('addresses').strings(),
          pod: isPod ? target.field('name').string() : null,
        };
      }),
  };
}
