import type { Counted } from '../count/counted.js';
import type { PodImages } from '../inputs/cluster/pod-images.js';
import type { Asked } from '../record/asked.js';
import { joinedImages } from '../record/cluster.js';

/**
 * What was asked, with the images of those pods of the cluster that answered.
 *
 * @param images What all of its pods run; null where no cluster was read.
 */
export function withAnsweringImages(
  asked: Asked,
  counted: Counted,
  images: PodImages | null,
): Asked {
  if (images === null || asked.cluster === null) return asked;
  const answering = new Set(counted.calls.flatMap(({ pods }) => [...pods.keys()]));
  const found = [...images].flatMap(([pod, own]) =>
    // An answer names its pod alone.
    answering.has(pod.slice(pod.indexOf('/') + 1))
      ? own.map((image) => ({ ...image, pods: [pod] }))
      : [],
  );
  return { ...asked, cluster: { ...asked.cluster, images: joinedImages(found) } };
}
