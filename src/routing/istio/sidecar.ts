import { type ManifestObject, readObject } from '../manifest/manifest-object.js';
import type { ManifestNode } from '../manifest/manifest-node.js';

/** What one listener of a client's proxy imports. */
interface EgressListener {
  /** `null`: the one for every other port. */
  port: number | null;
  hosts: readonly ImportedHost[];
}

export interface ImportedHost {
  /** `*`: every one, `.`: the client's. */
  namespace: string;
  host: string;
  /** It is left out, although another one may import it. */
  excluded: boolean;
}

/** An Istio Sidecar: https://istio.io/latest/docs/reference/config/networking/sidecar/ */
export interface Sidecar extends ManifestObject {
  /** Labels of the pods it is for; `null`: all of its namespace, or of the mesh. */
  workloadSelector: Readonly<Record<string, string>> | null;
  /** Empty: everything is imported. */
  egress: readonly EgressListener[];
}

export function readSidecar(node: ManifestNode): Sidecar {
  const spec = node.field('spec');
  const selector = spec.field('workloadSelector');
  return {
    ...readObject(node, 'Sidecar', 'networking.istio.io'),
    workloadSelector: selector.absent ? null : selector.field('labels').customStringMap(),
    egress: spec
      .field('egress')
      .items()
      .map((listener) => ({
        port: listener.field('port').field('number').optionalInteger(),
        hosts: listener.field('hosts').items().map(readHost),
      })),
  };
}

/** `namespace/dnsName`; a `~` before the namespace leaves it out, and alone stands for every namespace. */
function readHost(node: ManifestNode): ImportedHost {
  const [before, host, ...others] = node.string().split('/');
  if (before === undefined || host === undefined || others.length > 0)
    throw node.error('must be of the form namespace/dnsName');
  const excluded = before.startsWith('~');
  const namespace = excluded ? before.slice(1) : before;
  return { namespace: namespace === '' ? '*' : namespace, host: host.toLowerCase(), excluded };
}
