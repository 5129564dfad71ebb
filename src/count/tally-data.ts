import type { FailureCount } from './failure-log.js';
import { Histogram } from './histogram.js';
import { NOBODY, type Outcome } from './observation.js';
import type { Window } from './windows.js';

/** What one connection carried. */
export interface ConnectionTally {
  /** Address it was dialled to; empty when this worker did not own the connection. */
  remote: string;
  /** Answers by destination. */
  observed: number[];
  missing: number;
  pairs: number;
  equalPairs: number;
}

/** A tally as plain data: it travels between threads. Histograms are counts by place. */
export interface TallyData {
  outcomes: Record<Outcome, number>;
  observed: number[];
  unattributed: number;
  failedByDestination: number[];
  statuses: [string, number][];
  failures: FailureCount[];
  pods: { name: string; destination: number; observed: number; latency: Float64Array | null }[];
  connections: ConnectionTally[];
  /** By destination; the last one is of requests without a known destination. */
  latency: Float64Array[];
  scheduleSlip: Float64Array;
  windows: { widthMs: number; windows: Window[] };
  blocks: { count: number; counts: number[]; sumOfSquares: number[] };
}

/**
 * Gives the destinations of a tally other numbers, where each worker numbered them as they came.
 *
 * @param numbers By old number: the new one; NOBODY turns its answers into missing ones.
 * @param destinations How many the new numbering has room for.
 */
export function renumberDestinations(
  data: TallyData,
  numbers: readonly number[],
  destinations: number,
): TallyData {
  const moved = (counts: readonly number[]): number[] => {
    const result = new Array<number>(destinations).fill(0);
    numbers.forEach((number, old) => {
      if (number !== NOBODY) result[number]! += counts[old]!;
    });
    return result;
  };
  const lost = (counts: readonly number[]): number =>
    numbers.reduce((sum, number, old) => sum + (number === NOBODY ? counts[old]! : 0), 0);
  const countsOf = <T extends { observed: number[]; missing: number }>(part: T): T => ({
    ...part,
    observed: moved(part.observed),
    missing: part.missing + lost(part.observed),
  });
  return {
    ...data,
    observed: moved(data.observed),
    unattributed: data.unattributed + lost(data.observed) - lost(data.failedByDestination),
    failedByDestination: moved(data.failedByDestination),
    pods: data.pods.map((pod) => ({ ...pod, destination: numbers[pod.destination] ?? NOBODY })),
    connections: data.connections.map(countsOf),
    latency: movedLatency(data.latency, numbers, destinations),
    windows: { ...data.windows, windows: data.windows.windows.map(countsOf) },
    blocks: {
      ...data.blocks,
      counts: moved(data.blocks.counts),
      sumOfSquares: moved(data.blocks.sumOfSquares),
    },
  };
}

function movedLatency(
  latency: readonly Float64Array[],
  numbers: readonly number[],
  destinations: number,
): Float64Array[] {
  const unknown = new Histogram(latency.at(-1));
  const result = Array.from({ length: destinations }, (): Float64Array => new Float64Array(0));
  numbers.forEach((number, old) => {
    if (number === NOBODY) unknown.merge(new Histogram(latency[old]));
    else result[number] = latency[old]!;
  });
  return [...result, unknown.counts()];
}
