import type { RandomSource } from '../../src/stats/random.js';
import type { SplitEvidence } from '../../src/expect/split/split-evidence.js';
import { ALL_SENT } from '../../src/expect/unsent.js';

/** A gateway whose draws are not independent: fills one connection's counts and returns its equal neighbours. */
export interface StickyModel {
  name: string;
  serve: (
    random: RandomSource,
    shares: readonly number[],
    requests: number,
    row: number[],
  ) => number;
}

function pick(random: RandomSource, shares: readonly number[]): number {
  let left = random();
  const last = shares.length - 1;
  for (let i = 0; i < last; i += 1) {
    left -= shares[i]!;
    if (left < 0) return i;
  }
  return last;
}

/** Each request repeats its predecessor's destination on the connection with this probability. */
function repeating(probability: number): StickyModel {
  return {
    name: `repeats the destination before with ${probability}`,
    serve: (random, shares, requests, row) => {
      let equal = 0;
      let before = -1;
      for (let i = 0; i < requests; i += 1) {
        const next = before >= 0 && random() < probability ? before : pick(random, shares);
        if (next === before) equal += 1;
        row[next]! += 1;
        before = next;
      }
      return equal;
    },
  };
}

const independent = repeating(0).serve;

/** Not sticky at all. */
export const INDEPENDENT: StickyModel = { name: 'independent', serve: independent };

/** A gamma variate (Marsaglia and Tsang 2000, with their boost below shape 1). */
export function gamma(random: RandomSource, shape: number): number {
  if (shape < 1) return gamma(random, shape + 1) * (1 - random()) ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - random()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
  }
}

/** Each connection has shares of its own, Dirichlet around the true ones with this mass. */
function leaning(mass: number): StickyModel {
  return {
    name: `each connection leans, Dirichlet mass ${mass}`,
    serve: (random, shares, requests, row) => {
      const parts = shares.map((share) => gamma(random, mass * share));
      const sum = parts.reduce((a, b) => a + b, 0);
      const own = parts.map((part) => part / sum);
      return independent(random, own, requests, row);
    },
  };
}

/** This part of the connections stays with one destination, drawn by weight; the others draw freely. */
function partlyPinned(part: number): StickyModel {
  return {
    name: `${part * 100} % of the connections pinned`,
    serve: (random, shares, requests, row) => {
      if (random() >= part) return independent(random, shares, requests, row);
      row[pick(random, shares)] = requests;
      return Math.max(0, requests - 1);
    },
  };
}

/** Twelve ways of being sticky, from slight to complete. */
export const STICKY_MODELS: readonly StickyModel[] = [
  repeating(0.2),
  repeating(0.5),
  repeating(0.9),
  repeating(0.99),
  leaning(2),
  leaning(10),
  leaning(50),
  leaning(200),
  partlyPinned(0.1),
  partlyPinned(0.3),
  partlyPinned(0.6),
  partlyPinned(1),
];

/**
 * Evidence of a run against such a gateway, requests assigned to connections by equal quota.
 *
 * @param model The gateway.
 * @param random The source of its choices.
 * @param weights What is configured.
 * @param shares What is served.
 * @param requests Requests in all.
 * @param connections Connections they are spread over.
 */
export function stickyEvidence(
  model: StickyModel,
  random: RandomSource,
  weights: readonly number[],
  shares: readonly number[],
  requests: number,
  connections: number,
): SplitEvidence {
  const counts: number[][] = [];
  let equal = 0;
  let pairs = 0;
  for (let c = 0; c < connections; c += 1) {
    const quota =
      Math.floor(((c + 1) * requests) / connections) - Math.floor((c * requests) / connections);
    const row = weights.map(() => 0);
    equal += model.serve(random, shares, quota, row);
    pairs += Math.max(0, quota - 1);
    counts.push(row);
  }
  return {
    destinations: weights.map((weight, i) => {
      const observed = counts.reduce((sum, row) => sum + row[i]!, 0);
      return { name: `v${i + 1}`, weight, observed };
    }),
    leaked: 0,
    sampled: requests,
    unsent: ALL_SENT,
    unattributed: 0,
    connections: { counts, neighbours: { pairs, equal } },
  };
}
