import type { FailureCount } from './failure-log.js';
import type { Outcome } from './observation.js';
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
  blocks: { count: number; sumOfSquares: number[] };
}

/**
 * Gives the destinations of a tally other numbers, where each worker numbered them as they came.
 *
 * @param numbers By old number: the new one.
 * @param destinations How many the new numbering has room for.
 */
export function renumberDestinations(
  data: TallyData,
  numbers: readonly number[],
  destinations: number,
): TallyData {
  const moved = (counts: readonly number[]): number[] => {
    const result = new Array<number>(destinations).fill(0);
    counts.forEach((count, old) => {
      if (count > 0) result[numbers[old]!]! += count;
    });
    return result;
  };
  const latency = Array.from({ length: destinations }, (): Float64Array => new Float64Array(0));
  numbers.forEach((number, old) => (latency[number] = data.latency[old]!));
  return {
    ...data,
    observed: moved(data.observed),
    failedByDestination: moved(data.failedByDestination),
    pods: data.pods.map((pod) => ({ ...pod, destination: numbers[pod.destination] ?? -1 })),
    connections: data.connections.map((connection) => ({
      ...connection,
      observed: moved(connection.observed),
    })),
    latency: [...latency, data.latency.at(-1)!],
    windows: {
      widthMs: data.windows.widthMs,
      windows: data.windows.windows.map(({ observed, missing }) => ({
        observed: moved(observed),
        missing,
      })),
    },
    blocks: { count: data.blocks.count, sumOfSquares: moved(data.blocks.sumOfSquares) },
  };
}
