import { seededRandom } from '../../../stats/random.js';
import { Memory } from './memory.js';
import type { SplitCells } from './pass-probability.js';
import { answersToBoundLeaks, DEFAULT_LEAK_LIMIT, type PlanInput } from './plan-requests.js';

/** What a sequential run of an exactly right split comes to, none of its answers missing. */
export interface SequentialOutlook {
  /** Requests until it ends, on average. */
  requests: number;
  /** The most that it may send. */
  most: number;
  /** Probability that it has passed by then. */
  passes: number;
}

/**
 * How many requests an exactly right split takes to pass, looked at after each of them, as far as sums are
 * looked at alone: connections and blocks in time add one or two per cent. Two destinations are computed
 * exactly, by the probabilities of all counts request by request; more are simulated.
 *
 * @param most The most that may be sent, a whole number > 0.
 * @returns null where nothing is to be shown to be within a tolerance.
 */
export function sequentialOutlook(input: PlanInput, most: number): SequentialOutlook | null {
  const { expectedShares, tolerances, alpha } = input;
  const weighted = [...expectedShares.keys()].filter((i) => (expectedShares[i] ?? 0) > 0);
  const cells = {
    shares: weighted.map((i) => expectedShares[i] ?? 0),
    tolerances: weighted.map((i) => tolerances[i] ?? 0),
  };
  if (cells.shares.length > 1 && cells.tolerances.some((tolerance) => tolerance === 0)) return null;
  const needsBound = cells.shares.length === 1 || weighted.length < expectedShares.length;
  const limit = input.leakLimit ?? DEFAULT_LEAK_LIMIT;
  const least = needsBound ? answersToBoundLeaks(alpha, limit) : 1;
  if (cells.shares.length === 1) {
    return { requests: Math.min(least, most), most, passes: least <= most ? 1 : 0 };
  }
  return rememberedOutlooks.get(JSON.stringify([cells, alpha, least, most]), () => {
    const bounds = { threshold: -Math.log(alpha), least, most };
    return cells.shares.length === 2 ? computed(cells, bounds) : simulated(cells, bounds);
  });
}

const rememberedOutlooks = new Memory<SequentialOutlook>();

interface Bounds {
  /** What every logarithm must reach. */
  threshold: number;
  /** No pass before so many. */
  least: number;
  most: number;
}

/** What one answer adds to the two logarithms of a destination: its own, and another's. */
interface Steps {
  own: [number, number];
  other: [number, number];
}

function stepsOf({ shares, tolerances }: SplitCells): Steps[] {
  return shares.map((p, i) => {
    const limits = [p + (tolerances[i] ?? 0), p - (tolerances[i] ?? 0)] as const;
    const [above, below] = limits.map((limit) => Math.log(p / limit)) as [number, number];
    const others = limits.map((limit) => Math.log((1 - p) / (1 - limit))) as [number, number];
    return { own: [above, below], other: others };
  });
}

/** Probabilities below it are no longer followed. */
const NEGLIGIBLE = 1e-12;

function computed(cells: SplitCells, { threshold, least, most }: Bounds): SequentialOutlook {
  const p = cells.shares[0] ?? 0;
  const [first, second] = stepsOf(cells) as [Steps, Steps];
  // Each logarithm is x·a + (n − x)·b of the count x of the first destination.
  const lines = [0, 1].flatMap((side) => [
    { a: first.own[side] ?? 0, b: first.other[side] ?? 0 },
    { a: second.other[side] ?? 0, b: second.own[side] ?? 0 },
  ]);
  const mass = new Float64Array(most + 2);
  mass[0] = 1;
  let [lowest, highest] = [0, 0];
  let open = 1;
  let requests = 0;
  for (let n = 1; n <= most && open > 1e-9; n += 1) {
    requests += open;
    highest += 1;
    for (let x = highest; x > lowest; x -= 1) {
      mass[x] = (mass[x] ?? 0) * (1 - p) + (mass[x - 1] ?? 0) * p;
    }
    mass[lowest] = (mass[lowest] ?? 0) * (1 - p);
    while (lowest < highest && (mass[lowest] ?? 0) < NEGLIGIBLE) mass[lowest++] = 0;
    while (highest > lowest && (mass[highest] ?? 0) < NEGLIGIBLE) mass[highest--] = 0;
    if (n < least) continue;
    let [from, to] = [lowest, highest];
    for (const { a, b } of lines) {
      const bound = (threshold - n * b) / (a - b);
      if (a > b) from = Math.max(from, Math.ceil(bound));
      else to = Math.min(to, Math.floor(bound));
    }
    for (let x = from; x <= to; x += 1) {
      open -= mass[x] ?? 0;
      mass[x] = 0;
    }
  }
  return { requests: Math.round(requests), most, passes: 1 - Math.max(0, open) };
}

const MOST_RUNS = 500;
const LEAST_RUNS = 100;
/** Additions that the simulation takes at most, about: some 50 ms. */
const WORK = 4e7;

function simulated(cells: SplitCells, { threshold, least, most }: Bounds): SequentialOutlook {
  const { shares } = cells;
  const steps = stepsOf(cells);
  const random = seededRandom(1);
  const runs = Math.max(LEAST_RUNS, Math.min(MOST_RUNS, Math.floor(WORK / (most * shares.length))));
  const values = new Float64Array(2 * shares.length);
  let [requests, passed] = [0, 0];
  for (let run = 0; run < runs; run += 1) {
    values.fill(0);
    for (let n = 1; n <= most; n += 1) {
      requests += 1;
      const to = pick(random(), shares);
      let smallest = Infinity;
      for (const [i, { own, other }] of steps.entries()) {
        const [above, below] = i === to ? own : other;
        const high = (values[2 * i] ?? 0) + above;
        const low = (values[2 * i + 1] ?? 0) + below;
        values[2 * i] = high;
        values[2 * i + 1] = low;
        smallest = Math.min(smallest, high, low);
      }
      if (smallest < threshold || n < least) continue;
      passed += 1;
      break;
    }
  }
  return { requests: Math.round(requests / runs), most, passes: passed / runs };
}

function pick(at: number, shares: readonly number[]): number {
  let left = at;
  const last = shares.length - 1;
  for (let i = 0; i < last; i += 1) {
    left -= shares[i] ?? 0;
    if (left < 0) return i;
  }
  return last;
}
