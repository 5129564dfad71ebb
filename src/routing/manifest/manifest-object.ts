import { CLUSTER_PLACE, formatPlace } from '../../input-error.js';
import type { ManifestNode } from './manifest-node.js';

/** What every Kubernetes object says of itself. */
export interface ManifestObject {
  kind: string;
  /** API group; empty for the core group. */
  group: string;
  /** The namespace the object names, or the one given for objects that name none. */
  namespace: string;
  /** False until a namespace was given for an object that names none. */
  namespaceGiven: boolean;
  name: string;
  labels: Readonly<Record<string, string>>;
  annotations: Readonly<Record<string, string>>;
  /** `metadata.creationTimestamp`, as objects read from a cluster have it. */
  createdAt: string | null;
  node: ManifestNode;
}

/**
 * Reads the metadata of an object.
 * @throws InputError when the name is missing or a label is not a string.
 */
export function readObject(node: ManifestNode, kind: string, group: string): ManifestObject {
  const metadata = node.field('metadata');
  const name =
    metadata.field('name').optionalString() ?? metadata.field('generateName').optionalString();
  if (name === null || name === '')
    throw metadata.field('name').error(`the ${kind} has no name: give it one`);
  const namespace = metadata.field('namespace').optionalString() ?? '';
  return {
    kind,
    group,
    namespace,
    namespaceGiven: namespace !== '',
    name,
    labels: metadata.field('labels').stringMap(),
    annotations: metadata.field('annotations').stringMap(),
    createdAt: metadata.field('creationTimestamp').optionalString(),
    node,
  };
}

/** An object a route stands in, and where that is. */
export interface RouteSource {
  /** `VirtualService default/grpc-vs` */
  source: string;
  /** null where it is not known. */
  file: string | null;
  /** 1-based line of its beginning; null where it is not known. */
  line: number | null;
}

/** An object and its place, as data. */
export function sourceOf(object: ManifestObject): RouteSource {
  const { file = null, line = null } = object.node.place();
  const isInFile = object.node.source.hasLines;
  return { source: `${object.kind} ${objectKey(object)}`, file: isInFile ? file : null, line };
}

/** An object in a sentence: `VirtualService default/grpc-vs (virtual-service.yaml:1)`. */
export function describeObject(object: ManifestObject): string {
  const { file, line } = object.node.place();
  if (file?.startsWith(CLUSTER_PLACE) === true)
    return `${object.kind} ${objectKey(object)} (cluster)`;
  const place = formatPlace({
    ...(file === undefined ? {} : { file }),
    ...(line === undefined ? {} : { line }),
  });
  return `${object.kind} ${objectKey(object)} (${place})`;
}

/** `default/grpc-vs`; the name alone of what is in no namespace. */
export function objectKey({ namespace, name }: { namespace: string; name: string }): string {
  return namespace === '' ? name : `${namespace}/${name}`;
}
