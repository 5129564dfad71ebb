import type { RandomSource } from '../../../../src/stats/random.js';
import { decideSplit } from '../../../../src/expect/split/verdict/split-verdict.js';
import { spreadSize } from '../../../../src/expect/split/plan/spread-size.js';
import { ALL_SENT } from '../../../../src/expect/unsent.js';
import type { FindingEvidence } from '../../../../src/expect/split/findings/finding-evidence.js';
import { RULE } from '../split-runs.js';

/** How a simulated gateway picks: request number, connection, and the shares it was given. */
export type Picker = (request: number, connection: number, random: RandomSource) => number;

/** What a simulated run is made of. */
export interface SimulatedRun {
  weights: readonly number[];
  requests: number;
  pick: Picker;
  connections?: number;
  podsPerDestination?: number;
  previousWeights?: readonly number[];
  replicas?: readonly number[];
  /** Requests to this destination fail without saying so. */
  fails?: (destination: number, request: number) => boolean;
  /** Of those that fail, what this side gave up. */
  cancelled?: number;
}

/** Independent draws by these shares. */
export function drawing(shares: readonly number[]): Picker {
  return (_request, _connection, random) => {
    let left = random();
    for (const [i, share] of shares.entries()) {
      left -= share;
      if (left < 0) return i;
    }
    return shares.length - 1;
  };
}

/** Runs the gateway request by request, in turn over the connections, and collects what the findings look at. */
export function simulate(run: SimulatedRun, random: RandomSource): FindingEvidence {
  const { weights, requests, pick, connections: c = 32, podsPerDestination = 2 } = run;
  const sum = weights.reduce((a, b) => a + b, 0);
  const zeros = (): number[] => weights.map(() => 0);
  const observed = zeros();
  const pods = weights.map(() => new Array<number>(podsPerDestination).fill(0));
  const counts = Array.from({ length: c }, zeros);
  const last = new Array<number>(c).fill(-1);
  const neighbours = { pairs: 0, equal: 0 };
  const windows = Array.from({ length: 60 }, (_, i) => {
    return { startSeconds: i, observed: zeros(), missing: 0 };
  });
  const size = spreadSize(
    weights.map((weight) => weight / sum),
    1,
  );
  const spread = { size, runs: 0, observed: zeros(), squares: zeros() };
  let inARow = zeros();
  let failed = 0;
  for (let i = 0; i < requests; i += 1) {
    const connection = i % c;
    const to = pick(i, connection, random);
    if (run.fails?.(to, i) === true) {
      failed += 1;
      windows[Math.floor((i * 60) / requests)]!.missing += 1;
      continue;
    }
    observed[to]! += 1;
    pods[to]![Math.floor(random() * podsPerDestination)]! += 1;
    counts[connection]![to]! += 1;
    if (last[connection] !== -1) {
      neighbours.pairs += 1;
      if (last[connection] === to) neighbours.equal += 1;
    }
    last[connection] = to;
    windows[Math.floor((i * 60) / requests)]!.observed[to]! += 1;
    inARow[to]! += 1;
    if (inARow.reduce((a, b) => a + b, 0) === size) {
      spread.runs += 1;
      for (const [j, x] of inARow.entries()) {
        spread.observed[j]! += x;
        spread.squares[j]! += x * x;
      }
      inARow = zeros();
    }
  }
  const connections = { counts, neighbours };
  const destinations = weights.map((weight, i) => ({
    name: `v${i + 1}`,
    weight,
    observed: observed[i]!,
  }));
  const evidence = {
    destinations,
    leaked: 0,
    sampled: requests,
    unsent: ALL_SENT,
    unattributed: 0,
    connections,
  };
  return {
    serviceBehind: null,
    cancelled: run.cancelled ?? 0,
    decision: decideSplit(evidence, RULE),
    vouchers: 1,
    identityWays: null,
    destinations: destinations.map(({ name, weight }, i) => ({
      name,
      expectedShare: weight / sum,
      observed: observed[i]!,
      pods: pods[i]!.map((x, j) => ({ name: `${name}-${j}`, observed: x })),
      replicas: run.replicas?.[i] ?? null,
      previousWeight: run.previousWeights?.[i] ?? null,
      failed: 0,
    })),
    unknown: { answers: 0, examples: [] },
    connections,
    windows,
    spread,
    failedWithoutDestination: failed,
  };
}
