/** When the requests of one worker are due. */
export interface Schedule {
  /** Of all workers together. */
  requestsPerSecond: number;
  /** How many connections all workers have; they take the requests in turn. */
  connections: number;
  /** Numbers of this worker's own connections, ascending. */
  own: readonly number[];
}

/** What to do now. */
export interface Pace {
  /** Requests that are due and not taken up. */
  due: number;
  /** Until the next one is due, in ms. */
  waitMs: number;
}

/** How exactly the clock is known, in ms. */
const CLOCK_ERROR_MS = 0.0005;

/**
 * When a request is due.
 *
 * Request k of the whole load goes to connection k modulo `connections`, k intervals after the
 * start. A worker sends those of its own connections, so what all workers send adds up exactly.
 *
 * @param sequence Position in the order of this worker's requests, from 0.
 * @returns ms after the start.
 */
export function dueAtMs(
  { requestsPerSecond, connections, own }: Schedule,
  sequence: number,
): number {
  const round = Math.floor(sequence / own.length);
  const number = round * connections + own[sequence % own.length]!;
  return (number * 1000) / requestsPerSecond;
}

/**
 * Says how many requests are due, from the time alone: a wait that took too long is made up for by
 * sending what has become due, and the schedule never shifts.
 *
 * @param elapsedMs Since the start.
 * @param taken Requests this worker has taken up.
 */
export function pace(schedule: Schedule, elapsedMs: number, taken: number): Pace {
  // Request 0 is due at once.
  const begun = Math.floor((elapsedMs * schedule.requestsPerSecond) / 1000) + 1;
  const due = Math.max(0, ownAmong(schedule, begun) - taken);
  return { due, waitMs: due > 0 ? 0 : Math.max(0, dueAtMs(schedule, taken) - elapsedMs) };
}

/** Requests of this worker that are due before a moment. @param elapsedMs Since the start. */
export function dueBefore(schedule: Schedule, elapsedMs: number): number {
  const begun = (elapsedMs * schedule.requestsPerSecond) / 1000;
  // Moments since 1970 are known to a quarter of a microsecond: what is due just then is not before.
  const uncertain = (schedule.requestsPerSecond / 1000) * CLOCK_ERROR_MS;
  return ownAmong(schedule, Math.max(0, Math.ceil(begun - uncertain)));
}

/** How many of the whole load's first requests are this worker's. */
function ownAmong({ connections, own }: Schedule, first: number): number {
  const rounds = Math.floor(first / connections);
  let count = rounds * own.length;
  while (
    count < (rounds + 1) * own.length &&
    own[count - rounds * own.length]! < first - rounds * connections
  ) {
    count += 1;
  }
  return count;
}
