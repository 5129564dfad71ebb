import { isIP } from 'node:net';
import { InputError } from '../input-error.js';
import type { NamedService } from '../scenario/each-replica.js';
import { gatewayLabels } from './gateway-pods.js';
import type { Endpoint, EndpointSlice } from './kubernetes/endpoint-slice.js';
import type { Service, ServicePort } from './kubernetes/service.js';
import type { ManifestSet } from './manifest-set.js';
import { objectKey } from './manifest/manifest-object.js';
import { hasLabels } from './pods.js';
import { formatVia, type Via } from './request.js';
import { serviceHost } from './service-registry.js';

/** One pod of a gateway, and where it takes connections. */
export interface GatewayReplica {
  /** Its name; its address where no pod is named. */
  pod: string;
  namespace: string;
  address: string;
  port: number;
}

/** The pods behind a Service of a gateway. */
export interface GatewayReplicas {
  /** `istio-system/istio-ingressgateway` */
  service: string;
  /** By name; at least one. */
  replicas: readonly GatewayReplica[];
  /** Names of those that the Service sends no new connections to. */
  left: readonly string[];
}

/** Whose replicas are asked for. */
export interface ReplicaQuestion {
  via: Via;
  /** What clients connect to. */
  target: { host: string; port: number };
  /** Of the gateway's listener; null where it is not known. */
  gatewayPort: number | null;
  /** The Service that the user names; null: it is to be found. */
  service: NamedService | null;
}

const PLACE = { path: '--each-replica' };

/**
 * Finds the replicas of the gateway that requests come in through: the endpoints of its Service that
 * take new connections, each with the port that stands for the target's. The Service is that which
 * selects the gateway's pods, and of several the one that the target's host names. Of its ports it is the
 * target's, else the one that nodes open as the target's, else that of the gateway's listener. As with
 * kube-proxy, endpoints that are ready take connections; where none is, those that end and still serve do.
 * Sources: kubernetes/kubernetes pkg/proxy/topology.go (CategorizeEndpoints) and the EndpointConditions
 * of discovery.k8s.io/v1.
 *
 * @throws InputError where there is no such Service, several have other pods, or none is ready.
 */
export function gatewayReplicas(set: ManifestSet, question: ReplicaQuestion): GatewayReplicas {
  const services =
    question.service === null ? found(set, question) : [named(set, question.service)];
  const mapped = services.flatMap((service) => {
    const port = portOf(service, question);
    return port === null ? [] : [{ service, port }];
  });
  if (mapped.length === 0) throw noPort(services, question);
  const behind = mapped.map(({ service, port }) => replicasOf(set, service, port));
  const [first, ...others] = behind.filter(({ replicas }) => replicas.length > 0);
  if (first === undefined) throw noneReady(mapped, behind);
  const isOther = others.some(({ replicas }) => keyOf(replicas) !== keyOf(first.replicas));
  if (isOther) throw severalServices(mapped.map(({ service }) => service));
  return first;
}

function named(set: ManifestSet, { namespace, name }: NamedService): Service {
  const service = set.services.find((one) => one.name === name && one.namespace === namespace);
  if (service !== undefined) return service;
  throw new InputError(
    `there is no Service ${namespace}/${name} in the namespaces that are read: correct it, or read all with --all-namespaces`,
    PLACE,
  );
}

function found(set: ManifestSet, { via, target }: ReplicaQuestion): Service[] {
  const gateway = gatewayLabels(set, via);
  if (gateway === null) {
    const problem =
      via.kind === 'gateway'
        ? 'which pods are the gateway’s is not known'
        : `requests take the routes of ${formatVia(via)} here, and come in through no gateway`;
    throw new InputError(
      `${problem}: name the Service of the gateway, --each-replica=NAMESPACE/SERVICE`,
      PLACE,
    );
  }
  const { namespace, labels, isAnywhere } = gateway;
  const pods = [
    ...set.pods.map((pod) => ({ namespace: pod.namespace, labels: pod.labels })),
    ...set.workloads.map((one) => ({ namespace: one.namespace, labels: one.podLabels })),
  ].filter((pod) => hasLabels(pod.labels, labels));
  const own = set.services.filter((service) => {
    const { selector } = service;
    if (selector === null || Object.keys(selector).length === 0) return false;
    if (!isAnywhere && service.namespace !== namespace) return false;
    if (hasLabels(selector, labels)) return true;
    return pods.some((pod) => {
      return pod.namespace === service.namespace && hasLabels(pod.labels, selector);
    });
  });
  if (own.length === 0) {
    const text = Object.entries(labels)
      .map(([label, value]) => `${label}=${value}`)
      .join(',');
    throw new InputError(
      `no Service selects the pods of ${formatVia(via)} (${text}) in the namespaces that are read: read all with --all-namespaces, or name it, --each-replica=NAMESPACE/SERVICE`,
      PLACE,
    );
  }
  const meant = own.filter((service) => isNamedBy(service, target.host));
  return meant.length > 0 ? meant : own;
}

