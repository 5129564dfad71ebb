import type { Random } from './random.js';
import { type VersionWeights, weightedSplit, type WeightedSplit } from './weighted-split.js';

/**
 * How the versions of one request after the other hang together:
 *
 * - `independent`: not at all, as Envoy picks among weighted clusters
 * - `runs`: a draw holds for so many requests on average, whatever connection they come over
 * - `slots`: a draw holds for so long; all requests of one slot of time go the same way
 * - `in-turn`: smooth weighted round robin, as nginx and HAProxy take their servers
 */
export type Draws =
  | { kind: 'independent' }
  | { kind: 'runs'; meanRequests: number }
  | { kind: 'slots'; slotMs: number }
  | { kind: 'in-turn' };

/**
 * A split by these weights whose draws hang together.
 *
 * @param weights As {@link weightedSplit} takes them.
 * @param nowMs A clock that never runs backwards.
 * @throws RangeError when the weights make no split.
 */
export function splitBy(
  draws: Draws,
  weights: VersionWeights,
  random: Random,
  nowMs: () => number = () => performance.now(),
): WeightedSplit {
  switch (draws.kind) {
    case 'independent':
      return weightedSplit(weights, random);
    case 'runs':
      return holding(weights, random, () => random() * draws.meanRequests < 1);
    case 'slots': {
      let slot = -1;
      return holding(weights, random, () => {
        const before = slot;
        slot = Math.floor(nowMs() / draws.slotMs);
        return slot !== before;
      });
    }
    case 'in-turn':
      return inTurn(weights, random);
  }
}

/** Independent draws, of which each holds until it is over. */
function holding(weights: VersionWeights, random: Random, isOver: () => boolean): WeightedSplit {
  const split = weightedSplit(weights, random);
  let held: string | null = null;
  return {
    pick() {
      if (isOver() || held === null) held = split.pick();
      return held;
    },
    setWeights(next) {
      split.setWeights(next);
      held = null;
    },
  };
}

/** How far a counter may have come before the first request. */
const LATEST_PHASE = 100;

/**
 * Each pick gives every version its weight and takes their sum from the one that has most. Where it
 * begins is drawn: gateways do not count in step.
 * Source: nginx src/http/ngx_http_upstream_round_robin.c, ngx_http_upstream_get_peer.
 */
function inTurn(weights: VersionWeights, random: Random): WeightedSplit {
  let turns = turnsOf(weights);
  const pick = (): string => {
    let total = 0;
    let best = turns[0];
    for (const turn of turns) {
      turn.current += turn.weight;
      total += turn.weight;
      if (best === undefined || turn.current > best.current) best = turn;
    }
    if (best === undefined) throw new RangeError('a split needs a weight above zero');
    best.current -= total;
    return best.version;
  };
  for (let phase = Math.floor(random() * LATEST_PHASE); phase > 0; phase -= 1) pick();
  return {
    pick,
    setWeights(next) {
      turns = turnsOf(next);
    },
  };
}

function turnsOf(weights: VersionWeights): { version: string; weight: number; current: number }[] {
  // They make a split here if they make one there.
  weightedSplit(weights, () => 0);
  return Object.entries(weights)
    .filter(([, weight]) => weight > 0)
    .map(([version, weight]) => ({ version, weight, current: 0 }));
}
