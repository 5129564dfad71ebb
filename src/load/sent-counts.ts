/**
 * How many requests a worker has sent, by its own connections, in memory that threads share: a
 * thread that dies leaves them behind, and none of its requests goes unaccounted for.
 */
export interface SentCounts {
  warmUp: Float64Array;
  sample: Float64Array;
}

/** @param connections How many connections the worker has. */
export function newSentCounts(connections: number): SentCounts {
  const zeros = (): Float64Array =>
    new Float64Array(new SharedArrayBuffer(connections * Float64Array.BYTES_PER_ELEMENT));
  return { warmUp: zeros(), sample: zeros() };
}
