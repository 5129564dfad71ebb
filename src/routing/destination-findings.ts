import type { Finding } from '../finding.js';
import { ROLLOUTS_HASH_LABEL } from './kubernetes/workload.js';
import type { Workload } from './kubernetes/workload.js';
import type { ManifestSet } from './manifest-set.js';
import { manifestFinding } from './manifest-finding.js';
import { describeObject } from './manifest/manifest-object.js';
import { hasLabels } from './pods.js';
import type { ExpectedDestination, RouteSplit } from './route-split.js';
import { findKubernetesService } from './service-registry.js';

/** What is wrong with the pods of the destinations that are to get a share of the requests. */
export function destinationFindings(set: ManifestSet, split: RouteSplit): Finding[] {
  // The patterns of a split are those of the set's workloads, in their order.
  const behindOf = (index: number): Workload[] =>
    set.workloads.filter((_, at) => split.workloads[at]?.destination === index);
  return findingsBehind(set, split.destinations, behindOf, new Set());
}

/**
 * As {@link destinationFindings}.
 * @param behindOf The workloads behind one of the destinations alone.
 * @param asked Hosts whose Services have been looked at; those of these destinations are added.
 */
export function findingsBehind(
  set: ManifestSet,
  destinations: readonly ExpectedDestination[],
  behindOf: (index: number) => readonly Workload[],
  asked: Set<string>,
): Finding[] {
  return destinations.flatMap((destination, index): Finding[] => {
    if (destination.weight === 0) return [];
    const behind = behindOf(index);
    if (behind.length > 0) return missingReplicas(destination, behind);
    const { host } = destination;
    if (asked.has(host)) return [];
    asked.add(host);
    return servicesWithoutPods(set, host);
  });
}

function missingReplicas(
  { name, weight }: ExpectedDestination,
  behind: readonly Workload[],
): Finding[] {
  if (behind.every(({ replicas }) => replicas === 0)) {
    const [first] = behind;
    return [
      manifestFinding({
        code: 'destination-without-replicas',
        summary: `${name} has the weight ${weight}, and no pod answers for it: ${behind.map(describeObject).join(' and ')} ${behind.length === 1 ? 'has' : 'have'} 0 replicas`,
        place: first?.node.field('spec').field('replicas').place() ?? {},
      }),
    ];
  }
  return behind.flatMap((workload) => {
    const { replicas, readyReplicas } = workload;
    if (readyReplicas === null || readyReplicas >= (replicas ?? 1)) return [];
    const wanted = replicas === null ? '' : ` of ${replicas}`;
    return [
      manifestFinding({
        code: 'replicas-not-ready',
        summary: `${name} has the weight ${weight}, and ${readyReplicas}${wanted} pods of ${describeObject(workload)} are ready${readyReplicas === 0 ? ': no pod answers for it' : ''}`,
        place: workload.node.field('status').place(),
      }),
    ];
  });
}

/** A Service whose selector fits no workload, where there are workloads that it could be meant for. */
function servicesWithoutPods(set: ManifestSet, host: string): Finding[] {
  const service = findKubernetesService(set, host);
  if (service === null) return [];
  const { name, namespace, selector } = service;
  const labels = Object.entries(selector ?? {});
  const given = set.workloads.filter(
    (workload) => workload.namespace === namespace && workload.endpointOf === null,
  );
  const hasEndpoints = set.endpointSlices.some(
    (slice) => slice.namespace === namespace && slice.service === name,
  );
  if (selector === null || labels.length === 0 || given.length === 0 || hasEndpoints) return [];
  // A controller gives its pods that label, and no template has it.
  const written = Object.fromEntries(labels.filter(([key]) => key !== ROLLOUTS_HASH_LABEL));
  if (given.some(({ podLabels }) => hasLabels(podLabels, written))) return [];
  const wanted = labels.map(([key, value]) => `${key}=${value}`).join(',');
  const others = given.slice(0, MAX_NAMED).map(({ kind, name: own }) => `${kind} ${own}`);
  return [
    manifestFinding({
      code: 'service-without-pods',
      summary: `${describeObject(service)} selects no pod: none of the workloads of ${namespace} (${others.join(', ')}${given.length > MAX_NAMED ? ', …' : ''}) has the labels ${wanted}`,
      place: service.node.field('spec').field('selector').place(),
    }),
  ];
}

/** As many workloads as one sentence can name. */
const MAX_NAMED = 5;
