/** How a request ended. Every request sent ends in exactly one of these. */
export type Outcome = 'ok' | 'failed' | 'timedOut' | 'cancelled';

/** Stands for "no pod" and "no destination" in the numeric fields of an {@link Observation}. */
export const NOBODY = -1;

/**
 * What one request came to. The load loop reuses one object for all of them: read it, do not keep
 * it.
 */
export interface Observation {
  /** Position in the send order of the worker, from 0. */
  sequence: number;
  /** Position in the send order of its connection, from 0. */
  connectionSequence: number;
  /** Index of the connection that carried the request. */
  connection: number;
  /** When the schedule wanted it sent, in ms since the run started. */
  scheduledAtMs: number;
  /** When it was sent, in ms since the run started. */
  sentAtMs: number;
  /** From the scheduled time to the end of the answer, in ms. */
  latencyMs: number;
  outcome: Outcome;
  /** Name of the status: `OK`, `UNAVAILABLE`, … */
  status: string;
  /** Why it did not succeed, in the words of whoever refused it; empty when it did. */
  cause: string;
  /** Index into the pods of the worker's {@link PodDirectory}; {@link NOBODY} when unknown. */
  pod: number;
  /** Index into the destinations of the attribution; {@link NOBODY} when unknown. */
  destination: number;
}
