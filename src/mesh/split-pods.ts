import { changingWeights, type WeightChange } from './changing-weights.js';
import { type Draws, splitBy } from './draws.js';
import { type GatewayReplicas, isStale, ONE_GATEWAY } from './gateway-replicas.js';
import type { Random } from './random.js';
import type { VersionWeights, WeightedSplit } from './weighted-split.js';

/** One version of an application: its share of the traffic and its pods. */
export interface VersionOf<Pod> {
  name: string;
  /** 0 or more, relative to the other versions'. */
  weight: number;
  /** At least one; requests take turns among them. */
  pods: readonly Pod[];
}

/** How requests are split, where it is not each by itself and by weights that stay. */
export interface SplitBehaviour {
  /** How the draws of one gateway hang together; `independent` unless told. */
  draws?: Draws;
  /** Weights that change by themselves, at each gateway that is not stale; they stay unless told. */
  weightChange?: WeightChange;
  /** {@link ONE_GATEWAY} unless told. */
  gateways?: GatewayReplicas;
}

/** Pods that share requests by the weights of their versions. */
export interface SplitPods<Pod> {
  pods: readonly Pod[];
  /**
   * A version by its weight, then the version's next pod.
   *
   * @param gateway The replica that asks, by its number; the first unless told.
   */
  pick(gateway?: number): { version: string; pod: Pod };
  /** The next pod of a version, whatever its weight. @throws RangeError for an unknown version. */
  nextOf(version: string): Pod;
  /**
   * For all gateways that are not stale.
   *
   * @throws RangeError for an unknown version, or weights that make no split.
   */
  setWeights(weights: VersionWeights): void;
}

/**
 * @param random Source of the draws.
 * @throws RangeError when versions, pods, weights or replicas make no split.
 */
export function splitPods<Pod>(
  versions: readonly VersionOf<Pod>[],
  random: Random,
  behaviour: SplitBehaviour = {},
): SplitPods<Pod> {
  const turns = new Map<string, { pods: readonly Pod[]; next: number }>();
  for (const { name, pods } of versions) {
    if (pods.length === 0) throw new RangeError(`version ${name} needs at least one pod`);
    if (turns.has(name)) throw new RangeError(`there are two versions ${name}`);
    turns.set(name, { pods, next: 0 });
  }
  const { draws = { kind: 'independent' }, weightChange, gateways = ONE_GATEWAY } = behaviour;
  const { count, stale } = gateways;
  if (count < 1) throw new RangeError('a gateway needs at least one replica');
  const weights = Object.fromEntries(versions.map(({ name, weight }) => [name, weight]));
  requireKnown(weightChange?.to ?? {});
  requireKnown(stale?.weights ?? {});
  const splits = Array.from({ length: count }, (_, replica): WeightedSplit => {
    const own = stale !== undefined && isStale(gateways, replica) ? stale.weights : weights;
    const split = splitBy(draws, own, random);
    return weightChange === undefined || own !== weights
      ? split
      : changingWeights(split, weights, weightChange);
  });

  function requireKnown(named: VersionWeights): void {
    const unknown = Object.keys(named).find((name) => !turns.has(name));
    if (unknown !== undefined) throw new RangeError(`the mesh has no version ${unknown}`);
  }

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
    pick(gateway = 0) {
      const split = splits[gateway];
      if (split === undefined) throw new RangeError(`there is no gateway replica ${gateway}`);
      const version = split.pick();
      return { version, pod: nextOf(version) };
    },
    nextOf,
    setWeights(next) {
      requireKnown(next);
      for (const [replica, split] of splits.entries()) {
        if (!isStale(gateways, replica)) split.setWeights(next);
      }
    },
  };
}
