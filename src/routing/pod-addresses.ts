import { inNamespace, type ManifestSet } from './manifest-set.js';
import { objectKey } from './manifest/manifest-object.js';
import { type PodSelector, selects } from './pods.js';
import type { ExpectedDestination, PodAddress } from './route-split.js';
import { serviceHost } from './service-registry.js';

/**
 * Who has which address, by the pods and endpoints that the cluster listed, and which destination that
 * is: by the pod's labels; without the pod, by the Service that an endpoint is listed for, where a
 * destination is all of that Service; else the name of the pod has to tell.
 * @param selectors By destination.
 */
export function podAddresses(
  set: ManifestSet,
  destinations: readonly ExpectedDestination[],
  selectors: readonly PodSelector[],
): PodAddress[] {
  const listed = new Set(set.pods.map(objectKey));
  const ofPods = set.pods.flatMap(({ namespace, name, labels, ...pod }) => {
    const destination = onlyOne(
      selectors.map((selector) =>
        selects(selector, { namespace, endpointOf: null, podLabels: labels }),
      ),
    );
    const ports = pod.isOnHostNetwork && pod.ports.length > 0 ? pod.ports : null;
    return pod.addresses.map((address) => ({ address, ports, pod: name, namespace, destination }));
  });
  const ofEndpoints = set.endpointSlices.flatMap(({ namespace, service, ports, endpoints }) => {
    const host = service === null ? null : serviceHost({ name: service, namespace });
    const destination = onlyOne(
      destinations.map((each) => each.subset === null && each.host === host),
    );
    return endpoints
      .filter(({ pod }) => pod === null || !listed.has(objectKey({ namespace, name: pod })))
      .flatMap(({ addresses, pod }) =>
        addresses.map((address) => {
          return {
            ...{ address, ports: ports.map(({ port }) => port) },
            ...{ pod: pod ?? address, namespace, destination },
          };
        }),
      );
  });
  return [...ofPods, ...ofEndpoints];
}

/** The index of the only one that is so; null where there is none, or several. */
function onlyOne(are: readonly boolean[]): number | null {
  const first = are.indexOf(true);
  return first < 0 || first !== are.lastIndexOf(true) ? null : first;
}

/**
 * Who has which address, whatever the route.
 * @param namespace Of objects that name none.
 * @throws InputError when two different objects have one name.
 */
export function listedAddresses(manifests: ManifestSet, namespace: string): PodAddress[] {
  return podAddresses(inNamespace(manifests, namespace), [], []);
}
