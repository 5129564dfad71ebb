import type { InputError } from '../../input-error.js';
import type { ManifestSet } from '../manifest-set.js';
import type { ManifestObject } from '../manifest/manifest-object.js';
import { podAddresses } from '../pod-addresses.js';
import { replicasOf, samePods, subsetTokens, workloadPatterns, type PodSelector } from '../pods.js';
import type { ExpectedDestination, RouteSplit } from '../route-split.js';
import type { Backend } from '../rule.js';
import type { Finding } from '../../finding.js';
import { findService, type KnownService } from '../service-registry.js';
import { refuseUnknownPort } from './destination-port.js';
import { namespaceOfHost, resolveShortName } from './host.js';
import { destinationRulesOf, type RuleClient } from './rules-in-sight.js';
import { subsetLabels } from './subset-labels.js';

/** The weighted entries of a rule, and which pods they stand for. */
export interface WeightedDestinations {
  /** Without their replicas. */
  destinations: ExpectedDestination[];
  /** Of each. */
  selectors: PodSelector[];
  labels: (Readonly<Record<string, string>> | null)[];
}

/**
 * Turns the weighted entries of a rule into destinations with names, shares and pods.
 * @param object The VirtualService the rule stands in.
 * @param client Whose proxy it is, a gateway's or a sidecar's.
 * @param at Where the proxy takes the request.
 * @returns `samePods`: why answers cannot tell two of them apart; `null` when they can.
 * @throws InputError when a subset, or a port, does not exist.
 */
export function resolveDestinations(
  set: ManifestSet,
  object: ManifestObject,
  backends: readonly Backend[],
  client: RuleClient,
  at: { port: number | null; isSidecar: boolean },
  findings: Finding[],
): { split: Omit<RouteSplit, 'headers'>; samePods: InputError | null } {
  if (object.group === 'networking.istio.io')
    for (const backend of backends)
      if (backends.length === 1 || (backend.weight ?? 0) > 0)
        refuseUnknownPort(set, backend, resolveShortName(backend.host, object.namespace), at);
  const weighted = weightedDestinations(set, object, backends, client, findings);
  const { destinations, selectors, labels } = weighted;
  const services = destinations.map(({ host }) => ofService(findService(set, host)));
  const workloads = workloadPatterns(set.workloads, selectors, services);
  for (const [index, destination] of destinations.entries())
    destination.replicas = replicasOf(workloads, index);
  return {
    split: {
      destinations,
      workloads,
      subsetTokens: subsetTokens(destinations, labels),
      addresses: podAddresses(set, destinations, selectors),
    },
    samePods: samePods(destinations, set.workloads, selectors),
  };
}

/**
 * The destinations of a rule by name, host, port and weight.
 * @throws InputError when a subset does not exist.
 */
export function weightedDestinations(
  set: ManifestSet,
  object: ManifestObject,
  backends: readonly Backend[],
  client: RuleClient,
  findings: Finding[],
): WeightedDestinations {
  const hosts = backends.map(({ host }) => resolveShortName(host, object.namespace));
  const names = destinationNames(backends, hosts);
  const services = hosts.map((host) => findService(set, host));
  const labels = backends.map((backend, index) => {
    const host = hosts[index] ?? backend.host;
    return subsetLabels(backend, host, destinationRulesOf(set, host, client), client, findings);
  });
  const selectors = backends.map((backend, index): PodSelector => {
    const own = labels[index] ?? null;
    const service = services[index] ?? null;
    const selector = service?.selector ?? null;
    const endpointsOf = service?.endpointsOf ?? null;
    return {
      namespace: service?.namespace ?? namespaceOfHost(hosts[index] ?? ''),
      labels: own === null ? null : { ...selector, ...own },
      endpointsOf,
      complete: selector !== null || endpointsOf !== null || backend.subset !== null,
    };
  });
  const destinations = backends.map((backend, index): ExpectedDestination => {
    const ports = services[index]?.ports ?? [];
    return {
      name: names[index] ?? backend.host,
      host: hosts[index] ?? backend.host,
      subset: backend.subset,
      port: backend.port ?? (ports.length === 1 ? (ports[0] ?? null) : null),
      weight: backends.length === 1 ? 100 : (backend.weight ?? 0),
      replicas: null,
    };
  });
  return { destinations, selectors, labels };
}

/** All pods of a Service; what selects those of one that is not there is not known. */
function ofService(service: KnownService | null): PodSelector {
  const { namespace = null, selector = null, endpointsOf = null } = service ?? {};
  const complete = selector !== null || endpointsOf !== null;
  return { namespace, labels: selector ?? {}, endpointsOf, complete };
}

/** The subset where it is unique in the route, else `host/subset`, else the host. */
function destinationNames(backends: readonly Backend[], hosts: readonly string[]): string[] {
  const shortest = backends.map(({ host, subset }) => subset ?? host);
  const longer = backends.map(({ host, subset }) => (subset === null ? host : `${host}/${subset}`));
  const longest = backends.map(({ subset, port }, index) => {
    const host = `${hosts[index] ?? ''}${port === null ? '' : `:${port}`}`;
    return subset === null ? host : `${host}/${subset}`;
  });
  const isUnique = (names: readonly string[], index: number): boolean =>
    names.filter((name) => name === names[index]).length === 1;
  return backends.map((_, index) => {
    const unique = [shortest, longer, longest].find((names) => isUnique(names, index)) ?? longest;
    return unique[index] ?? '';
  });
}
