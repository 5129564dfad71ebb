import { shares } from './sequencer.js';

/** How much load, and how it ends. */
export interface LoadPlan {
  connections: number;
  /** Requests in flight in all. */
  concurrency: number;
  /** Requests to send; null when only the clock ends the run. */
  requests: number | null;
  /** Time after which no more is sent, in ms; null when only the number ends the run. */
  durationMs: number | null;
  /** The constant arrival rate of an open loop; null for a closed one. */
  requestsPerSecond: number | null;
  /** What is sent before the sample, and counted as excluded only. */
  warmup: PhaseLimit | null;
  /** Each request's own deadline, in ms. */
  timeoutMs: number;
  /** Threads that send. */
  workers: number;
}

/** When a stretch of load has sent enough: whichever comes first. */
export interface PhaseLimit {
  requests: number | null;
  durationMs: number | null;
}

/** The part of a load that one worker carries. */
export interface LoadShare {
  /** Numbers of its connections among those of the whole load, ascending. */
  connections: number[];
  /** Requests in flight. */
  concurrency: number;
}

/**
 * Divides a load over workers. Connections and requests in flight add up exactly; how many requests
 * a connection carries does not depend on the number of workers.
 *
 * @returns One share for each worker. There are no more workers than connections or requests in
 *   flight: each has something to do.
 */
export function loadShares(plan: LoadPlan): LoadShare[] {
  const { connections, concurrency } = plan;
  const workers = Math.min(plan.workers, connections, concurrency);
  const inFlight = shares(concurrency, concurrency < connections ? workers : connections);
  return Array.from({ length: workers }, (_, worker) => {
    const own: number[] = [];
    for (let at = worker; at < connections; at += workers) own.push(at);
    return {
      connections: own,
      concurrency:
        concurrency < connections
          ? inFlight[worker]!
          : own.reduce((sum, connection) => sum + inFlight[connection]!, 0),
    };
  });
}

/** Requests by connection of a worker; Infinity where only the clock ends a phase. */
export function quotasOf(limit: PhaseLimit, plan: LoadPlan, share: LoadShare): number[] {
  const all = shares(limit.requests, plan.connections);
  return share.connections.map((connection) => all[connection]!);
}
