import type { Random } from './random.js';
import type { VersionWeights } from './weighted-split.js';

/** Replicas of the gateway behind its one address. Each splits by itself what comes over its connections. */
export interface GatewayReplicas {
  /** At least 1. */
  count: number;
  /**
   * What the balancer in front does with each connection: `in-turn` gives it to the next replica,
   * `at-random` to any.
   */
  connections: 'in-turn' | 'at-random';
  /** Replicas that serve weights of their own, and are not told of any others. */
  stale?: { count: number; weights: VersionWeights };
}

/** The gateway that a mesh has unless told otherwise. */
export const ONE_GATEWAY: GatewayReplicas = { count: 1, connections: 'in-turn' };

/** Gives each connection to a replica, by its number. */
export function connectionBalancer(
  { count, connections }: GatewayReplicas,
  random: Random,
): () => number {
  if (count === 1) return () => 0;
  if (connections === 'at-random') return () => Math.floor(random() * count);
  let next = 0;
  return () => {
    const replica = next % count;
    next += 1;
    return replica;
  };
}

/** @returns Whether it is among the stale ones: the last. */
export function isStale({ count, stale }: GatewayReplicas, replica: number): boolean {
  return replica >= count - (stale?.count ?? 0);
}
