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
  /** Requests that are due and not sent. */
  due: number;
  /** Until the next one is due, in ms. */
  waitMs: number;
}

/**
 * When a request is due.
 *
 * Request k of the whole load goes to connection k modulo `connections`, k intervals after the
 * start. A worker sends those of its own connections, so what all workers send adds up exactly.
 *
 * @param sequence Position in the send order of this worker, from 0.
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
 * @param sent Requests this worker has sent.
 */
export function pace(schedule: Schedule, elapsedMs: number, sent: number): Pace {
  const { requestsPerSecond, connections, own } = schedule;
  // Request 0 is due at once.
  const begun = Math.floor((elapsedMs * requestsPerSecond) / 1000) + 1;
  const rounds = Math.floor(begun / connections);
  let dueInAll = rounds * own.length;
  while (
    dueInAll < (rounds + 1) * own.length &&
    own[dueInAll - rounds * own.length]! < begun - rounds * connections
  ) {
    dueInAll += 1;
  }
  const due = Math.max(0, dueInAll - sent);
  return { due, waitMs: due > 0 ? 0 : Math.max(0, dueAtMs(schedule, sent) - elapsedMs) };
}
