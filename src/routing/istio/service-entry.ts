import { isIP } from 'node:net';
import type { Workload } from '../kubernetes/workload.js';
import { readObject, type ManifestObject } from '../manifest/manifest-object.js';
import type { ManifestNode } from '../manifest/manifest-node.js';
import { protocolNamed, type PortProtocol } from './port-protocol.js';

/** An Istio ServiceEntry: https://istio.io/latest/docs/reference/config/networking/service-entry/ */
export interface ServiceEntry extends ManifestObject {
  hosts: readonly string[];
  ports: readonly number[];
  /** By port. */
  protocols: ReadonlyMap<number, PortProtocol>;
  /** The only IP address that it has; `null`: none, several, or a range of them. */
  address: string | null;
  /** It has no IP address, though it may have a range. */
  isKnownByName: boolean;
  /** Labels of the WorkloadEntries and pods behind it; `null`: it lists endpoints, or resolves its hosts. */
  selector: Readonly<Record<string, string>> | null;
  exportTo: readonly string[];
}

/**
 * Reads a ServiceEntry.
 * @returns It, and its inline endpoints as workloads named by their addresses.
 */
export function readServiceEntry(node: ManifestNode): {
  serviceEntry: ServiceEntry;
  endpoints: Workload[];
} {
  const spec = node.field('spec');
  const object = readObject(node, 'ServiceEntry', 'networking.istio.io');
  const selector = spec.field('workloadSelector').field('labels');
  const addresses = spec.field('addresses').strings();
  const [address, ...others] = addresses;
  return {
    serviceEntry: {
      ...object,
      hosts: spec.field('hosts').strings(),
      ports: spec
        .field('ports')
        .items()
        .map((port) => port.field('number').optionalInteger() ?? 0),
      protocols: new Map(
        spec
          .field('ports')
          .items()
          .map((port) => [
            port.field('number').optionalInteger() ?? 0,
            protocolNamed(port.field('protocol').optionalString() ?? ''),
          ]),
      ),
      address: address !== undefined && others.length === 0 && isIP(address) !== 0 ? address : null,
      isKnownByName: !addresses.some((each) => isIP(each) !== 0),
      selector: selector.absent ? null : selector.customStringMap(),
      exportTo: spec.field('exportTo').strings(),
    },
    endpoints: spec
      .field('endpoints')
      .items()
      .map((endpoint) => ({
        ...object,
        kind: 'Endpoint',
        name: endpoint.field('address').string(),
        podLabels: endpoint.field('labels').customStringMap(),
        replicas: 1,
        readyReplicas: null,
        endpointOf: object.name,
        ownedBy: null,
        node: endpoint,
      })),
  };
}

/** Reads a WorkloadEntry: one machine outside the cluster, known by its name. */
export function readWorkloadEntry(node: ManifestNode): Workload {
  return {
    ...readObject(node, 'WorkloadEntry', 'networking.istio.io'),
    kind: 'WorkloadEntry',
    podLabels: node.field('spec').field('labels').customStringMap(),
    replicas: 1,
    readyReplicas: null,
    endpointOf: null,
    ownedBy: null,
  };
}
