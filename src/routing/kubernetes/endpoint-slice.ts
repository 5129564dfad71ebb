import { type ManifestObject, readObject } from '../manifest/manifest-object.js';
import type { ManifestNode } from '../manifest/manifest-node.js';

/** A port of all endpoints of a slice. */
interface EndpointPort {
  /** That of the Service's port; empty where it has none. */
  name: string;
  port: number;
  /** TCP, UDP or SCTP. */
  transport: string;
}

/** One of the addresses behind a Service. */
export interface Endpoint {
  addresses: readonly string[];
  /** Name of the pod; null where it is none. */
  pod: string | null;
  /** Whether new connections are to go there; what is not said is so. */
  isReady: boolean;
  /** Whether it answers, also while it ends; where that is not said, as ready as it is. */
  isServing: boolean;
  isTerminating: boolean;
}

/** Addresses behind a Service: https://kubernetes.io/docs/reference/kubernetes-api/service-resources/endpoint-slice-v1/ */
export interface EndpointSlice extends ManifestObject {
  /** Name of the Service; null for slices that no Service has. */
  service: string | null;
  /** IPv4, IPv6 or FQDN. */
  addressType: string;
  ports: readonly EndpointPort[];
  endpoints: readonly Endpoint[];
}

const SERVICE_NAME = 'kubernetes.io/service-name';

export function readEndpointSlice(node: ManifestNode): EndpointSlice {
  const object = readObject(node, 'EndpointSlice', 'discovery.k8s.io');
  return {
    ...object,
    service: object.labels[SERVICE_NAME] ?? null,
    addressType: node.field('addressType').optionalString() ?? 'IPv4',
    ports: node.field('ports').items().flatMap(readPort),
    endpoints: node.field('endpoints').items().map(readEndpoint),
  };
}

/** @returns None for one that stands for all ports. */
function readPort(node: ManifestNode): EndpointPort[] {
  const port = node.field('port').optionalInteger();
  if (port === null) return [];
  const name = node.field('name').optionalString() ?? '';
  return [{ name, port, transport: node.field('protocol').optionalString() ?? 'TCP' }];
}

function readEndpoint(node: ManifestNode): Endpoint {
  const target = node.field('targetRef');
  const isPod = target.field('kind').optionalString() === 'Pod';
  const conditions = node.field('conditions');
  const isReady = conditions.field('ready').value !== false;
  const serving = conditions.field('serving').value;
  return {
    addresses: node.field('addresses').strings(),
    pod: isPod ? target.field('name').string() : null,
    isReady,
    isServing: typeof serving === 'boolean' ? serving : isReady,
    isTerminating: conditions.field('terminating').value === true,
  };
}
