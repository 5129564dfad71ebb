import { InputError } from '../input-error.js';
import type { Workload } from './kubernetes/workload.js';
import type { ManifestSet } from './manifest-set.js';
import { podAddresses } from './pod-addresses.js';
import { hasLabels } from './pods.js';
import type { RouteSplit } from './route-split.js';
import { findService, type KnownService } from './service-registry.js';

/**
 * The split of a service that no route names: its pods share the requests, so every workload gets
 * as many as it has replicas.
 * @param host In full; a Service or ServiceEntry of the set.
 * @throws InputError when the workloads or their replicas are not known.
 */
export function replicaSplit(set: ManifestSet, host: string): RouteSplit {
  const service = findService(set, host);
  const behind = service === null ? [] : workloadsBehind(set, service);
  if (behind.length === 0)
    throw new InputError(
      `no route names ${host}, and no workload among the manifests is behind it: add the route or the Deployments with -f`,
    );
  const unknown = behind.find(({ replicas }) => replicas === null);
  if (unknown !== undefined)
    throw unknown.node.error(
      `no route names ${host}, and nothing says how many replicas ${unknown.kind} ${unknown.name} has`,
    );
  if (behind.every(({ replicas }) => replicas === 0))
    throw new InputError(
      `no route names ${host}, and ${behind.map(({ kind, name }) => `${kind} ${name}`).join(' and ')} ${behind.length === 1 ? 'has' : 'have'} no replicas: nothing answers`,
      behind[0]?.node.place() ?? {},
    );
  const destinations = behind.map(({ name, replicas }) => ({
    name,
    host,
    subset: null,
    port: service?.ports.length === 1 ? (service.ports[0] ?? null) : null,
    weight: replicas ?? 0,
    replicas,
  }));
  return {
    destinations,
    workloads: set.workloads.map((workload) => {
      const { kind, name, namespace, replicas } = workload;
      const index = behind.indexOf(workload);
      return { kind, name, namespace, destination: index === -1 ? null : index, replicas };
    }),
    subsetTokens: [],
    // The names of the pods tell their workloads, which are the destinations.
    addresses: podAddresses(set, [], []),
    headers: [],
  };
}

/** The workloads whose pods share the requests of a service by themselves. */
export function workloadsBehind(set: ManifestSet, service: KnownService): Workload[] {
  return set.workloads.filter(
    (workload) =>
      workload.namespace === service.namespace &&
      workload.endpointOf === service.endpointsOf &&
      (service.selector !== null || service.endpointsOf !== null) &&
      hasLabels(workload.podLabels, service.selector ?? {}),
  );
}
