import type { Caller, CallEnd } from '../transport/caller.js';
import type { CallDealer } from './call-dealer.js';
import { CANCELLED, LOST, NOT_RESENT } from './call-end.js';
import { DueRequests } from './due-requests.js';
import type { Schedule } from './pacer.js';
import { newSlot, type Request, type Slot, type Waits } from './request.js';
import { placeOf } from '../member/sent-counts.js';
import { Sequencer } from './sequencer.js';
import { tickNowMs } from './tick-clock.js';
import { WaitingRoom } from './waiting-room.js';

/** Takes the end of each request. Neither argument may be kept. */
export type OnRequestEnd = (request: Readonly<Request>, end: CallEnd, endedAtMs: number) => void;

/** How a phase came to its end. */
export type PhaseEnd = 'complete' | 'interrupted' | 'nobody answered';

/** What a phase does. */
export interface PhasePlan {
  /** Requests by caller; Infinity where only the clock ends the phase. */
  quota: readonly number[];
  /** Says which call each request makes. */
  dealer: CallDealer;
  /** How many different calls there are. */
  calls: number;
  /** Time after which no more is sent, in ms; null when only the number ends it. */
  durationMs: number | null;
  /** Requests in flight at most. */
  concurrency: number;
  /** Each request's deadline, in ms; the callers keep it. */
  timeoutMs: number;
  /** When requests are due in an open loop; null for a closed one. */
  schedule: Schedule | null;
}

const CHECK_INTERVAL_MS = 100;
/** How much longer than a call's deadline an engine may take to report its end. */
const DEADLINE_GRACE_MS = 2000;
/** How long calls in flight may take to end once they are cancelled. */
const CANCEL_GRACE_MS = 500;

/**
 * One stretch of load. In a closed loop each slot keeps one request in flight, and its end makes
 * room for the slot's next; in an open loop requests are due by a schedule, and take any free slot.
 * Every request that is sent ends exactly once.
 */
export class Phase {
  readonly #callers: readonly Caller[];
  readonly #plan: PhasePlan;
  readonly #onRequestEnd: OnRequestEnd;
  readonly #slots: Slot[];
  /** By connection and call. */
  readonly #connectionSent: Float64Array;
  readonly #callSent: number[];
  readonly #sequencer: Sequencer;
  /** What takes the free slots in an open loop; null in a closed one. */
  readonly #due: DueRequests | null;
  #state: 'sending' | 'draining' | 'cancelled' = 'sending';
  #end: PhaseEnd = 'complete';
  #sent = 0;
  #resent = 0;
  #inFlight = 0;
  readonly #waiting: WaitingRoom;
  #anyOk = false;
  #startedAtMs = 0;
  /** Since when calls are in flight and none has ended; or when those in flight were cancelled. */
  #silentSinceMs = 0;
  #resolve: () => void = () => undefined;
  /** When sending was ended by something else than the number of requests; null while it was not. */
  #stoppedAtMs: number | null = null;
  readonly waits: Waits = { forStream: 0, forStreamMs: 0 };

  /**
   * @param callers The connections, dialled already.
   * @param onRequestEnd Takes the end of each request.
   * @param sentCounts Takes how many were sent, by caller and call, for whoever outlives this thread.
   */
  constructor(
    callers: readonly Caller[],
    plan: PhasePlan,
    onRequestEnd: OnRequestEnd,
    sentCounts: Float64Array,
  ) {
    this.#callers = callers;
    this.#plan = plan;
    this.#onRequestEnd = onRequestEnd;
    this.#sequencer = new Sequencer(plan.quota, plan.concurrency);
    const total = plan.quota.reduce((sum, quota) => sum + quota, 0);
    this.#due =
      plan.schedule === null
        ? null
        : new DueRequests(plan.schedule, callers.length, total, (index, connection, dueMs) => {
            this.#start(index, connection, dueMs);
          });
    this.#waiting = new WaitingRoom(callers.length);
    this.#connectionSent = sentCounts;
    this.#callSent = new Array<number>(plan.calls).fill(0);
    this.#slots = Array.from({ length: plan.concurrency }, newSlot);
  }

