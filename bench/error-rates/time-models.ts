import type { SplitEvidence } from '../../src/expect/split/split-evidence.js';
import { ALL_SENT } from '../../src/expect/unsent.js';
import type { RandomSource } from '../../src/stats/random.js';

/** A gateway whose draws depend on when they are made, or on the connection. */
export interface TimeModel {
  name: string;
  /** Fills in the destinations in send order. @param connections The connection of each request. */
  serve: (
    random: RandomSource,
    shares: readonly number[],
    destinations: Int8Array,
    connections: Uint16Array,
  ) => void;
}

/** A destination by its share. */
export function pick(random: RandomSource, shares: readonly number[]): number {
  let left = random();
  const last = shares.length - 1;
  for (let i = 0; i < last; i += 1) {
    left -= shares[i]!;
    if (left < 0) return i;
  }
  return last;
}

/** Every draw by itself. */
export const INDEPENDENT_IN_TIME: TimeModel = {
  name: 'independent',
  serve: (random, shares, destinations) => {
    for (let i = 0; i < destinations.length; i += 1) destinations[i] = pick(random, shares);
  },
};

/** Each draw repeats the previous one, of whatever connection, with this probability. */
function repeatingAny(probability: number, name: string): TimeModel {
  return {
    name,
    serve: (random, shares, destinations) => {
      let latest = pick(random, shares);
      for (let i = 0; i < destinations.length; i += 1) {
        if (random() >= probability) latest = pick(random, shares);
        destinations[i] = latest;
      }
    },
  };
}

/** The destination is chosen by the clock, for so many requests at a time on average. */
function keyedByTime(requests: number): TimeModel {
  return repeatingAny(1 - 1 / requests, `keyed by time, in runs of ${requests}`);
}

/** Draws that hang together in time: right on average over long times, and never in a stretch. */
export const KEYED_MODELS: readonly TimeModel[] = [
  repeatingAny(0.5, 'repeats the draw before with 0.5'),
  repeatingAny(0.9, 'repeats the draw before with 0.9'),
  ...[8, 32, 100, 300].map(keyedByTime),
];

/** Twenty points to either side of the shares, by where in the run a request is. */
function swinging(name: string, isMore: (at: number, requests: number) => boolean): TimeModel {
  return {
    name,
    serve: (random, shares, destinations) => {
      const by = (points: number): number[] =>
        shares.map((share, i) => share + (i === 0 ? points : i === 1 ? -points : 0));
      const [more, less] = [by(0.2), by(-0.2)];
      for (let at = 0; at < destinations.length; at += 1) {
        destinations[at] = pick(random, isMore(at, destinations.length) ? more : less);
      }
    },
  };
}

/** Splits that are never the configured one, and are it on average. For weights of 20 % to 80 %. */
export const SWINGING_MODELS: readonly TimeModel[] = [
  swinging('20 points more in the first half, less in the second', (at, all) => 2 * at < all),
  swinging('20 points more and less, period 100', (at) => at % 100 < 50),
];

/**
 * Gateways that take turns (smooth weighted round robin, as nginx has it), each connection at one of
 * them, counters out of phase.
 */
export function takingTurns(gateways: number): TimeModel {
  return {
    name: `takes turns, ${gateways} counters`,
    serve: (random, shares, destinations, connections) => {
      const counters = Array.from({ length: gateways }, () => {
        const current = shares.map(() => 0);
        for (let step = Math.floor(random() * 100); step > 0; step -= 1) nextTurn(current, shares);
        return current;
      });
      for (let at = 0; at < destinations.length; at += 1) {
        destinations[at] = nextTurn(counters[connections[at]! % gateways]!, shares);
      }
    },
  };
}

function nextTurn(current: number[], shares: readonly number[]): number {
  let most = 0;
  for (let i = 0; i < shares.length; i += 1) {
    current[i]! += shares[i]!;
    if (current[i]! > current[most]! + 1e-9) most = i;
  }
  current[most]! -= 1;
  return most;
}

/** How a run is laid out. */
export interface RunLayout {
  requests: number;
  connections: number;
}

const BLOCKS = 32;

/** Connections in send order: each once in a round, in whatever order answers make them free again. */
export function connectionsInOrder(random: RandomSource, { requests, connections }: RunLayout) {
  const order = new Uint16Array(requests);
  const round = Uint16Array.from({ length: connections }, (_, index) => index);
  for (let at = 0; at < requests; at += 1) {
    const from = at % connections;
    const chosen = from + Math.floor(random() * (connections - from));
    [round[from], round[chosen]] = [round[chosen]!, round[from]!];
    order[at] = round[from]!;
  }
  return order;
}

/** Counts a run's destinations in send order as the client does, in 32 blocks. */
function evidenceInOrder(
  weights: readonly number[],
  destinations: Int8Array,
  order: Uint16Array,
  connections: number,
): SplitEvidence {
  const zeros = (): number[] => weights.map(() => 0);
  const requests = destinations.length;
  const size = Math.ceil(requests / BLOCKS);
  const rows = Array.from({ length: connections }, zeros);
  const blocks = Array.from({ length: Math.ceil(requests / size) }, zeros);
  const observed = zeros();
  const latest = new Int8Array(connections).fill(-1);
  let [equal, equalOnConnection] = [0, 0];
  for (let at = 0; at < requests; at += 1) {
    const to = destinations[at]!;
    observed[to]! += 1;
    rows[order[at]!]![to]! += 1;
    blocks[Math.floor(at / size)]![to]! += 1;
    if (at > 0 && destinations[at - 1] === to) equal += 1;
    if (latest[order[at]!] === to) equalOnConnection += 1;
    latest[order[at]!] = to;
  }
  return {
    destinations: weights.map((weight, i) => ({
      name: `v${i + 1}`,
      weight,
      observed: observed[i]!,
    })),
    leaked: 0,
    sampled: requests,
    unsent: ALL_SENT,
    unattributed: 0,
    connections: {
      counts: rows,
      neighbours: { pairs: Math.max(0, requests - connections), equal: equalOnConnection },
    },
    blocks: { runs: [blocks], neighbours: { pairs: requests - 1, equal }, sendingMs: null },
  };
}

/** One simulated run against such a gateway. */
export function timedEvidence(
  model: TimeModel,
  random: RandomSource,
  weights: readonly number[],
  shares: readonly number[],
  layout: RunLayout,
): SplitEvidence {
  const destinations = new Int8Array(layout.requests);
  const order = connectionsInOrder(random, layout);
  model.serve(random, shares, destinations, order);
  return evidenceInOrder(weights, destinations, order, layout.connections);
}

/**
 * A run in which each connection leads to a stale gateway with a probability: one that sends everything
 * to one destination.
 *
 * @param part Of the gateways that are stale.
 * @param home The destination that they send everything to.
 */
export function staleGateways(part: number, home: number): TimeModel {
  return {
    name: `${(part * 100).toPrecision(3)} % of the gateways send everything to v${home + 1}`,
    serve: (random, shares, destinations, connections) => {
      const isStale: boolean[] = [];
      for (let at = 0; at < destinations.length; at += 1) {
        const stale = (isStale[connections[at]!] ??= random() < part);
        destinations[at] = stale ? home : pick(random, shares);
      }
    },
  };
}
