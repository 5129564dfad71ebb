import type { CallEnd, RawAnswer } from '../../call/answer.js';
import type { UnsentCause } from '../../count/counted.js';
import { percentileMs } from '../../count/latency-summary.js';
import { placeOf } from '../member/sent-counts.js';
import { tickNowMs } from '../tick-clock.js';
import type { Connection } from '../transport/transport.js';
import type { CallDealer } from './call-dealer.js';
import { CANCELLED, LOST, NOT_RESENT } from './call-end.js';
import { DueRequests } from './due-requests.js';
import type { Schedule } from './pacer.js';
import { Patience } from './patience.js';
import type { PhaseCounting } from './phase-counting.js';
import { newSlot, type Request, type Slot, type Waits } from './request.js';
import { Sequencer } from './sequencer.js';
import { SilenceWatch } from './silence-watch.js';
import { WaitingRoom } from './waiting-room.js';

/**
 * How a phase came to its end: `complete` by number or clock, `silent` given up because nothing was
 * answered, `stopped` early, `interrupted` at once.
 */
export type PhaseEnd = 'complete' | 'silent' | 'stopped' | 'interrupted';

/** What a phase does. */
export interface PhasePlan {
  /** Requests by connection; Infinity where only the clock ends the phase. */
  quota: readonly number[];
  /** Says which call each request makes. */
  dealer: CallDealer;
  /** How many different calls there are. */
  calls: number;
  /** Requests in flight at most. */
  concurrency: number;
  /** Each request's deadline, in ms; the connections keep it. */
  timeoutMs: number;
  /** When requests are due in an open loop; null for a closed one. */
  schedule: Schedule | null;
  /** Of the order in which connections are taken: a whole number. */
  seed: number;
}

/** When a phase runs, on the monotonic clock, in ms. */
export interface PhaseTimes {
  /**
   * When it began for all threads: a schedule counts from there, also where this thread heard of it
   * late.
   */
  startedAtMs: number;
  /** When no more is taken up; Infinity when only the number ends it. */
  untilMs: number;
}

const CHECK_INTERVAL_MS = 100;
/** A thread whose checks are further apart stood still, and has not read what came meanwhile. */
const STANDSTILL_MS = 500;
/** How much longer than a call's deadline a transport may take to report its end. */
const DEADLINE_GRACE_MS = 2000;
/** How long calls in flight may take to end once they are cancelled. */
const CANCEL_GRACE_MS = 500;
/** So many requests are given up in one turn of the event loop at most. */
const BURST = 1024;

/**
 * One stretch of load. In a closed loop each slot keeps one request in flight, and its end makes
 * room for the slot's next; in an open loop requests are due by a schedule, and take any free slot.
 *
 * A request is taken up when it is due: then it gets its place in the order. It is sent at once, or
 * waits for its connection, as long as its {@link Patience}. Every request that is taken up ends
 * exactly once: as sent, or as unsent. When the phase ends early, those that were due and never taken
 * up are told with {@link countNeverTakenUp}.
 *
 * What is due: where a number ends the phase, that number; in a closed loop that a clock ends, what
 * was taken up; in an open one, what the schedule had due before the clock ended it. After the clock
 * nothing is taken up, and what was is seen to its end, whether it is in flight or waits.
 */
export class Phase {
  readonly #connections: readonly Connection[];
  readonly #plan: PhasePlan;
  readonly #counting: PhaseCounting;
  readonly #slots: Slot[];
  /** By connection and call: requests sent. */
  readonly #sentCounts: Float64Array;
  /** By connection and call: requests taken up. */
  readonly #connectionTaken: Float64Array;
  readonly #callTaken: number[];
  readonly #sequencer: Sequencer;
  /** Whether the number of requests is known. */
  readonly #endsByNumber: boolean;
  /** What is due in an open loop; null in a closed one. */
  #due: DueRequests | null = null;
  /** Slots that are free in an open loop: a stack. */
  readonly #free: number[] = [];
  #state: 'sending' | 'draining' | 'cancelled' = 'sending';
  #end: PhaseEnd = 'complete';
  #sent = 0;
  #resent = 0;
  #inFlight = 0;
  #deferred = 0;
  /** Those that hold a slot. */
  readonly #waiting: WaitingRoom<Slot>;
  /**
   * Requests of an open loop whose connection was out when they were due. They hold no slot: those of
   * the connections that work need them.
   */
  readonly #parked: WaitingRoom<Request>;
  readonly #patience: Patience;
  readonly #silence: SilenceWatch;
  #startedAtMs = 0;
  #checkedAtMs = 0;
  /** Since when calls are in flight and none has ended; or when those in flight were cancelled. */
  #noEndSinceMs = 0;
  #resolve: () => void = () => undefined;
  /** When sending was ended by something else than the number of requests; null while it was not. */
  #stoppedAtMs: number | null = null;
  readonly waits: Waits = { forStream: 0, forStreamMs: 0 };