/** Whether a host is that of a Service, as clients in the cluster write it. */
function isNamedBy(service: Service, host: string): boolean {
  if (isIP(host) !== 0) return service.address === host;
  const { name, namespace } = service;
  const names = [`${name}.${namespace}`, `${name}.${namespace}.svc`, serviceHost(service)];
  return names.includes(host.toLowerCase().replace(/\.$/, ''));
}

function portOf(
  { ports }: Service,
  { target, gatewayPort, service }: ReplicaQuestion,
): ServicePort | null {
  const own = ports.filter(({ transport }) => transport === 'TCP');
  const at = (number: number | null): ServicePort | undefined =>
    own.find(({ port }) => port === number);
  const told = service?.port ?? null;
  if (told !== null) return at(told) ?? null;
  const ofNodes = own.find(({ node }) => node.field('nodePort').optionalInteger() === target.port);
  return at(target.port) ?? ofNodes ?? at(gatewayPort) ?? null;
}

function replicasOf(set: ManifestSet, service: Service, { name }: ServicePort): GatewayReplicas {
  const slices = set.endpointSlices.filter(
    (slice) => slice.service === service.name && slice.namespace === service.namespace,
  );
  // A pod with addresses of both families is one replica.
  const families = ['IPv4', 'IPv6'].map((family) =>
    slices.filter(({ addressType }) => addressType === family),
  );
  const listed = families.flat().flatMap((slice) => listedIn(slice, name ?? ''));
  const ready = listed.filter(({ endpoint }) => endpoint.isReady);
  const serving = listed.filter(({ endpoint }) => endpoint.isServing && endpoint.isTerminating);
  const taken = ready.length > 0 ? ready : serving;
  const replicas = new Map<string, GatewayReplica>();
  for (const { replica } of taken) {
    if (!replicas.has(replica.pod)) replicas.set(replica.pod, replica);
  }
  const left = listed.map(({ replica }) => replica.pod).filter((pod) => !replicas.has(pod));
  return {
    service: objectKey(service),
    replicas: [...replicas.values()].sort((a, b) => (a.pod < b.pod ? -1 : 1)),
    left: [...new Set(left)].sort(),
  };
}

function listedIn(
  { namespace, ports, endpoints }: EndpointSlice,
  portName: string,
): { endpoint: Endpoint; replica: GatewayReplica }[] {
  const own = ports.find(({ name, transport }) => name === portName && transport === 'TCP');
  if (own === undefined) return [];
  return endpoints.flatMap((endpoint) => {
    // All of them stand for the same endpoint.
    const [address] = endpoint.addresses;
    if (address === undefined) return [];
    const pod = endpoint.pod ?? address;
    return [{ endpoint, replica: { pod, namespace, address, port: own.port } }];
  });
}

function keyOf(replicas: readonly GatewayReplica[]): string {
  return JSON.stringify(replicas.map(({ address, port }) => [address, port]));
}

function severalServices(services: readonly Service[]): InputError {
  return new InputError(
    `several Services lead to pods of the gateway: ${services.map(objectKey).join(', ')}: say which, --each-replica=NAMESPACE/SERVICE`,
    PLACE,
  );
}

function noPort(services: readonly Service[], question: ReplicaQuestion): InputError {
  const { target, service } = question;
  const has = services
    .map((one) => `${objectKey(one)} has ${one.ports.map(({ port }) => port).join(', ')}`)
    .join('; ');
  return new InputError(
    `no port of the gateway’s Service is ${service?.port ?? target.port} (${has}): say which, --each-replica=NAMESPACE/SERVICE:PORT`,
    PLACE,
  );
}

function noneReady(
  mapped: readonly { service: Service; port: ServicePort }[],
  behind: readonly GatewayReplicas[],
): InputError {
  const names = mapped.map(({ service, port }) => `${objectKey(service)}:${port.port}`);
  const left = behind.flatMap((one) => one.left);
  const why = left.length === 0 ? 'no endpoints are listed' : `not ready: ${left.join(', ')}`;
  return new InputError(
    `no pod takes connections for the Service ${names.join(' or ')} (${why}): look at its EndpointSlices`,
    PLACE,
  );
}
