import type { ManifestNode } from '../manifest/manifest-node.js';
import { readObject, type ManifestObject } from '../manifest/manifest-object.js';

/** A Namespace; what counts of it is its labels. */
export type Namespace = ManifestObject;

export function readNamespace(node: ManifestNode): Namespace {
  return readObject(node, 'Namespace', '');
}
