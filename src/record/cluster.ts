/** An object that was read of a cluster. */
export interface ReadObject {
  apiVersion: string;
  kind: string;
  /** null where it stands in none. */
  namespace: string | null;
  name: string;
  resourceVersion: string | null;
}

/** An image that pods run. */
export interface RunImage {
  /** As the pods name it: `registry.example.com/app:v2`. */
  image: string;
  /** `sha256:HEX`, as the node pulled it; null where its status does not say. */
  digest: string | null;
  /** `namespace/name` of the pods that answered. */
  pods: string[];
}

/** A cluster as it was when it was read. */
export interface ClusterState {
  /** Of the kubeconfig; null in a pod. */
  context: string | null;
  /** URL of the API server. */
  server: string;
  /** null: all of them. */
  namespaces: string[] | null;
  /** Over all objects that were read: `sha256:HEX`. */
  digest: string;
  /** How many were read. */
  objectCount: number;
  /** Those that routing reads first, at most {@link MOST_OBJECTS}. */
  objects: ReadObject[];
}

/** What was read of a cluster, so that a verdict can be held against it later. Plain data. */
export interface AskedCluster extends ClusterState {
  /** Of the pods that answered. */
  images: RunImage[];
  /** What other parts of a joined run have read, where it differs; each once, in an order of its own. */
  otherStates: ClusterState[];
}

/** As many as a record names. */
export const MOST_OBJECTS = 500;

/**
 * What several parts of a run have read, each state once, with the images of the pods that answered any. The first is
 * the one whose server and digest come first: which part that is says nothing.
 *
 * @param all At least one.
 */
export function joinedClusters(all: readonly AskedCluster[]): AskedCluster {
  const byKey = new Map<string, ClusterState>();
  for (const cluster of all) {
    for (const state of [stateOf(cluster), ...cluster.otherStates]) {
      const key = `${state.server} ${state.digest}`;
      const before = byKey.get(key);
      // Contexts of one name on one machine have another on the next.
      if (before === undefined || textOf(state) < textOf(before)) byKey.set(key, state);
    }
  }
  const states = [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, state]) => state);
  const [first, ...otherStates] = states as [ClusterState, ...ClusterState[]];
  return { ...first, images: joinedImages(all.flatMap(({ images }) => images)), otherStates };
}

function stateOf({
  context,
  server,
  namespaces,
  digest,
  objectCount,
  objects,
}: ClusterState): ClusterState {
  return { context, server, namespaces, digest, objectCount, objects };
}

function textOf(state: ClusterState): string {
  return JSON.stringify(state);
}

/** Images by their names and digests, each with all of its pods, in an order that depends on nothing else. */
export function joinedImages(images: readonly RunImage[]): RunImage[] {
  const byKey = new Map<string, RunImage>();
  for (const { image, digest, pods } of images) {
    const key = `${image} ${digest ?? ''}`;
    const before = byKey.get(key)?.pods ?? [];
    byKey.set(key, { image, digest, pods: [...new Set([...before, ...pods])].sort() });
  }
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, joined]) => joined);
}