  /** Requests sent so far. */
  get sent(): number {
    return this.#sent;
  }

  /**
   * How long the phase was sending, in ms: until it was stopped, or else until its last request was
   * sent and the time between two of the schedule had passed. The answers may take longer.
   */
  get sendingMs(): number {
    if (this.#stoppedAtMs !== null) return this.#stoppedAtMs - this.#startedAtMs;
    const lastAtMs = this.#slots.reduce((last, { sentAtMs }) => Math.max(last, sentAtMs), 0);
    if (lastAtMs === 0) return 0;
    const { schedule } = this.#plan;
    const intervalMs = schedule === null ? 0 : 1000 / schedule.requestsPerSecond;
    return Math.max(0, lastAtMs - this.#startedAtMs) + intervalMs;
  }

  /**
   * How much later than possible requests of an open loop were taken up, in ms (p99); null in a closed
   * one, or when there was none.
   */
  get latenessP99Ms(): number | null {
    return this.#due?.lateness.percentileMs(99) ?? null;
  }

  /** Requests sent a second time because the peer provably had not looked at them. */
  get resent(): number {
    return this.#resent;
  }

  /**
   * Sends until the limit is reached, then waits for what is in flight, each to its deadline.
   * When `signal` aborts, what is in flight is cancelled instead.
   *
   * @param startedAtMs When it began for all threads, on the monotonic clock: a schedule counts from
   *   there, also where this thread heard of it late.
   */
  async run(signal: AbortSignal, startedAtMs = performance.now()): Promise<PhaseEnd> {
    if (signal.aborted) return 'interrupted';
    this.#startedAtMs = startedAtMs;
    this.#silentSinceMs = performance.now();
    const onAbort = (): void => {
      this.#cancel();
    };
    const check = setInterval(() => {
      this.#check();
    }, CHECK_INTERVAL_MS);
    const { durationMs } = this.#plan;
    const clock =
      durationMs === null
        ? undefined
        : setTimeout(
            () => {
              this.#stopSending('complete');
            },
            // Rounded up: timers drop fractions, and would end the phase a millisecond early.
            Math.ceil(startedAtMs + durationMs - performance.now()),
          );
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      await new Promise<void>((resolve) => {
        this.#resolve = resolve;
        if (this.#due !== null) this.#due.start(this.#slots.length, startedAtMs);
        else for (let slot = 0; slot < this.#slots.length; slot++) this.#startNext(slot);
        this.#resolveWhenDone();
      });
    } finally {
      clearInterval(check);
      clearTimeout(clock);
      this.#due?.stop();
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
      this.#sendOrWait(slot, index);
      return;
    }
    this.#finish(slot, end, tickNowMs());
    if (this.#due === null) this.#startNext(index);
    else if (this.#state === 'sending') this.#due.release(index);
    if (this.#inFlight === 0) this.#resolveWhenDone();
  }

  /** Takes a caller's word that it can carry more calls again. */
  onRoom(connection: number): void {
    let index = this.#waiting.next(connection);
    while (index !== undefined && this.#attempt(this.#slots[index]!, index)) {
      this.#waiting.release(connection);
      index = this.#waiting.next(connection);
    }
  }

  /** Closed loop: the slot's next request. */
  #startNext(index: number): void {
    if (this.#state !== 'sending') return;
    const connection = this.#sequencer.next(index);
    if (connection === undefined) return;
    this.#start(index, connection, tickNowMs());
  }

  #start(index: number, connection: number, scheduledAtMs: number): void {
    const slot = this.#slots[index]!;
    slot.connection = connection;
    slot.call = this.#plan.dealer.next(connection);
    slot.resent = false;
    slot.refusedAtMs = 0;
    slot.scheduledAtMs = scheduledAtMs;
    this.#sendOrWait(slot, index);
  }

  /** Nobody overtakes those who wait: the room that an end has made is theirs. */
  #sendOrWait(slot: Slot, index: number): void {
    const { connection } = slot;
    const first = this.#waiting.next(connection);
    if (first === undefined && this.#attempt(slot, index)) return;
    slot.state = 'waiting for room';
    if (first !== undefined && this.#slots[first]!.refusedAtMs > 0) slot.refusedAtMs = tickNowMs();
    this.#waiting.add(connection, index);
    if (first !== undefined) this.onRoom(connection);
  }

  /** @returns whether it was sent. */
  #attempt(slot: Slot, index: number): boolean {
    const start = this.#callers[slot.connection]!.call(index, slot.call);
    if (start !== 'started') {
      if (start === 'no stream' && slot.refusedAtMs === 0) slot.refusedAtMs = tickNowMs();
      return false;
    }
    slot.state = 'in flight';
    if (this.#inFlight === 0) this.#silentSinceMs = tickNowMs();
    this.#inFlight += 1;
    if (slot.resent) return true;
    slot.sentAtMs = tickNowMs();
    this.#sent += 1;
    slot.sequence = this.#callSent[slot.call]!++;
    const place = placeOf(slot.connection, slot.call, this.#plan.calls);
    slot.connectionSequence = this.#connectionSent[place]!++;
    if (slot.refusedAtMs > 0) {
      this.waits.forStream += 1;
      this.waits.forStreamMs += slot.sentAtMs - slot.refusedAtMs;
    }
    return true;
  }

  #finish(slot: Slot, end: CallEnd, endedAtMs: number): void {
    slot.state = 'idle';
    this.#inFlight -= 1;
    this.#silentSinceMs = endedAtMs;
    if (end.kind === 'ok') this.#anyOk = true;
    this.#onRequestEnd(slot, end, endedAtMs);
  }

  #resolveWhenDone(): void {
    const isMoreDue = this.#due?.isOver === false && this.#state === 'sending';
    if (this.#inFlight === 0 && this.#waiting.size === 0 && !isMoreDue) this.#resolve();
  }

  #stopSending(end: PhaseEnd): void {
    if (this.#state !== 'sending') return;
    this.#state = 'draining';
    this.#due?.stop();
    this.#stoppedAtMs = performance.now();
    this.#end = end;
    this.#dropWaiting();
    this.#resolveWhenDone();
  }

  /** What was not sent stays unsent; a request that waits to be sent again has failed. */
  #dropWaiting(): void {
    for (const index of this.#waiting.clear()) {
      const slot = this.#slots[index]!;
      slot.state = 'idle';
      if (slot.resent) {
        this.#inFlight += 1;
        this.#finish(slot, NOT_RESENT, performance.now());
      }
    }
  }

  #cancel(): void {
    this.#state = 'cancelled';
    this.#due?.stop();
    this.#end = 'interrupted';
    this.#dropWaiting();
    this.#silentSinceMs = performance.now();
    this.#stoppedAtMs ??= this.#silentSinceMs;
    this.#slots.forEach((slot, index) => {
      if (slot.state === 'in flight') this.#callers[slot.connection]!.cancel(index);
    });
    this.#resolveWhenDone();
  }

  #check(): void {
    if (this.#inFlight + this.#waiting.size === 0) return;
    const now = performance.now();
    const { timeoutMs } = this.#plan;
    if (this.#state === 'sending' && !this.#anyOk && now - this.#startedAtMs > timeoutMs) {
      // Going on would only repeat it, one timeout after the other.
      this.#stopSending('nobody answered');
    }
    const patienceMs =
      this.#state === 'cancelled' ? CANCEL_GRACE_MS : timeoutMs + DEADLINE_GRACE_MS;
    if (now - this.#silentSinceMs < patienceMs) return;
    const end = this.#state === 'cancelled' ? CANCELLED : LOST;
    this.#stopSending('nobody answered');
    this.#dropWaiting();
    for (const slot of this.#slots) {
      if (slot.state === 'in flight') this.#finish(slot, end, now);
    }
    this.#resolveWhenDone();
  }
}
