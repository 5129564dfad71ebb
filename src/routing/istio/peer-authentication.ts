import { readObject, type ManifestObject } from '../manifest/manifest-object.js';
import type { ManifestNode } from '../manifest/manifest-node.js';

/** What servers take: plaintext alone, both, or mutual TLS alone. */
export type MtlsMode = 'DISABLE' | 'PERMISSIVE' | 'STRICT';

/** A mode that an object gives, and where. */
export interface GivenMode {
  mode: MtlsMode;
  node: ManifestNode;
}

/** An Istio PeerAuthentication: https://istio.io/latest/docs/reference/config/security/peer_authentication/ */
export interface PeerAuthentication extends ManifestObject {
  /** Labels of the pods it is for; `null`: all of its namespace, or of the mesh. */
  selector: Readonly<Record<string, string>> | null;
  /** `null`: what is wider says it. */
  mtls: GivenMode | null;
  /** By port of the pods; `null`: as for its other ports. */
  ofPort: ReadonlyMap<number, GivenMode | null>;
}

export function readPeerAuthentication(node: ManifestNode): PeerAuthentication {
  const spec = node.field('spec');
  const labels = spec.field('selector').field('matchLabels').customStringMap();
  return {
    ...readObject(node, 'PeerAuthentication', 'security.istio.io'),
    selector: Object.keys(labels).length === 0 ? null : labels,
    mtls: readMode(spec.field('mtls')),
    ofPort: new Map(
      spec
        .field('portLevelMtls')
        .fields()
        .map(([port, settings]) => [Number(port), readMode(settings)]),
    ),
  };
}

function readMode(node: ManifestNode): GivenMode | null {
  const mode = node.field('mode').optionalString();
  switch (mode) {
    case 'DISABLE':
    case 'PERMISSIVE':
    case 'STRICT':
      return { mode, node };
    default:
      // UNSET, and none.
      return null;
  }
}
