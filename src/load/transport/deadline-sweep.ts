const MAX_SWEEP_MS = 50;
/** A request may be given up by so much of its deadline too late. */
const DEADLINE_PART = 10;

/** Has requests in flight that may be overdue. */
export interface Sweepable {
  giveUpOverdue(nowMs: number): void;
}

interface Sweep {
  timer: NodeJS.Timeout;
  members: Set<Sweepable>;
}

/** By interval: all connections of the thread that have the same one share a timer. */
const sweeps = new Map<number, Sweep>();

/**
 * How often requests in flight are compared with their deadline.
 *
 * @param timeoutMs The deadline of a request, in ms.
 */
export function sweepIntervalMs(timeoutMs: number): number {
  return Math.min(MAX_SWEEP_MS, Math.max(1, timeoutMs / DEADLINE_PART));
}

/**
 * Has a connection look for overdue requests from now on. One timer does it for all: with one for each
 * of hundreds of connections, the timers cost more than the looking.
 *
 * @returns Ends it.
 */
export function sweepEvery(intervalMs: number, member: Sweepable): () => void {
  const sweep = sweeps.get(intervalMs) ?? begin(intervalMs);
  sweep.members.add(member);
  return () => {
    sweep.members.delete(member);
    if (sweep.members.size > 0) return;
    clearInterval(sweep.timer);
    if (sweeps.get(intervalMs) === sweep) sweeps.delete(intervalMs);
  };
}

function begin(intervalMs: number): Sweep {
  const members = new Set<Sweepable>();
  const timer = setInterval(() => {
    const nowMs = performance.now();
    for (const member of members) member.giveUpOverdue(nowMs);
  }, intervalMs);
  const sweep = { timer, members };
  sweeps.set(intervalMs, sweep);
  return sweep;
}
