import type { ManifestNode } from '../manifest/manifest-node.js';

/** How clients of the mesh speak TLS to a destination. */
export interface ClientTls {
  mode: 'DISABLE' | 'SIMPLE' | 'MUTUAL' | 'ISTIO_MUTUAL';
  /** Names of which the other side's certificate must have one; `null`: the rule names none. */
  subjectAltNames: readonly string[] | null;
  node: ManifestNode;
}

/**
 * Source: https://istio.io/latest/docs/reference/config/networking/destination-rule/#ClientTLSSettings
 * @returns `null` where there is none.
 */
export function readClientTls(node: ManifestNode): ClientTls | null {
  if (node.absent) return null;
  const mode = node.field('mode').optionalString();
  const names = node.field('subjectAltNames').strings();
  const subjectAltNames = names.length === 0 ? null : names;
  switch (mode) {
    case 'SIMPLE':
    case 'MUTUAL':
    case 'ISTIO_MUTUAL':
      return { mode, subjectAltNames, node };
    default:
      // The API server lets in no other name, and DISABLE is protobuf's for none.
      return { mode: 'DISABLE', subjectAltNames, node };
  }
}
