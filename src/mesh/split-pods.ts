import { randomDraws } from './random.js';
import { type VersionWeights, weightedSplit } from './weighted-split.js';

/** One version of an application: its share of the traffic and its pods. */
export interface VersionOf<Pod> {
  name: string;
  /** 0 or more, relative to the other versions'. */
  weight: number;
  /** At least one; requests take turns among them. */
  pods: readonly Pod[];
}

/** Pods that share requests by the weights of their versions. */
export interface SplitPods<Pod> {
  pods: readonly Pod[];
  /** A version by its weight, then the version's next pod. */
  pick(): { version: string; pod: Pod };
  /** The next pod of a version, whatever its weight. @throws RangeError for an unknown version. */
  nextOf(version: string): Pod;
  /** @throws RangeError for an unknown version, or weights that make no split. */
  setWeights(weights: VersionWeights): void;
}

/**
 * @param seed As in {@link randomDraws}.
 * @throws RangeError when versions, pods or weights make no split.
 */
export function splitPods<Pod>(
  versions: readonly VersionOf<Pod>[],
  seed: number | undefined,
): SplitPods<Pod> {
  const turns = new Map<string, { pods: readonly Pod[]; next: number }>();
  for (const { name, pods } of versions) {
    if (pods.length === 0) throw new RangeError(`version ${name} needs at least one pod`);
    if (turns.has(name)) throw new RangeError(`there are two versions ${name}`);
    turns.set(name, { pods, next: 0 });
  }
  const split = weightedSplit(
    Object.fromEntries(versions.map(({ name, weight }) => [name, weight])),
    randomDraws(seed),
  );

  function nextOf(version: string): Pod {
    const turn = turns.get(version);
    const pod = turn?.pods[turn.next % turn.pods.length];
    if (turn === undefined || pod === undefined) {
      throw new RangeError(`the mesh has no version ${version}`);
    }
    turn.next += 1;
    return pod;
  }

  return {
    pods: versions.flatMap(({ pods }) => pods),
    pick() {
      const version = split.pick();
      return { version, pod: nextOf(version) };
    },
    nextOf,
    setWeights(weights) {
      const unknown = Object.keys(weights).find((name) => !turns.has(name));
      if (unknown !== undefined) throw new RangeError(`the mesh has no version ${unknown}`);
      split.setWeights(weights);
    },
  };
}
