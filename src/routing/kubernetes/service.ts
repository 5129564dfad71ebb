import { isIP } from 'node:net';
import { readObject, type ManifestObject } from '../manifest/manifest-object.js';
import type { ManifestNode } from '../manifest/manifest-node.js';

export interface ServicePort {
  name: string | null;
  port: number;
  /** Of the pods: a number, or the name of one of theirs; `null`: not given, so the same. */
  targetPort: number | string | null;
  appProtocol: string | null;
  /** TCP, UDP or SCTP. */
  transport: string;
  node: ManifestNode;
}

/** A Kubernetes Service. */
export interface Service extends ManifestObject {
  ports: readonly ServicePort[];
  /** Its own IP address; `null`: it has none, or it is not known. */
  address: string | null;
  /** `null`: it selects no pods by itself. */
  selector: Readonly<Record<string, string>> | null;
  /** It has no address of its own: its name stands for those of its pods. */
  isHeadless: boolean;
}

export function readService(node: ManifestNode): Service {
  const spec = node.field('spec');
  return {
    ...readObject(node, 'Service', ''),
    ports: spec
      .field('ports')
      .items()
      .map((port) => ({
        name: port.field('name').optionalString(),
        port: port.field('port').optionalInteger() ?? 0,
        targetPort: readTargetPort(port.field('targetPort').value),
        appProtocol: port.field('appProtocol').optionalString(),
        transport: port.field('protocol').optionalString() ?? 'TCP',
        node: port,
      })),
    address: addressOf(spec.field('clusterIP').optionalString()),
    isHeadless: spec.field('clusterIP').value === 'None',
    selector: spec.field('selector').absent ? null : spec.field('selector').stringMap(),
  };
}

function readTargetPort(value: unknown): ServicePort['targetPort'] {
  return typeof value === 'number' || typeof value === 'string' ? value : null;
}

function addressOf(text: string | null): string | null {
  return text !== null && isIP(text) !== 0 ? text : null;
}
