import type { ClusterObject } from './cluster-object.js';

/** Images by `namespace/name` of the pods that run them. */
export type PodImages = ReadonlyMap<string, readonly { image: string; digest: string | null }[]>;

interface ContainerStatus {
  image?: unknown;
  imageID?: unknown;
}

/** What each pod runs, by its status: the names of images, and the digests under which nodes have pulled them. */
export function podImages(objects: readonly ClusterObject[]): PodImages {
  return new Map(
    objects.filter(({ kind }) => kind === 'Pod').map((pod) => [keyOf(pod), imagesOf(pod)]),
  );
}

function keyOf({ metadata }: ClusterObject): string {
  return `${String(metadata.namespace)}/${String(metadata.name)}`;
}

function imagesOf({ status }: ClusterObject): { image: string; digest: string | null }[] {
  const { containerStatuses } = (status ?? {}) as { containerStatuses?: unknown };
  if (!Array.isArray(containerStatuses)) return [];
  return (containerStatuses as ContainerStatus[]).flatMap(({ image, imageID }) => {
    if (typeof image !== 'string') return [];
    const [digest = null] = /sha256:[0-9a-f]{64}$/.exec(String(imageID)) ?? [];
    return [{ image, digest }];
  });
}
