import type { ManifestSet } from '../manifest-set.js';
import { workloadsBehind } from '../replica-split.js';
import { findService, knownHosts } from '../service-registry.js';
import type { HostRules, UnroutedService } from './listed.js';

/**
 * The services that no route of the mesh names, whose pods share the requests: where there is a mesh, or
 * nothing but services is given.
 */
export function unroutedServices(set: ManifestSet, hosts: readonly HostRules[]): UnroutedService[] {
  const hasMesh =
    set.virtualServices.length > 0 ||
    hosts.some(({ via }) => via[0] === 'mesh') ||
    set.gateways.length + set.apiGateways.length + set.apiRoutes.length + set.ingresses.length ===
      0;
  if (!hasMesh) return [];
  const routed = new Set(hosts.filter(({ via }) => via[0] === 'mesh').map(({ host }) => host));
  return [...new Set(knownHosts(set))]
    .filter((host) => !routed.has(host))
    .flatMap((host): UnroutedService[] => {
      const service = findService(set, host);
      if (service === null) return [];
      const workloads = workloadsBehind(set, service).map(({ kind, name, replicas }) => ({
        kind,
        name,
        replicas,
      }));
      return [{ host, ports: service.ports, workloads }];
    });
}
