/** One request, from its schedule to its end. The phase reuses a few of these for all requests. */
export interface Request {
  /** Index into the phase's callers. */
  connection: number;
  /** Which of the run's calls it makes. */
  call: number;
  /** Position in the send order of its call in this phase. */
  sequence: number;
  /** Position in the send order of its call on its connection. */
  connectionSequence: number;
  /** When it was due, on the monotonic clock, in ms. */
  scheduledAtMs: number;
  /** When it was sent, on the monotonic clock, in ms. */
  sentAtMs: number;
}

/** A place for one request in flight. */
export interface Slot extends Request {
  state: 'idle' | 'waiting for room' | 'in flight';
  resent: boolean;
  /** When the peer allowed no stream for it; 0 when it did. */
  refusedAtMs: number;
}

/** @returns A slot that nothing has used. */
export function newSlot(): Slot {
  return {
    connection: 0,
    call: 0,
    sequence: 0,
    connectionSequence: 0,
    scheduledAtMs: 0,
    sentAtMs: 0,
    state: 'idle',
    resent: false,
    refusedAtMs: 0,
  };
}

/** Requests that waited on this side, and why. */
export interface Waits {
  /** The peer allowed no more streams on their connection. */
  forStream: number;
  /** How long those did in all, in ms. */
  forStreamMs: number;
}
