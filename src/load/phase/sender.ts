import type { CallEnd, RawAnswer } from '../../call/answer.js';
import type { UnsentCause } from '../../count/counted.js';
import { tickNowMs } from '../tick-clock.js';
import type { Connection } from '../transport/transport.js';
import { Patience } from './patience.js';
import type { RequestCounter } from './request-counter.js';
import { type EnoughOfStream, newSlot, type Request, type Slot, type Waits } from './request.js';
import type { SilenceWatch } from './silence-watch.js';
import { UnsentRequests } from './unsent-requests.js';
import { WaitingRoom } from './waiting-room.js';

/** How long a stream may take to end by itself once this side says no more, where it is to be left. */
const HALF_CLOSED_MS = 200;

/**
 * Sends requests on their connections, lets them wait where there is no room, and has each counted
 * once: when it ends, or when it is given up. It does not know which request is next.
 */
export class Sender {
  readonly connections: readonly Connection[];
  readonly slots: readonly Slot[];
  readonly patience: Patience;
  readonly silence: SilenceWatch;
  /** Requests sent so far. */
  sent = 0;
  /** Requests sent a second time because the peer provably had not looked at them. */
  resent = 0;
  inFlight = 0;
  /** Since when calls are in flight and none has ended. */
  noEndSinceMs = performance.now();
  readonly waits: Waits = { forStream: 0, forStreamMs: 0 };
  readonly #counters: readonly RequestCounter[];
  readonly #sentCounts: Float64Array;
  readonly #waiting: WaitingRoom<Slot>;
  readonly #unsent: UnsentRequests;

  /**
   * @param counters By call.
   * @param sentCounts Takes how many were sent, by connection and call.
   * @param settings.slots Requests in flight at most.
   * @param settings.timeoutMs Each request's own deadline.
   */
  constructor(
    connections: readonly Connection[],
    counters: readonly RequestCounter[],
    sentCounts: Float64Array,
    silence: SilenceWatch,
    { slots, timeoutMs, isOpenLoop }: { slots: number; timeoutMs: number; isOpenLoop: boolean },
  ) {
    this.connections = connections;
    this.slots = Array.from({ length: slots }, (_, slot) => newSlot(slot));
    this.patience = new Patience(connections.length, timeoutMs);
    this.silence = silence;
    this.#counters = counters;
    this.#sentCounts = sentCounts;
    this.#waiting = new WaitingRoom(connections.length);
    this.#unsent = new UnsentRequests(connections, counters, timeoutMs, isOpenLoop);
  }

  /** Whether requests with a slot wait. */
  get isAnyWaiting(): boolean {
    return this.#waiting.size > 0;
  }

  /** Whether requests with a slot wait for a connection. */
  isWaitedFor(connection: number): boolean {
    return this.#waiting.next(connection) !== undefined;
  }

  /**
   * Sends a request that was just taken up, unless there is no room for it, or others wait: the room
   * that an end has made is theirs.
   *
   * @returns whether it was sent.
   */
  send(slot: Slot): boolean {
    slot.resent = false;
    slot.refusedAtMs = 0;
    return this.#waiting.next(slot.connection) === undefined && this.#attempt(slot);
  }

  /** Lets a request wait that could not be sent. */
  wait(slot: Slot): void {
    const { connection } = slot;
    const nowMs = tickNowMs();
    this.silence.begin(nowMs);
    slot.state = 'waiting for room';
    const first = this.#waiting.next(connection);
    if (first !== undefined && first.refusedAtMs > 0) slot.refusedAtMs = nowMs;
    this.#waiting.add(connection, slot);
    if (first !== undefined) this.sendWaiting(connection);
  }

  /** Sends those that wait for a connection, as many as it takes. */
  sendWaiting(connection: number): void {
    let slot = this.#waiting.next(connection);
    while (slot !== undefined && this.#attempt(slot)) {
      this.#waiting.release(connection);
      slot = this.#waiting.next(connection);
    }
  }

