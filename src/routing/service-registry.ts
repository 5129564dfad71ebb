import { CLUSTER_DOMAIN } from './istio/host.js';
import type { ManifestSet } from './manifest-set.js';

/** What is known of a host that requests can be sent to. */
export interface KnownService {
  host: string;
  namespace: string;
  ports: readonly number[];
  /** Labels of its pods; `null`: it selects none by labels. */
  selector: Readonly<Record<string, string>> | null;
  /** Name of the ServiceEntry whose listed endpoints stand behind it. */
  endpointsOf: string | null;
}

/** A Kubernetes Service's full name. */
export function serviceHost({ name, namespace }: { name: string; namespace: string }): string {
  return `${name}.${namespace}.${CLUSTER_DOMAIN}`;
}

/** Finds the Service or ServiceEntry of a host, or `null`. */
export function findService(set: ManifestSet, host: string): KnownService | null {
  const service = set.services.find((candidate) => serviceHost(candidate) === host);
  if (service !== undefined)
    return {
      host,
      namespace: service.namespace,
      ports: service.ports.map(({ port }) => port),
      selector: service.selector,
      endpointsOf: null,
    };
  const entry = set.serviceEntries.find(({ hosts }) => hosts.includes(host));
  if (entry === undefined) return null;
  return {
    host,
    namespace: entry.namespace,
    ports: entry.ports,
    selector: entry.selector,
    endpointsOf: entry.selector === null ? entry.name : null,
  };
}

/** Every host of the registry. */
export function knownHosts(set: ManifestSet): string[] {
  return [...set.services.map(serviceHost), ...set.serviceEntries.flatMap(({ hosts }) => hosts)];
}