  /**
   * @param connections Dialled already.
   * @param counting Takes what happens to the requests.
   * @param sentCounts Takes how many were sent, by connection and call, in memory that outlives this
   *   thread.
   */
  constructor(
    connections: readonly Connection[],
    plan: PhasePlan,
    counting: PhaseCounting,
    sentCounts: Float64Array,
  ) {
    this.#connections = connections;
    this.#plan = plan;
    this.#counting = counting;
    this.#sequencer = new Sequencer(plan.quota, plan.concurrency, plan.seed);
    this.#endsByNumber = plan.quota.every((quota) => quota !== Infinity);
    this.#waiting = new WaitingRoom(connections.length);
    this.#parked = new WaitingRoom(connections.length);
    this.#patience = new Patience(connections.length, plan.timeoutMs);
    this.#silence = new SilenceWatch(CHECK_INTERVAL_MS, () => counting.medianLatencyMs());
    this.#sentCounts = sentCounts;
    this.#connectionTaken = new Float64Array(sentCounts.length);
    this.#callTaken = new Array<number>(plan.calls).fill(0);
    this.#slots = Array.from({ length: plan.concurrency }, (_, slot) => newSlot(slot));
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
    return this.#due === null ? null : percentileMs(this.#due.lateness.counts(), 99);
  }

  /** Requests sent a second time because the peer provably had not looked at them. */
  get resent(): number {
    return this.#resent;
  }

  /** Stretches without any answer that are over. */
  get silences(): SilenceWatch['silences'] {
    return this.#silence.silences;
  }

