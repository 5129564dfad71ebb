import { InputError } from '../../input-error.js';
import type { ManifestSet } from '../manifest-set.js';
import { objectKey } from '../manifest/manifest-object.js';
import { hasLabels } from '../pods.js';
import type { Via } from '../request.js';
import type { IstioGateway } from './gateway.js';
import { byAge } from './age.js';
import { mergedServers, type DroppedServer, type ListeningServer } from './merged-servers.js';

/** Pods of a gateway, and the Gateway objects that configure them together. */
export interface GatewayWorkload {
  /** Of the pods: it decides which VirtualServices they see. */
  namespace: string;
  /** Of the pods; of assumed ones those that Gateways ask for. */
  labels: Readonly<Record<string, string>>;
  /** No manifest shows them. */
  isAssumed: boolean;
  /** Oldest first. */
  gateways: readonly IstioGateway[];
  servers: readonly ListeningServer[];
  /** What Istio leaves out. */
  dropped: readonly DroppedServer[];
}

type Pods = Pick<GatewayWorkload, 'namespace' | 'labels' | 'isAssumed'>;

/**
 * The gateways that requests may come in through. A Gateway configures every pod that has all labels of
 * its selector, in whatever namespace; the pods are those of a workload, else those that a Service
 * selects, else assumed to be in Istio's root namespace with the labels of the longest selectors.
 * Source: istio/istio pilot/pkg/model/push_context.go, mergeGateways.
 * @param via A Gateway that it names has to be among a workload's.
 * @throws InputError when there is no such Gateway.
 */
export function gatewayWorkloads(
  set: ManifestSet,
  gateways: readonly IstioGateway[],
  via: Via | undefined,
): GatewayWorkload[] {
  const sorted = byAge(gateways.map((object) => ({ object }))).map(({ object }) => object);
  const known = knownPods(set, sorted);
  const groups = new Map<string, GatewayWorkload>();
  for (const pods of [...known, ...assumedPods(set, sorted, known)]) {
    const own = sorted.filter(({ selector }) => hasLabels(pods.labels, selector));
    const key = JSON.stringify([pods.namespace, own.map(objectKey)]);
    if (groups.has(key)) continue;
    groups.set(key, { ...pods, gateways: own, ...mergedServers(own, portsOf(set, pods)) });
  }
  const workloads = [...groups.values()];
  if (via?.kind !== 'gateway' || via.name === undefined) return workloads;
  const { name, namespace } = via;
  const named = workloads.filter((workload) =>
    workload.gateways.some(
      (gateway) =>
        gateway.name === name && (namespace === undefined || gateway.namespace === namespace),
    ),
  );
  // Pods that are only assumed, for the sake of another Gateway, are nobody's first thought.
  const shown = named.filter(({ isAssumed }) => !isAssumed);
  if (named.length > 0) return shown.length > 0 ? shown : named;
  throw new InputError(
    `no Gateway ${namespace === undefined ? name : `${namespace}/${name}`} among the manifests: ` +
      (gateways.length === 0 ? 'there is none' : `there are ${gateways.map(objectKey).join(', ')}`),
    { file: 'command line', path: '--via' },
  );
}

/** Those that some Gateway selects by labels: workloads, and where there are none what Services select. */
function knownPods(set: ManifestSet, gateways: readonly IstioGateway[]): Pods[] {
  const selecting = gateways.filter(({ selector }) => Object.keys(selector).length > 0);
  const isOfGateway = (labels: Pods['labels']): boolean =>
    selecting.some(({ selector }) => hasLabels(labels, selector));
  const workloads = set.workloads
    .filter(({ podLabels }) => isOfGateway(podLabels))
    .map(({ namespace, podLabels }) => ({ namespace, labels: podLabels, isAssumed: false }));
  const services = set.services.flatMap(({ namespace, selector }): Pods[] => {
    const isShown = workloads.some(
      (pods) => pods.namespace === namespace && hasLabels(pods.labels, selector ?? {}),
    );
    if (selector === null || isShown || !isOfGateway(selector)) return [];
    return [{ namespace, labels: selector, isAssumed: false }];
  });
  return [...workloads, ...services];
}

/** For Gateways that no pods are known of: one gateway for each selector that no other one extends. */
function assumedPods(
  { rootNamespace }: ManifestSet,
  gateways: readonly IstioGateway[],
  known: readonly Pods[],
): Pods[] {
  const selectors = gateways
    .filter(({ selector }) => !known.some(({ labels }) => hasLabels(labels, selector)))
    .map(({ selector }) => selector);
  return selectors
    .filter((selector) => {
      const size = Object.keys(selector).length;
      return !selectors.some(
        (other) => Object.keys(other).length > size && hasLabels(other, selector),
      );
    })
    .map((labels) => ({ namespace: rootNamespace, labels, isAssumed: true }));
}

/**
 * The pods' port for a server's: that of the first Service of the pods with this port.
 * Source: istio/istio pilot/pkg/model/gateway.go, resolvePorts.
 */
function portsOf(
  set: ManifestSet,
  { namespace, labels, isAssumed }: Pods,
): (port: number) => number {
  const ports = new Map<number, number>();
  const own = isAssumed
    ? []
    : set.services.filter(
        (service) =>
          service.namespace === namespace &&
          service.selector !== null &&
          hasLabels(labels, service.selector),
      );
  for (const { port, targetPort } of own.flatMap((service) => service.ports))
    if (typeof targetPort === 'number' && !ports.has(port)) ports.set(port, targetPort);
  return (port) => ports.get(port) ?? port;
}
