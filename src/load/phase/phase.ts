import type { CallEnd, RawAnswer } from '../../call/answer.js';
import type { UnsentCause } from '../../count/counted.js';
import { tickNowMs } from '../tick-clock.js';
import type { Connection } from '../transport/transport.js';
import type { CallDealer } from './call-dealer.js';
import { CANCELLED, LOST } from './call-end.js';
import { ClosedLoop } from './closed-loop.js';
import type { Loop, PhaseTimes } from './loop.js';
import { OpenLoop } from './open-loop.js';
import type { Schedule } from './pacer.js';
import { RateLimit } from './rate-limit.js';
import { type RequestCounter, slowestMedianMs } from './request-counter.js';
import { RequestOrder } from './request-order.js';
import type { EnoughOfStream, Waits } from './request.js';
import { Sender } from './sender.js';
import { SilenceWatch } from './silence-watch.js';

/**
 * How a phase came to its end: `complete` by number or clock, `silent` given up because nothing was
 * answered, `stopped` early, `interrupted` at once, `not-opened` before it began: its connections took
 * longer to open than it was to last.
 */
export type PhaseEnd = 'complete' | 'silent' | 'stopped' | 'interrupted' | 'not-opened';

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
  /** Requests per second that a closed loop sends at most; null for as many as are answered. */
  atMostPerSecond: number | null;
  /** Of the order in which connections are taken: a whole number. */
  seed: number;
  /** Whether some of the calls stream: what they say, and when, is up to the application. */
  streams: boolean;
  /** When streams that go on are left to make room for others; null: not before nothing more is sent. */
  leavesStreamsAfter: EnoughOfStream | null;
}

const CHECK_INTERVAL_MS = 100;
/** A thread whose checks are further apart stood still, and has not read what came meanwhile. */
const STANDSTILL_MS = 500;
/** How much longer than a call's deadline a transport may take to report its end. */
const DEADLINE_GRACE_MS = 2000;
/** How long streams may go on by themselves when nothing more is sent. */
const STREAM_GRACE_MS = 1000;
/** How long calls in flight may take to end once they are cancelled. */
const CANCEL_GRACE_MS = 500;

/**
 * One stretch of load, in a closed loop or an open one.
 *
 * A request is taken up when it is due: then it gets its place in the order. It is sent at once, or
 * waits for its connection, as long as the `Patience` for it lasts. Every request that is taken up
 * ends exactly once: as sent, or as unsent. Those that a number had due and that were never taken up
 * are told with {@link countNeverTakenUp}.
 *
 * What is due: where a number ends the phase, that number; in a closed loop that a clock ends, what
 * was taken up; in an open one, what the schedule had due before the clock ended it. After the clock
 * nothing is taken up, and what was is seen to its end, whether it is in flight or waits.
 */
export class Phase {
  readonly #plan: PhasePlan;
  readonly #sender: Sender;
  readonly #order: RequestOrder;
  readonly #silence: SilenceWatch;
  #loop: Loop | null = null;
  #state: 'sending' | 'draining' | 'cancelled' = 'sending';
  #end: PhaseEnd = 'complete';
  #startedAtMs = 0;
  #checkedAtMs = 0;
  #resolve: () => void = () => undefined;
  /** Whether the streams that went on when nothing more was sent have been ended. */
  #areStreamsEnded = false;
  /** When sending was ended by something else than the number of requests; null while it was not. */
  #stoppedAtMs: number | null = null;