  /**
   * Sends until the limit is reached, then waits for what was taken up, each to its deadline.
   *
   * @param signal Cancels what is in flight when it aborts.
   */
  async run(signal: AbortSignal, { startedAtMs, untilMs }: PhaseTimes): Promise<PhaseEnd> {
    this.#startedAtMs = startedAtMs;
    const { schedule, quota } = this.#plan;
    if (schedule !== null) {
      for (let slot = this.#slots.length - 1; slot >= 0; slot--) this.#free.push(slot);
      const total = quota.reduce((sum, requests) => sum + requests, 0);
      this.#due = new DueRequests(
        schedule,
        this.#connections.length,
        total,
        startedAtMs,
        untilMs,
        (connection, dueAtMs) => this.#takeUpDue(connection, dueAtMs),
      );
    }
    if (signal.aborted) {
      this.#state = 'cancelled';
      this.#stoppedAtMs = startedAtMs;
      return (this.#end = 'interrupted');
    }
    this.#noEndSinceMs = this.#checkedAtMs = performance.now();
    const onAbort = (): void => {
      this.#cancel();
    };
    const check = setInterval(() => {
      this.#check();
    }, CHECK_INTERVAL_MS);
    const clock =
      untilMs === Infinity
        ? undefined
        : setTimeout(
            () => {
              this.#stopSending('complete');
            },
            // Rounded up: timers drop fractions, and would end the phase a millisecond early.
            Math.ceil(untilMs - performance.now()),
          );
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      await new Promise<void>((resolve) => {
        this.#resolve = resolve;
        if (this.#due !== null) this.#due.start();
        else for (const slot of this.#slots) this.#startNext(slot);
        this.#resolveWhenDone();
      });
    } finally {
      clearInterval(check);
      clearTimeout(clock);
      this.#due?.stop();
      this.#silence.end();
      signal.removeEventListener('abort', onAbort);
    }
    return this.#end;
  }

  /** Takes up nothing more, and waits for what is in flight; what waits to be sent is not sent. */
  stop(): void {
    const isMoreDue = this.#connections.some(
      (_, connection) => this.#plan.dealer.left(connection)?.every((left) => left <= 0) !== true,
    );
    // A stop that comes when everything was sent stops nothing.
    if (isMoreDue || this.#isAnyWaiting) this.#stopSending('stopped');
  }

  /**
   * Whether every request that was due before a moment has ended, or is known not to be sent.
   *
   * @param timeMs On the monotonic clock; it must have passed.
   */
  hasEndedBefore(timeMs: number): boolean {
    if (this.#state === 'sending' && (this.#due?.nextDueAtMs ?? Infinity) < timeMs) return false;
    const isOpen = ({ state, scheduledAtMs }: Slot): boolean =>
      (state === 'in flight' || state === 'waiting for room') && scheduledAtMs < timeMs;
    if (this.#slots.some(isOpen)) return false;
    return !this.#connections.some((_, connection) => {
      const first = this.#parked.next(connection);
      return first !== undefined && first.scheduledAtMs < timeMs;
    });
  }

  /** Counts the requests that were due and never taken up. Called once, when the phase is over. */
  countNeverTakenUp(): void {
    const cause = NEVER_TAKEN_UP[this.#end];
    if (cause === null) return;
    const left = new Array<number>(this.#plan.calls).fill(0);
    this.#connections.forEach((_, connection) => {
      this.#plan.dealer.left(connection)?.forEach((count, call) => (left[call]! += count));
    });
    left.forEach((count, call) => {
      const failure = cause === 'no-answer' ? NO_ANSWER : '';
      if (count > 0) this.#counting.onNeverTakenUp(call, { cause, count, failure, waitedMs: null });
    });
  }

  /** Takes a connection's word that a call was answered. */
  onAnswer(index: number, answer: RawAnswer): void {
    const slot = this.#slots[index];
    if (slot?.state !== 'in flight') return;
    this.#silence.answered(tickNowMs());
    this.#counting.onAnswer(slot.call, index, answer);
  }

  /** Takes a connection's word that a call has ended. */
  onEnd(index: number, end: CallEnd): void {
    const slot = this.#slots[index];
    if (slot?.state !== 'in flight') return;
    if (end.kind === 'unprocessed' && !slot.resent && this.#state !== 'cancelled') {
      slot.resent = true;
      this.#counting.onResend(slot);
      this.#resent += 1;
      this.#inFlight -= 1;
      if (!this.#sendOrWait(slot)) this.#freeSlot(slot);
      return;
    }
    this.#finish(slot, end, tickNowMs());
    this.#freeSlot(slot);
    if (this.#inFlight === 0) this.#resolveWhenDone();
  }

  /** Takes a connection's word that it can carry more calls again. */
  onRoom(connection: number): void {
    let slot = this.#waiting.next(connection);
    while (slot !== undefined && this.#attempt(slot)) {
      this.#waiting.release(connection);
      slot = this.#waiting.next(connection);
    }
    if (this.#parked.size > 0) this.#sendParked(connection);
  }

  /** The slot has nothing to do any more: its next request, or in an open loop any other's. */
  #freeSlot(slot: Slot): void {
    if (this.#due === null) {
      this.#startNext(slot);
      return;
    }
    this.#free.push(slot.slot);
    if (this.#parked.size > 0) {
      for (let other = 0; other < this.#connections.length; other++) this.#sendParked(other);
    }
    if (this.#state === 'sending') this.#due.onPlace();
  }

  /** Closed loop: the slot's next request. */
  #startNext(slot: Slot): void {
    for (let givenUp = 0; this.#state === 'sending'; givenUp++) {
      if (givenUp === BURST) {
        this.#startLater(slot);
        return;
      }
      const connection = this.#sequencer.next(slot.slot);
      if (connection === undefined) return;
      this.#takeUp(slot, connection, tickNowMs());
      slot.resent = false;
      slot.refusedAtMs = 0;
      if (this.#sendOrWait(slot)) return;
    }
  }

  /** Whatever else there is to do comes first. */
  #startLater(slot: Slot): void {
    slot.state = 'deferred';
    this.#deferred += 1;
    setImmediate(() => {
      slot.state = 'idle';
      this.#deferred -= 1;
      this.#startNext(slot);
      this.#resolveWhenDone();
    });
  }

  /** Open loop: a request that is due. @returns false when there is no place for it. */
  #takeUpDue(connection: number, dueAtMs: number): boolean {
    if (this.#connections[connection]!.trouble !== null || this.#parked.next(connection)) {
      this.#park(connection, dueAtMs);
      return true;
    }
    const place = this.#free.pop();
    if (place === undefined) return false;
    const slot = this.#slots[place]!;
    this.#takeUp(slot, connection, dueAtMs);
    slot.resent = false;
    slot.refusedAtMs = 0;
    if (!this.#sendOrWait(slot)) this.#free.push(place);
    return true;
  }

  #park(connection: number, dueAtMs: number): void {
    const request = newRequest();
    this.#takeUp(request, connection, dueAtMs);
    const nowMs = tickNowMs();
    if (this.#connections[connection]!.trouble !== null) {
      this.#patience.refused(connection, 'not connected', nowMs);
      if (this.#patience.isTooLate(connection, dueAtMs, nowMs)) {
        this.#giveUp(request, this.#patience.lackOf(connection), nowMs);
        return;
      }
    }
    this.#silence.begin(nowMs);
    this.#parked.add(connection, request);
  }

  #sendParked(connection: number): void {
    while (
      this.#free.length > 0 &&
      this.#parked.next(connection) !== undefined &&
      this.#waiting.next(connection) === undefined &&
      this.#connections[connection]!.trouble === null
    ) {
      const slot = this.#slots[this.#free.pop()!]!;
      moveInto(slot, this.#parked.release(connection));
      if (!this.#sendOrWait(slot)) this.#free.push(slot.slot);
    }
  }

  /** Gives a request its place in the order. */
  #takeUp(request: Request, connection: number, dueAtMs: number): void {
    const call = this.#plan.dealer.next(connection);
    request.connection = connection;
    request.call = call;
    request.scheduledAtMs = dueAtMs;
    request.sequence = this.#callTaken[call]!++;
    request.connectionSequence = this.#connectionTaken[
      placeOf(connection, call, this.#plan.calls)
    ]!++;
  }

  /**
   * Sends a request, or lets it wait behind those that wait already: the room that an end has made is
   * theirs.
   *
   * @returns false when it was given up at once; its slot is free then.
   */
  #sendOrWait(slot: Slot): boolean {
    const { connection } = slot;
    const first = this.#waiting.next(connection);
    if (first === undefined && this.#attempt(slot)) return true;
    const nowMs = tickNowMs();
    if (this.#isHopeless(slot, nowMs)) {
      this.#giveUp(slot, this.#patience.lackOf(connection), nowMs);
      return false;
    }
    this.#silence.begin(nowMs);
    slot.state = 'waiting for room';
    if (first !== undefined && first.refusedAtMs > 0) slot.refusedAtMs = nowMs;
    this.#waiting.add(connection, slot);
    if (first !== undefined) this.onRoom(connection);
    return true;
  }

  /**
   * Whether a request need not begin to wait. In a closed loop none has waited yet; there it is
   * pointless where its connection has started nothing for as long as it would wait, and the number of
   * requests is to come to an end. Where only a clock ends the loop, each waits: else it would give up
   * as many as it can count.
   */
  #isHopeless({ connection, scheduledAtMs }: Slot, nowMs: number): boolean {
    if (this.#due !== null) return this.#patience.isTooLate(connection, scheduledAtMs, nowMs);
    return this.#endsByNumber && this.#patience.isExhausted(connection, nowMs);
  }

  /** @returns whether it was sent. */
  #attempt(slot: Slot): boolean {
    const { connection } = slot;
    const start = this.#connections[connection]!.call(slot.slot, slot.call);
    if (start !== 'started') {
      const nowMs = tickNowMs();
      this.#patience.refused(connection, start, nowMs);
      if (start === 'no stream' && slot.refusedAtMs === 0) slot.refusedAtMs = nowMs;
      return false;
    }
    this.#patience.started(connection);
    slot.state = 'in flight';
    if (this.#inFlight === 0) {
      this.#noEndSinceMs = tickNowMs();
      this.#silence.begin(this.#noEndSinceMs);
    }
    this.#inFlight += 1;
    if (slot.resent) return true;
    slot.sentAtMs = tickNowMs();
    this.#sent += 1;
    this.#sentCounts[placeOf(connection, slot.call, this.#plan.calls)]! += 1;
    if (slot.refusedAtMs > 0) {
      this.waits.forStream += 1;
      this.waits.forStreamMs += slot.sentAtMs - slot.refusedAtMs;
    }
    return true;
  }

  #finish(slot: Slot, end: CallEnd, endedAtMs: number): void {
    slot.state = 'idle';
    this.#inFlight -= 1;
    this.#noEndSinceMs = endedAtMs;
    if (end.kind === 'answered') this.#silence.answered(endedAtMs);
    this.#counting.onEnd(slot, end, endedAtMs);
  }

  /** Ends a request that waits, or was about to. */
  #giveUp(request: Request | Slot, cause: UnsentCause, nowMs: number): void {
    if ('state' in request) {
      request.state = 'idle';
      if (request.resent) {
        this.#counting.onEnd(request, NOT_RESENT, nowMs);
        return;
      }
    }
    const isLatency = this.#due !== null && BECAUSE_OF_PEER.has(cause);
    this.#counting.onUnsent(request, {
      cause,
      count: 1,
      failure: this.#inWords(cause, request.connection),
      waitedMs: isLatency ? nowMs - request.scheduledAtMs : null,
    });
  }

  #inWords(cause: UnsentCause, connection: number): string {
    const { remote, trouble } = this.#connections[connection]!;
    switch (cause) {
      case 'no-connection':
        return trouble ?? `${remote}: the connection was lost`;
      case 'no-stream':
        return `the peer allowed no stream within ${this.#plan.timeoutMs} ms`;
      case 'no-answer':
        return NO_ANSWER;
      default:
        return '';
    }
  }

  #resolveWhenDone(): void {
    if (this.#inFlight > 0 || this.#isAnyWaiting || this.#deferred > 0) return;
    if (this.#state === 'sending' && this.#due !== null) {
      if (this.#due.endsWithClock || !this.#due.isOver) return;
    }
    this.#resolve();
  }

  get #isAnyWaiting(): boolean {
    return this.#waiting.size + this.#parked.size > 0;
  }

  #stopSending(end: PhaseEnd): void {
    if (this.#state !== 'sending') return;
    const nowMs = performance.now();
    const isSilent = end === 'silent' || this.#silence.isSilent;
    this.#state = 'draining';
    this.#stoppedAtMs = nowMs;
    this.#end = end;
    this.#due?.stop();
    this.#giveAwayOverdue(nowMs, isSilent ? 'no-answer' : 'no-place');
    // A clock lets those that were due wait for their turn.
    if (end === 'silent') this.#dropWaiting('because of the peer', nowMs);
    else if (end === 'stopped') this.#dropWaiting('stopped', nowMs);
    this.#resolveWhenDone();
  }

  /** What was due in an open loop and never found a place. */
  #giveAwayOverdue(nowMs: number, cause: UnsentCause): void {
    const request = newRequest();
    this.#due?.giveAwayOverdue(nowMs, (connection, dueAtMs) => {
      this.#takeUp(request, connection, dueAtMs);
      this.#giveUp(request, cause, nowMs);
    });
  }

  #dropWaiting(why: 'because of the peer' | 'stopped' | 'interrupted', nowMs: number): void {
    for (const request of [...this.#waiting.clear(), ...this.#parked.clear()]) {
      const cause = why === 'because of the peer' ? this.#patience.lackOf(request.connection) : why;
      this.#giveUp(request, cause, nowMs);
    }
  }

  #cancel(): void {
    const nowMs = performance.now();
    if (this.#state === 'sending') this.#giveAwayOverdue(nowMs, 'interrupted');
    this.#state = 'cancelled';
    this.#due?.stop();
    this.#end = 'interrupted';
    this.#dropWaiting('interrupted', nowMs);
    this.#noEndSinceMs = nowMs;
    this.#stoppedAtMs ??= nowMs;
    for (const slot of this.#slots) {
      if (slot.state === 'in flight') this.#connections[slot.connection]!.cancel(slot.slot);
    }
    this.#resolveWhenDone();
  }

  #check(): void {
    const nowMs = performance.now();
    const stoodStill = nowMs - this.#checkedAtMs > STANDSTILL_MS;
    this.#checkedAtMs = nowMs;
    const isIdle =
      this.#inFlight === 0 && !this.#isAnyWaiting && this.#due?.isAboutToTakeUp !== true;
    this.#silence.look(nowMs, isIdle);
    if (isIdle) {
      // The last request may have been given up when it was taken up.
      this.#resolveWhenDone();
      return;
    }
    if (!stoodStill && this.#isAnyWaiting) this.#giveUpOverdue(nowMs);
    const { timeoutMs } = this.#plan;
    if (!this.#silence.hasAnswer && nowMs - this.#startedAtMs > timeoutMs) {
      // Going on would only repeat it, one timeout after the other.
      this.#stopSending('silent');
    }
    if (this.#inFlight > 0) this.#finishLost(nowMs);
    this.#resolveWhenDone();
  }

  /** Gives up those that have waited long enough for their connection. */
  #giveUpOverdue(nowMs: number): void {
    this.#connections.forEach(({ trouble }, connection) => {
      const slot = this.#waiting.next(connection);
      const parked = this.#parked.next(connection);
      if (slot === undefined && parked === undefined) return;
      const isOut = trouble !== null;
      this.#patience.refused(connection, isOut ? 'not connected' : 'no stream', nowMs);
      const isOver = (request: Request): boolean =>
        this.#patience.isOver(connection, request.scheduledAtMs, nowMs);
      const lack = this.#patience.lackOf(connection);
      // Those that hold no slot wait for one where their connection is back.
      for (let one = parked; one !== undefined && isOut && isOver(one);) {
        this.#giveUp(this.#parked.release(connection), lack, nowMs);
        one = this.#parked.next(connection);
      }
      const freed: Slot[] = [];
      for (let one = slot; one !== undefined && isOver(one);) {
        freed.push(this.#waiting.release(connection));
        this.#giveUp(one, lack, nowMs);
        one = this.#waiting.next(connection);
      }
      for (const one of freed) this.#freeSlot(one);
    });
  }

  /** Ends calls that no transport has ended in time. */
  #finishLost(nowMs: number): void {
    const isCancelled = this.#state === 'cancelled';
    const patienceMs = isCancelled ? CANCEL_GRACE_MS : this.#plan.timeoutMs + DEADLINE_GRACE_MS;
    if (nowMs - this.#noEndSinceMs < patienceMs) return;
    this.#stopSending('silent');
    for (const slot of this.#slots) {
      if (slot.state === 'in flight') this.#finish(slot, isCancelled ? CANCELLED : LOST, nowMs);
    }
  }
}

/** Why requests were never taken up that a number had due, by how the phase ended. */
const NEVER_TAKEN_UP: Readonly<Record<PhaseEnd, UnsentCause | null>> = {
  complete: null,
  silent: 'no-answer',
  stopped: 'stopped',
  interrupted: 'interrupted',
};

const NO_ANSWER = 'nothing was answered any more';

const BECAUSE_OF_PEER: ReadonlySet<UnsentCause> = new Set([
  'no-connection',
  'no-stream',
  'no-answer',
]);

/** Gives a request a slot. */
function moveInto(slot: Slot, request: Request): void {
  slot.connection = request.connection;
  slot.call = request.call;
  slot.sequence = request.sequence;
  slot.connectionSequence = request.connectionSequence;
  slot.scheduledAtMs = request.scheduledAtMs;
  slot.resent = false;
  slot.refusedAtMs = 0;
}

function newRequest(): Request {
  return newSlot(-1);
}
