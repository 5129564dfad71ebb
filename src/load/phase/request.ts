/** One request, from when it is due to its end. The phase reuses a few of these for all requests. */
export interface Request {
  /** The number of the place in flight that it takes. */
  slot: number;
  /** Index into the phase's connections. */
  connection: number;
  /** Which of the run's calls it makes. */
  call: number;
  /** Where requests of its call on its connection are counted, as `placeOf` numbers them. */
  place: number;
  /** Position among the requests of its call in this phase, in the order in which they were due. */
  sequence: number;
  /** Position among the requests of its call on its connection, in the order in which they were due. */
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
  /** Whether the peer has answered. */
  isAnswered: boolean;
  /** When the peer allowed no stream for it; 0 when it did. */
  refusedAtMs: number;
}

/**
 * Zero as a fraction: to the engine a field that begins as a small integer is of another kind than one
 * that holds times, and what was compiled for the one is thrown away when the other comes.
 */
const NO_TIME_MS = -0;

/** @returns A slot that nothing has used. @param slot Its number. */
export function newSlot(slot: number): Slot {
  return {
    slot,
    connection: 0,
    call: 0,
    place: 0,
    sequence: 0,
    connectionSequence: 0,
    scheduledAtMs: NO_TIME_MS,
    sentAtMs: NO_TIME_MS,
    state: 'idle',
    resent: false,
    isAnswered: false,
    refusedAtMs: NO_TIME_MS,
  };
}

/** @returns A request without a slot. */
export function newRequest(): Request {
  const { slot, connection, call, place, sequence, connectionSequence, scheduledAtMs, sentAtMs } =
    newSlot(-1);
  return { slot, connection, call, place, sequence, connectionSequence, scheduledAtMs, sentAtMs };
}

/** Gives a request a slot. */
export function moveInto(slot: Slot, request: Request): void {
  slot.connection = request.connection;
  slot.call = request.call;
  slot.place = request.place;
  slot.sequence = request.sequence;
  slot.connectionSequence = request.connectionSequence;
  slot.scheduledAtMs = request.scheduledAtMs;
}

/** What has come of a stream that may be left then: a message, or what says who gives it. */
export type EnoughOfStream = 'message' | 'identity';

/** Requests that waited on this side, and why. */
export interface Waits {
  /** The peer allowed no more streams on their connection. */
  forStream: number;
  /** How long those did in all, in ms. */
  forStreamMs: number;
}
