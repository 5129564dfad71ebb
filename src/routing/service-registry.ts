import { CLUSTER_DOMAIN, mostSpecificHost } from './istio/host.js';
import { servicePortProtocol, type PortProtocol } from './istio/port-protocol.js';
import type { Service } from './kubernetes/service.js';
import type { ManifestSet } from './manifest-set.js';

/** What is known of a host that requests can be sent to. */
export interface KnownService {
  host: string;
  namespace: string;
  ports: readonly number[];
  /** By port. */
  protocols: ReadonlyMap<number, PortProtocol>;
  /** Its own IP address; `null`: it has none, or it is not known. */
  address: string | null;
  /** It has no IP address, so that proxies tell connections over TLS by their server name. */
  isKnownByName: boolean;
  /** Labels of its pods; `null`: it selects none by labels. */
  selector: Readonly<Record<string, string>> | null;
  /** Name of the ServiceEntry whose listed endpoints stand behind it. */
  endpointsOf: string | null;
}

/** A Kubernetes Service's full name. */
export function serviceHost({ name, namespace }: { name: string; namespace: string }): string {
  return `${name}.${namespace}.${CLUSTER_DOMAIN}`;
}

const registries = new WeakMap<ManifestSet, Map<string, KnownService>>();

/** Finds the Service or ServiceEntry of a host, or `null`; a Service comes first. */
export function findService(set: ManifestSet, host: string): KnownService | null {
  let registry = registries.get(set);
  if (registry === undefined) {
    registry = readRegistry(set);
    registries.set(set, registry);
  }
  return registry.get(host) ?? null;
}

const servicesByHost = new WeakMap<ManifestSet, ReadonlyMap<string, Service>>();

/** Finds the Kubernetes Service of a host, or `null`. */
export function findKubernetesService(set: ManifestSet, host: string): Service | null {
  const known =
    servicesByHost.get(set) ??
    new Map(set.services.map((service) => [serviceHost(service), service]));
  servicesByHost.set(set, known);
  return known.get(host) ?? null;
}

/** The ServiceEntry of the narrowest wildcard that a host belongs to, or `null`. */
export function wildcardService(set: ManifestSet, host: string): KnownService | null {
  const wildcards = set.serviceEntries
    .flatMap(({ hosts }) => hosts)
    .filter((name) => name.startsWith('*'));
  const best = mostSpecificHost(host, wildcards);
  return best === null ? null : findService(set, best);
}

function readRegistry(set: ManifestSet): Map<string, KnownService> {
  const registry = new Map<string, KnownService>();
  for (const entry of set.serviceEntries) {
    for (const host of entry.hosts)
      registry.set(host, {
        host,
        namespace: entry.namespace,
        ports: entry.ports,
        protocols: entry.protocols,
        address: entry.address,
        isKnownByName: entry.isKnownByName,
        selector: entry.selector,
        endpointsOf: entry.selector === null ? entry.name : null,
      });
  }
  for (const service of set.services) {
    const host = serviceHost(service);
    registry.set(host, {
      host,
      namespace: service.namespace,
      ports: service.ports.map(({ port }) => port),
      protocols: new Map(service.ports.map((port) => [port.port, servicePortProtocol(port)])),
      address: service.address,
      isKnownByName: false,
      selector: service.selector,
      endpointsOf: null,
    });
  }
  return registry;
}

/** Every host of the registry. */
export function knownHosts(set: ManifestSet): string[] {
  return [...set.services.map(serviceHost), ...set.serviceEntries.flatMap(({ hosts }) => hosts)];
}
