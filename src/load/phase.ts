import type { Caller, CallEnd } from './caller.js';
import type { PhaseLimit } from './plan.js';
import { Sequencer } from './sequencer.js';

/** One request, from its schedule to its end. The phase reuses a few of these for all requests. */
export interface Request {
  connection: number;
  /** Position in the send order of the phase. */
  sequence: number;
  /** Position in the send order of the connection. */
  connectionSequence: number;
  /** When it was due, on the monotonic clock, in ms. */
  scheduledAtMs: number;
  /** When it was sent, on the monotonic clock, in ms. */
  sentAtMs: number;
}

/** Takes the end of each request. Neither argument may be kept. */
export type OnRequestEnd = (request: Readonly<Request>, end: CallEnd, endedAtMs: number) => void;

/** How a phase came to its end. */
export type PhaseEnd = 'complete' | 'interrupted' | 'nobody answered';

interface Slot extends Request {
  state: 'idle' | 'waiting for room' | 'in flight';
  resent: boolean;
}

const CHECK_INTERVAL_MS = 100;
/** How much longer than a call's deadline an engine may take to report its end. */
const DEADLINE_GRACE_MS = 2000;
/** How long calls in flight may take to end once they are cancelled. */
const CANCEL_GRACE_MS = 500;

/**
 * One stretch of load in a closed loop: each slot keeps one request in flight, and its end makes
 * room for the slot's next. Every request that is sent ends exactly once.
 */
export class Phase {
  readonly #callers: readonly Caller[];
  readonly #timeoutMs: number;
  readonly #onRequestEnd: OnRequestEnd;
  readonly #slots: Slot[];
  readonly #connectionSent: number[];
  readonly #sequencer: Sequencer;
  readonly #limit: PhaseLimit;
  #state: 'sending' | 'draining' | 'cancelled' = 'sending';
  #end: PhaseEnd = 'complete';
  #sent = 0;
  #resent = 0;
  #inFlight = 0;
  #anyOk = false;
  #startedAtMs = 0;
  /** When a call last ended, or when those in flight were cancelled. */
  #lastEndAtMs = 0;
  #resolve: () => void = () => undefined;

