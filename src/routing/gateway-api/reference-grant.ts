import { readObject, type ManifestObject } from '../manifest/manifest-object.js';
import type { ManifestNode } from '../manifest/manifest-node.js';
import { GATEWAY_API_GROUP } from './gateway.js';

/** A ReferenceGrant: https://gateway-api.sigs.k8s.io/reference/spec/#referencegrant */
export interface ReferenceGrant extends ManifestObject {
  from: readonly { group: string; kind: string; namespace: string }[];
  to: readonly { group: string; kind: string; name: string | null }[];
}

export function readReferenceGrant(node: ManifestNode): ReferenceGrant {
  const spec = node.field('spec');
  return {
    ...readObject(node, 'ReferenceGrant', GATEWAY_API_GROUP),
    from: spec
      .field('from')
      .items()
      .map((item) => ({
        group: item.field('group').string(),
        kind: item.field('kind').string(),
        namespace: item.field('namespace').string(),
      })),
    to: spec
      .field('to')
      .items()
      .map((item) => ({
        group: item.field('group').string(),
        kind: item.field('kind').string(),
        name: item.field('name').optionalString(),
      })),
  };
}