  /** Sends a request again, once: the peer has not looked at it. */
  resend(slot: Slot): void {
    slot.resent = true;
    this.resent += 1;
    this.inFlight -= 1;
    this.#counters[slot.call]!.forgetAnswers(slot.slot);
    if (this.#attempt(slot)) return;
    this.silence.begin(tickNowMs());
    slot.state = 'waiting for room';
    // Those that wait have come later.
    this.#waiting.addFirst(slot.connection, slot);
  }

  /** The peer has answered. */
  answer(slot: Slot, answer: RawAnswer): void {
    slot.isAnswered = true;
    this.silence.answered(tickNowMs());
    this.#counters[slot.call]!.onAnswer(slot.slot, answer);
  }

  /** A request has ended. Its slot is idle. */
  finish(slot: Slot, end: CallEnd, endedAtMs: number): void {
    slot.state = 'idle';
    this.inFlight -= 1;
    this.noEndSinceMs = endedAtMs;
    if (end.kind === 'answered' && !slot.isAnswered) this.silence.answered(endedAtMs);
    this.#counters[slot.call]!.onEnd(slot, end, endedAtMs);
  }

  /** Gives up a request that is not in flight. @param cause null for what its connection lacks. */
  giveUp(request: Request | Slot, nowMs: number, cause: UnsentCause | null = null): void {
    this.#unsent.giveUp(request, cause ?? this.patience.lackOf(request.connection), nowMs);
  }

  /** Gives up all that wait. @param cause null for what their connections lack. */
  giveUpWaiting(cause: UnsentCause | null, nowMs: number): void {
    for (const slot of this.#waiting.clear()) {
      const lack = this.patience.lackOf(slot.connection);
      // Whoever has the place is not answered either.
      this.giveUp(slot, nowMs, cause ?? (lack === 'no-place' ? 'no-answer' : lack));
    }
  }

  /** Gives up those that have waited long enough. @returns Their slots. */
  giveUpOverdue(nowMs: number): Slot[] {
    const freed: Slot[] = [];
    this.connections.forEach(({ trouble }, connection) => {
      let first = this.#waiting.next(connection);
      if (first === undefined) return;
      const { patience } = this;
      const lack = patience.lackOf(connection) === 'no-place' ? 'busy' : 'no stream';
      patience.refused(connection, trouble === null ? lack : 'not connected', nowMs);
      while (first !== undefined && patience.isOver(connection, first.scheduledAtMs, nowMs)) {
        freed.push(this.#waiting.release(connection));
        this.giveUp(first, nowMs);
        first = this.#waiting.next(connection);
      }
    });
    return freed;
  }

  /** Cancels all that is in flight. */
  cancel(): void {
    for (const slot of this.slots) {
      if (slot.state === 'in flight') this.connections[slot.connection]!.cancel(slot.slot);
    }
  }

  /**
   * Ends streams that go on, sent before a time: this side says no more, and those that said enough are left.
   *
   * @param enough Whether a message is, or only what says who gives the stream.
   */
  leaveStreams(sentBeforeMs: number, enough: EnoughOfStream): void {
    for (const slot of this.slots) {
      if (slot.state !== 'in flight' || slot.sentAtMs > sentBeforeMs) continue;
      const connection = this.connections[slot.connection]!;
      connection.endStream?.(slot.slot, 'half-close');
      if (slot.sentAtMs > sentBeforeMs - HALF_CLOSED_MS) continue;
      const isEnough =
        enough === 'message' ? slot.isAnswered : this.#counters[slot.call]!.isIdentified(slot.slot);
      if (isEnough) connection.endStream?.(slot.slot, 'cancel');
    }
  }

  /** Ends all that is in flight, whatever the connections say of it later. */
  finishAll(end: CallEnd, nowMs: number): void {
    for (const slot of this.slots) {
      if (slot.state === 'in flight') this.finish(slot, end, nowMs);
    }
  }

  /** Requests that were due by their number were never taken up. @param byCall How many. */
  neverTakenUp(cause: UnsentCause, byCall: readonly number[]): void {
    this.#unsent.neverTakenUp(cause, byCall);
  }

  /** @returns whether it was sent. */
  #attempt(slot: Slot): boolean {
    const { connection } = slot;
    const start = this.connections[connection]!.call(slot.slot, slot.call, slot.sequence);
    if (start !== 'started') {
      const nowMs = tickNowMs();
      this.patience.refused(connection, start, nowMs);
      if (start === 'no stream' && slot.refusedAtMs === 0) slot.refusedAtMs = nowMs;
      return false;
    }
    if (this.patience.stuck > 0) this.patience.started(connection);
    slot.state = 'in flight';
    slot.isAnswered = false;
    if (this.inFlight === 0) {
      this.noEndSinceMs = tickNowMs();
      this.silence.begin(this.noEndSinceMs);
    }
    this.inFlight += 1;
    if (slot.resent) return true;
    slot.sentAtMs = tickNowMs();
    this.sent += 1;
    this.#sentCounts[slot.place]! += 1;
    if (slot.refusedAtMs > 0) {
      this.waits.forStream += 1;
      this.waits.forStreamMs += slot.sentAtMs - slot.refusedAtMs;
    }
    return true;
  }
}
