import { shares } from './phase/sequencer.js';

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
  /** Requests per second that a closed loop sends at most; null for as many as are answered. */
  atMostPerSecond: number | null;
  /** Whether the load ends early where the target fails under it. */
  stopsOnHarm: boolean;
  /** Whether the load ends early where none of the first answers can count; absent: it does not. */
  stopsWhenHopeless?: boolean;
  /**
   * Failures that decide the run, whatever becomes of the rest of it: once there are so many, the load ends
   * where nothing is answered for a deadline. null or absent: it goes on.
   */
  silentAfterErrors?: number | null;
  /**
   * Whether streams that go on are left once they have said who gives them, to make room for others: where nothing
   * else is asked of them. Absent: they are not.
   */
  leavesStreams?: boolean;
  /** What is sent before the sample, and counted as excluded only. */
  warmup: PhaseLimit | null;
  /** Each request's own deadline, in ms. */
  timeoutMs: number;
  /** Threads that send. */
  workers: number;
  /** How the requests divide over the calls of the run: one positive number for each call. */
  callParts: readonly number[];
  /** Of the order in which calls follow each other. */
  seed: number;
  /**
   * Addresses that have calls of their own: as many calls after one another are the same call at each of them, in their
   * order, and as many connections. Absent: every connection carries all calls.
   */
  replicas?: number;
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

/**
 * Requests by connection of a worker and by call; Infinity where only the clock ends a phase. Each
 * call is dealt to all connections evenly, and so are all calls together. Where addresses have calls of
 * their own, a connection has none of those of the others: 0, whatever ends the phase.
 */
export function quotasOf(
  { requests }: PhaseLimit,
  { connections, callParts, replicas = 1 }: LoadPlan,
  share: LoadShare,
): number[][] {
  let dealt = 0;
  const parts = callParts.filter((_, call) => call % replicas === 0);
  const byCall = divideOverCalls(requests, parts).map((total) => {
    const even = shares(total, connections);
    // What cannot be divided goes on where that of the call before ended.
    const first = dealt % connections;
    if (total !== null) dealt += total;
    return even.map((_, at) => even[(at - first + connections) % connections]!);
  });
  return share.connections.map((connection) =>
    callParts.map((_, call) =>
      call % replicas === connection % replicas
        ? byCall[Math.floor(call / replicas)]![connection]!
        : 0,
    ),
  );
}

/**
 * Divides requests over calls in whole numbers that add up exactly (largest remainders).
 *
 * @param total How many; null stands for no end.
 * @param parts How they divide, as any positive numbers.
 */
export function divideOverCalls(total: number | null, parts: readonly number[]): (number | null)[] {
  if (total === null) return parts.map(() => null);
  const sum = parts.reduce((all, part) => all + part, 0);
  const exact = parts.map((part) => (total * part) / sum);
  const whole = exact.map(Math.floor);
  const left = total - whole.reduce((all, some) => all + some, 0);
  const byRemainder = [...exact.keys()].sort(
    (a, b) => exact[b]! - whole[b]! - (exact[a]! - whole[a]!) || a - b,
  );
  for (const call of byRemainder.slice(0, left)) whole[call]! += 1;
  return whole;
}
