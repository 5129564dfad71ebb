/**
 * How many requests a worker has sent, in memory that threads share: a thread that dies leaves them
 * behind, and none of its requests goes unaccounted for. The counts of the calls on the worker's
 * first connection come first, then those on its second.
 */
export interface SentCounts {
  warmUp: Float64Array;
  sample: Float64Array;
}

/**
 * @param connections How many connections the worker has.
 * @param calls How many different calls there are.
 */
export function newSentCounts(connections: number, calls: number): SentCounts {
  const size = connections * calls * Float64Array.BYTES_PER_ELEMENT;
  const zeros = (): Float64Array => new Float64Array(new SharedArrayBuffer(size));
  return { warmUp: zeros(), sample: zeros() };
}

/** Where the requests of a call on one of the worker's own connections are counted. */
export function placeOf(connection: number, call: number, calls: number): number {
  return connection * calls + call;
}

/** How many were sent in all. */
export function sentIn(counts: Float64Array): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
