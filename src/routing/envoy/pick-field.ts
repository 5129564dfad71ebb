import type { ManifestNode } from '../manifest/manifest-node.js';

/** A field of Envoy's API: Envoy itself writes `snake_case`, istioctl `camelCase`. */
export function pick(node: ManifestNode, snake: string, camel: string): ManifestNode {
  const field = node.field(snake);
  return field.absent ? node.field(camel) : field;
}