  /**
   * @param callers The connections, dialled already.
   * @param concurrency Requests in flight at most.
   * @param timeoutMs Each request's deadline, in ms; the callers keep it.
   * @param limit When the phase has sent enough.
   * @param onRequestEnd Takes the end of each request.
   */
  constructor(
    callers: readonly Caller[],
    concurrency: number,
    timeoutMs: number,
    limit: PhaseLimit,
    onRequestEnd: OnRequestEnd,
  ) {
    this.#callers = callers;
    this.#timeoutMs = timeoutMs;
    this.#limit = limit;
    this.#onRequestEnd = onRequestEnd;
    this.#sequencer = new Sequencer(callers.length, concurrency, limit.requests);
    this.#connectionSent = new Array<number>(callers.length).fill(0);
    this.#slots = Array.from({ length: concurrency }, () => ({
      connection: 0,
      sequence: 0,
      connectionSequence: 0,
      scheduledAtMs: 0,
      sentAtMs: 0,
      state: 'idle',
      resent: false,
    }));
  }

  /** Requests sent so far. */
  get sent(): number {
    return this.#sent;
  }

  /** Requests sent a second time because the peer provably had not looked at them. */
  get resent(): number {
    return this.#resent;
  }

  /**
   * Sends until the limit is reached, then waits for what is in flight, each to its deadline.
   * When `signal` aborts, what is in flight is cancelled instead.
   */
  async run(signal: AbortSignal): Promise<PhaseEnd> {
    if (signal.aborted) return 'interrupted';
    this.#startedAtMs = performance.now();
    this.#lastEndAtMs = this.#startedAtMs;
    const onAbort = (): void => {
      this.#cancel();
    };
    const check = setInterval(() => {
      this.#check();
    }, CHECK_INTERVAL_MS);
    const clock =
      this.#limit.durationMs === null
        ? undefined
        : setTimeout(() => {
            this.#stopSending('complete');
          }, this.#limit.durationMs);
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      await new Promise<void>((resolve) => {
        this.#resolve = resolve;
        for (let slot = 0; slot < this.#slots.length; slot++) this.#startNext(slot);
        this.#resolveWhenDone();
      });
    } finally {
      clearInterval(check);
      clearTimeout(clock);
      signal.removeEventListener('abort', onAbort);
    }
    return this.#end;
  }

  /** Takes a caller's word that a call has ended. */
  onEnd(index: number, end: CallEnd): void {
    const slot = this.#slots[index];
    if (slot?.state !== 'in flight') return;
    if (end.kind === 'unprocessed' && !slot.resent && this.#state !== 'cancelled') {
      slot.resent = true;
      this.#resent += 1;
      this.#inFlight -= 1;
      this.#attempt(slot, index);
      return;
    }
    const now = performance.now();
    this.#finish(slot, end, now);
    this.#startNext(index);
    this.#resolveWhenDone();
  }

  /** Takes a caller's word that it can carry more calls again. */
  onRoom(connection: number): void {
    for (let index = 0; index < this.#slots.length; index++) {
      const slot = this.#slots[index]!;
      if (slot.state !== 'waiting for room' || slot.connection !== connection) continue;
      if (!this.#attempt(slot, index)) return;
    }
  }

  #startNext(index: number): void {
    if (this.#state !== 'sending') return;
    const connection = this.#sequencer.next(index);
    if (connection === undefined) return;
    const slot = this.#slots[index]!;
    slot.connection = connection;
    slot.resent = false;
    slot.scheduledAtMs = performance.now();
    this.#attempt(slot, index);
  }

  /** Sends, or leaves the slot waiting for room. @returns whether it was sent. */
  #attempt(slot: Slot, index: number): boolean {
    if (!this.#callers[slot.connection]!.call(index)) {
      slot.state = 'waiting for room';
      return false;
    }
    slot.state = 'in flight';
    this.#inFlight += 1;
    if (slot.resent) return true;
    slot.sentAtMs = performance.now();
    slot.sequence = this.#sent++;
    slot.connectionSequence = this.#connectionSent[slot.connection]!++;
    return true;
  }

  #finish(slot: Slot, end: CallEnd, endedAtMs: number): void {
    slot.state = 'idle';
    this.#inFlight -= 1;
    this.#lastEndAtMs = endedAtMs;
    if (end.kind === 'ok') this.#anyOk = true;
    this.#onRequestEnd(slot, end, endedAtMs);
  }

  #resolveWhenDone(): void {
    if (this.#inFlight === 0 && !this.#slots.some((slot) => slot.state === 'waiting for room')) {
      this.#resolve();
    }
  }

  #stopSending(end: PhaseEnd): void {
    if (this.#state !== 'sending') return;
    this.#state = 'draining';
    this.#end = end;
    this.#dropWaiting();
    this.#resolveWhenDone();
  }

  /** What was not sent stays unsent; a request that waits to be sent again has failed. */
  #dropWaiting(): void {
    for (const slot of this.#slots) {
      if (slot.state !== 'waiting for room') continue;
      slot.state = 'idle';
      if (slot.resent) {
        this.#inFlight += 1;
        this.#finish(slot, NOT_RESENT, performance.now());
      }
    }
  }

  #cancel(): void {
    this.#state = 'cancelled';
    this.#end = 'interrupted';
    this.#dropWaiting();
    this.#lastEndAtMs = performance.now();
    this.#slots.forEach((slot, index) => {
      if (slot.state === 'in flight') this.#callers[slot.connection]!.cancel(index);
    });
    this.#resolveWhenDone();
  }

  #check(): void {
    const now = performance.now();
    const silentMs = now - this.#lastEndAtMs;
    if (this.#state === 'sending' && !this.#anyOk && now - this.#startedAtMs > this.#timeoutMs) {
      // Going on would only repeat it, one timeout after the other.
      this.#stopSending('nobody answered');
    }
    const patienceMs =
      this.#state === 'cancelled' ? CANCEL_GRACE_MS : this.#timeoutMs + DEADLINE_GRACE_MS;
    if (silentMs < patienceMs) return;
    const end = this.#state === 'cancelled' ? CANCELLED : LOST;
    this.#stopSending('nobody answered');
    this.#dropWaiting();
    for (const slot of this.#slots) {
      if (slot.state === 'in flight') this.#finish(slot, end, now);
    }
    this.#resolveWhenDone();
  }
}

function endWithoutAnswer(kind: CallEnd['kind'], status: string, cause: string): CallEnd {
  return {
    kind,
    status,
    cause,
    buffer: new Uint8Array(0),
    messageStart: 0,
    messageEnd: 0,
    header: () => undefined,
    trailer: () => undefined,
  };
}

const CANCELLED = endWithoutAnswer('cancelled', 'CANCELLED', 'interrupted');
const LOST = endWithoutAnswer('timedOut', 'DEADLINE_EXCEEDED', 'the connection gave no end to it');
const NOT_RESENT = endWithoutAnswer(
  'failed',
  'UNAVAILABLE',
  'not processed by the peer, and the run ended before it could be sent again',
);
