import type { UnsentCause } from '../../count/counted.js';
import { percentileMs } from '../../count/latency-summary.js';
import { tickNowMs } from '../tick-clock.js';
import { DueRequests } from './due-requests.js';
import type { Loop, PhaseTimes, StopReason } from './loop.js';
import type { Schedule } from './pacer.js';
import type { RequestOrder } from './request-order.js';
import { moveInto, newRequest, type Request, type Slot } from './request.js';
import type { Sender } from './sender.js';
import { WaitingRoom } from './waiting-room.js';

/** Why requests that were due had not been taken up when no more was, by whether there were slots. */
const OVERDUE: Readonly<Record<'full' | 'free', Record<StopReason, UnsentCause>>> = {
  full: {
    clock: 'no-place',
    silent: 'no-answer',
    stopped: 'no-place',
    interrupted: 'interrupted',
  },
  free: { clock: 'client', silent: 'no-answer', stopped: 'stopped', interrupted: 'interrupted' },
};

/** Requests are due by a schedule, and take any free slot. */
export class OpenLoop implements Loop {
  readonly intervalMs: number;
  readonly #sender: Sender;
  readonly #order: RequestOrder;
  readonly #due: DueRequests;
  /** Slots that are free: a stack. */
  readonly #free: Slot[];
  /**
   * Requests whose connection was out when they were due. They hold no slot: those of the connections
   * that work need them.
   */
  readonly #parked: WaitingRoom<Request>;
  #isStopped = false;

  /** @param total Requests in all; Infinity where only a clock ends them. */
  constructor(
    sender: Sender,
    order: RequestOrder,
    schedule: Schedule,
    total: number,
    { startedAtMs, untilMs }: PhaseTimes,
  ) {
    this.#sender = sender;
    this.#order = order;
    this.intervalMs = 1000 / schedule.requestsPerSecond;
    this.#free = [...sender.slots].reverse();
    this.#parked = new WaitingRoom(sender.connections.length);
    this.#due = new DueRequests(
      schedule,
      sender.connections.length,
      total,
      startedAtMs,
      untilMs,
      (connection, dueAtMs) => this.#takeUp(connection, dueAtMs),
    );
  }

  get isAnyWaiting(): boolean {
    return this.#parked.size > 0;
  }

  get isAboutToTakeUp(): boolean {
    return this.#due.isAboutToTakeUp;
  }

  /** A schedule that a clock ends goes on until then. */
  get isOver(): boolean {
    return this.#isStopped || (this.#due.isOver && !this.#due.endsWithClock);
  }

  get endsWithClock(): boolean {
    return this.#due.endsWithClock;
  }

  get latenessP99Ms(): number | null {
    return percentileMs(this.#due.lateness.counts(), 99);
  }

  start(): void {
    this.#due.takeUpDue();
  }

  onFree(slot: Slot): void {
    this.#free.push(slot);
    if (this.#parked.size > 0) {
      for (let other = 0; other < this.#sender.connections.length; other++) this.onRoom(other);
    }
    if (!this.#isStopped) this.#due.onPlace();
  }

  /** Sends those that wait for the connection without a slot, as far as there are slots. */
  onRoom(connection: number): void {
    while (
      this.#free.length > 0 &&
      this.#parked.next(connection) !== undefined &&
      !this.#sender.isWaitedFor(connection) &&
      this.#sender.connections[connection]!.trouble === null
    ) {
      const slot = this.#free.pop()!;
      moveInto(slot, this.#parked.release(connection));
      this.#send(slot);
    }
  }

  look(nowMs: number): void {
    if (this.#parked.size === 0) return;
    this.#sender.connections.forEach(({ trouble }, connection) => {
      // Where the connection is back, a slot is all that they wait for: nothing was asked of it while it
      // was out, so that it owes nobody the word that it is.
      if (trouble === null) {
        this.onRoom(connection);
        return;
      }
      let first = this.#parked.next(connection);
      if (first === undefined) return;
      const { patience } = this.#sender;
      patience.refused(connection, 'not connected', nowMs);
      while (first !== undefined && patience.isOver(connection, first.scheduledAtMs, nowMs)) {
        this.#sender.giveUp(this.#parked.release(connection), nowMs);
        first = this.#parked.next(connection);
      }
    });
  }

  stop(nowMs: number, why: StopReason): void {
    // The clock may come between a request's time and its timer.
    if (why === 'clock') this.#due.takeUpDue();
    this.#isStopped = true;
    this.#due.stop();
    const cause = OVERDUE[this.#free.length > 0 ? 'free' : 'full'][why];
    const request = newRequest();
    this.#due.giveAwayOverdue(nowMs, (connection, dueAtMs) => {
      this.#order.takeUp(request, connection, dueAtMs);
      this.#sender.giveUp(request, nowMs, cause);
    });
  }

  giveUpWaiting(cause: UnsentCause | null, nowMs: number): void {
    for (const request of this.#parked.clear()) this.#sender.giveUp(request, nowMs, cause);
  }

  hasDueBefore(timeMs: number): boolean {
    if (this.#due.nextDueAtMs < timeMs) return true;
    return this.#sender.connections.some((_, connection) => {
      const first = this.#parked.next(connection);
      return first !== undefined && first.scheduledAtMs < timeMs;
    });
  }

  /** @returns false when there is no slot for it. */
  #takeUp(connection: number, dueAtMs: number): boolean {
    const isOut = this.#sender.connections[connection]!.trouble !== null;
    if (isOut || this.#parked.next(connection) !== undefined) {
      this.#park(connection, dueAtMs, isOut);
      return true;
    }
    const slot = this.#free.pop();
    if (slot === undefined) return false;
    this.#order.takeUp(slot, connection, dueAtMs);
    this.#send(slot);
    return true;
  }

  #send(slot: Slot): void {
    if (this.#sender.send(slot)) return;
    const nowMs = tickNowMs();
    if (!this.#sender.patience.isTooLate(slot.connection, slot.scheduledAtMs, nowMs)) {
      this.#sender.wait(slot);
      return;
    }
    this.#sender.giveUp(slot, nowMs);
    this.#free.push(slot);
  }

  #park(connection: number, dueAtMs: number, isOut: boolean): void {
    const { patience, silence } = this.#sender;
    const request = newRequest();
    this.#order.takeUp(request, connection, dueAtMs);
    const nowMs = tickNowMs();
    if (isOut) {
      patience.refused(connection, 'not connected', nowMs);
      if (patience.isTooLate(connection, dueAtMs, nowMs)) {
        this.#sender.giveUp(request, nowMs);
        return;
      }
    }
    silence.begin(nowMs);
    this.#parked.add(connection, request);
  }
}