  /**
   * @param connections Dialled already.
   * @param counters By call: they take what happens to the requests.
   * @param sentCounts Takes how many were sent, by connection and call, in memory that outlives this
   *   thread.
   */
  constructor(
    connections: readonly Connection[],
    plan: PhasePlan,
    counters: readonly RequestCounter[],
    sentCounts: Float64Array,
  ) {
    this.#plan = plan;
    this.#silence = new SilenceWatch(CHECK_INTERVAL_MS, () => slowestMedianMs(counters));
    this.#sender = new Sender(connections, counters, sentCounts, this.#silence, {
      slots: plan.concurrency,
      timeoutMs: plan.timeoutMs,
      isOpenLoop: plan.schedule !== null,
    });
    // Where dialling was given up there are fewer connections than quotas.
    this.#order = new RequestOrder(plan.dealer, plan.quota.length, plan.calls);
  }

  /** Requests sent so far. */
  get sent(): number {
    return this.#sender.sent;
  }

  /** Requests sent a second time because the peer provably had not looked at them. */
  get resent(): number {
    return this.#sender.resent;
  }

  get waits(): Waits {
    return this.#sender.waits;
  }

  /**
   * How long the phase was sending, in ms: until it was stopped, or else until its last request was
   * sent and the time between two of the schedule had passed. The answers may take longer.
   */
  get sendingMs(): number {
    if (this.#stoppedAtMs !== null) return this.#stoppedAtMs - this.#startedAtMs;
    const { slots } = this.#sender;
    const lastAtMs = slots.reduce((last, { sentAtMs }) => Math.max(last, sentAtMs), 0);
    if (lastAtMs === 0) return 0;
    return Math.max(0, lastAtMs - this.#startedAtMs) + (this.#loop?.intervalMs ?? 0);
  }

  /**
   * How much later than possible requests of an open loop were taken up, in ms (p99); null in a closed
   * one, or when there was none.
   */
  get latenessP99Ms(): number | null {
    return this.#loop?.latenessP99Ms ?? null;
  }

  /** For how long nothing has been answered, in ms; Infinity where nothing more is sent anyway. */
  get quietMs(): number {
    return this.#state === 'sending' ? this.#silence.quietMs : Infinity;
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
  async run(signal: AbortSignal, times: PhaseTimes): Promise<PhaseEnd> {
    const { startedAtMs, untilMs } = times;
    this.#startedAtMs = startedAtMs;
    const loop = this.#newLoop(times);
    this.#loop = loop;
    if (signal.aborted) {
      this.#stoppedAtMs = startedAtMs;
      return (this.#end = 'interrupted');
    }
    this.#sender.noEndSinceMs = this.#checkedAtMs = performance.now();
    const onAbort = (): void => {
      this.#cancel();
    };
    const check = setInterval(() => {
      this.#check();
    }, CHECK_INTERVAL_MS);
    let clock: NodeJS.Timeout | undefined;
    const watchClock = (): void => {
      const leftMs = untilMs - tickNowMs();
      // Timers drop fractions, and may fire a millisecond early: what is due then must not be lost.
      if (leftMs > 0) clock = setTimeout(watchClock, Math.ceil(leftMs));
      else this.#stopSending('complete');
    };
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      await new Promise<void>((resolve) => {
        this.#resolve = resolve;
        loop.start();
        if (untilMs < Infinity) watchClock();
        this.#resolveWhenDone();
      });
    } finally {
      clearInterval(check);
      clearTimeout(clock);
      this.#silence.end();
      signal.removeEventListener('abort', onAbort);
    }
    return this.#end;
  }

  /** Ends instead of beginning: not all of its connections could be opened in time. */
  abandon(): PhaseEnd {
    return (this.#end = 'not-opened');
  }

  /** Takes up nothing more, and waits for what is in flight; what waits to be sent is not sent. */
  stop(): void {
    const isMoreDue = this.#order.left()?.every((count) => count <= 0) !== true;
    // A stop that comes when everything was sent stops nothing.
    if (isMoreDue || this.#isAnyWaiting) this.#stopSending('stopped');
  }

  /** Takes up nothing more, for nothing is answered; what is in flight is awaited. */
  giveUp(): void {
    this.#stopSending('silent');
  }

  /**
   * Whether every request that was due before a moment has ended, or is known not to be sent.
   *
   * @param timeMs On the monotonic clock; it must have passed.
   */
  hasEndedBefore(timeMs: number): boolean {
    if (this.#loop?.hasDueBefore(timeMs) === true) return false;
    return !this.#sender.slots.some(
      ({ state, scheduledAtMs }) => state !== 'idle' && scheduledAtMs < timeMs,
    );
  }

  /** Counts the requests that were due and never taken up. Called once, when the phase is over. */
  countNeverTakenUp(): void {
    const cause = NEVER_TAKEN_UP[this.#end];
    if (cause !== null && this.#loop?.endsWithClock !== true) {
      this.#sender.neverTakenUp(cause, this.#order.left() ?? []);
    }
  }

  /** Takes a connection's word that a call was answered. */
  onAnswer(index: number, answer: RawAnswer): void {
    const slot = this.#sender.slots[index];
    if (slot?.state === 'in flight') this.#sender.answer(slot, answer);
  }

  /** Takes a connection's word that a call has ended. */
  onEnd(index: number, end: CallEnd): void {
    const slot = this.#sender.slots[index];
    if (slot?.state !== 'in flight') return;
    if (end.kind === 'unprocessed' && !slot.resent && this.#state !== 'cancelled') {
      this.#sender.resend(slot);
      return;
    }
    this.#sender.finish(slot, end, tickNowMs());
    this.#loop!.onFree(slot);
    if (this.#sender.inFlight === 0) this.#resolveWhenDone();
  }

  /** Takes a connection's word that it can carry more calls again. */
  onRoom(connection: number): void {
    this.#sender.sendWaiting(connection);
    this.#loop?.onRoom(connection);
  }

  #newLoop(times: PhaseTimes): Loop {
    const { schedule, quota, seed, atMostPerSecond } = this.#plan;
    if (schedule === null) {
      const limit =
        atMostPerSecond === null ? null : new RateLimit(atMostPerSecond, times.startedAtMs);
      return new ClosedLoop(this.#sender, this.#order, { quota, seed, limit }, () => {
        this.#resolveWhenDone();
      });
    }
    const total = quota.reduce((sum, requests) => sum + requests, 0);
    return new OpenLoop(this.#sender, this.#order, schedule, total, times);
  }

  get #isAnyWaiting(): boolean {
    return this.#sender.isAnyWaiting || this.#loop!.isAnyWaiting;
  }

  #resolveWhenDone(): void {
    if (this.#sender.inFlight === 0 && !this.#isAnyWaiting && this.#loop!.isOver) this.#resolve();
  }

  #stopSending(end: PhaseEnd): void {
    if (this.#state !== 'sending') return;
    const nowMs = performance.now();
    const isSilent = end === 'silent' || this.#silence.isSilent;
    this.#state = 'draining';
    this.#stoppedAtMs = nowMs;
    this.#end = end;
    this.#loop!.stop(nowMs, isSilent ? 'silent' : end === 'stopped' ? 'stopped' : 'clock');
    // A clock lets those that were due wait for their turn.
    if (end === 'silent') this.#giveUpWaiting(null, nowMs);
    else if (end === 'stopped') this.#giveUpWaiting('stopped', nowMs);
    for (const connection of this.#sender.connections) connection.endStreams?.('half-close');
    this.#resolveWhenDone();
  }

  #cancel(): void {
    const nowMs = performance.now();
    if (this.#state === 'sending') this.#loop!.stop(nowMs, 'interrupted');
    this.#state = 'cancelled';
    this.#end = 'interrupted';
    this.#giveUpWaiting('interrupted', nowMs);
    this.#stoppedAtMs ??= nowMs;
    this.#sender.noEndSinceMs = nowMs;
    this.#sender.cancel();
    this.#resolveWhenDone();
  }

  #giveUpWaiting(cause: UnsentCause | null, nowMs: number): void {
    this.#sender.giveUpWaiting(cause, nowMs);
    this.#loop!.giveUpWaiting(cause, nowMs);
  }

  #check(): void {
    const nowMs = performance.now();
    const stoodStill = nowMs - this.#checkedAtMs > STANDSTILL_MS;
    this.#checkedAtMs = nowMs;
    const isIdle =
      this.#sender.inFlight === 0 && !this.#isAnyWaiting && !this.#loop!.isAboutToTakeUp;
    // Streams that have begun owe nobody another word.
    this.#silence.look(nowMs, isIdle || (this.#plan.streams && this.#silence.hasAnswer));
    if (!isIdle) {
      const { leavesStreamsAfter: enough, streams } = this.#plan;
      if (!stoodStill && enough !== null && streams) {
        this.#sender.leaveStreams(nowMs - STREAM_GRACE_MS, enough);
      }
      if (!stoodStill) this.#endStreams(nowMs);
      if (!stoodStill) this.#giveUpOverdue(nowMs);
      if (!this.#silence.hasAnswer && nowMs - this.#startedAtMs > this.#plan.timeoutMs) {
        // Going on would only repeat it, one timeout after the other.
        this.#stopSending('silent');
      }
      if (this.#sender.inFlight > 0) this.#finishLost(nowMs);
    }
    // The last request may have been given up.
    this.#resolveWhenDone();
  }

  /** Streams that go on although nothing more is sent are ended. */
  #endStreams(nowMs: number): void {
    if (this.#state !== 'draining' || this.#areStreamsEnded) return;
    if (nowMs - (this.#stoppedAtMs ?? nowMs) < STREAM_GRACE_MS) return;
    this.#areStreamsEnded = true;
    for (const connection of this.#sender.connections) connection.endStreams?.('cancel');
  }

  #giveUpOverdue(nowMs: number): void {
    this.#loop!.look(nowMs);
    if (!this.#sender.isAnyWaiting) return;
    for (const slot of this.#sender.giveUpOverdue(nowMs)) this.#loop!.onFree(slot);
  }

  /** Ends calls that no transport has ended in time. */
  #finishLost(nowMs: number): void {
    const isCancelled = this.#state === 'cancelled';
    const patienceMs = isCancelled ? CANCEL_GRACE_MS : this.#plan.timeoutMs + DEADLINE_GRACE_MS;
    if (nowMs - this.#sender.noEndSinceMs < patienceMs) return;
    this.#stopSending('silent');
    this.#sender.finishAll(isCancelled ? CANCELLED : LOST, nowMs);
  }
}

/** Why requests were never taken up that a number had due, by how the phase ended. */
const NEVER_TAKEN_UP: Readonly<Record<PhaseEnd, UnsentCause | null>> = {
  complete: null,
  silent: 'no-answer',
  stopped: 'stopped',
  interrupted: 'interrupted',
  'not-opened': 'client',
};
