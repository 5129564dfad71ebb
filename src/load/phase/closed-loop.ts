import { tickNowMs } from '../tick-clock.js';
import type { Loop } from './loop.js';
import type { RequestOrder } from './request-order.js';
import type { Slot } from './request.js';
import type { Sender } from './sender.js';
import { Sequencer } from './sequencer.js';

/** So many requests are given up in one turn of the event loop at most. */
const BURST = 1024;

/** Each slot keeps one request in flight: its end makes room for the slot's next. */
export class ClosedLoop implements Loop {
  readonly latenessP99Ms = null;
  readonly intervalMs = 0;
  readonly isAnyWaiting = false;
  /** Which of the two ends it is not known before. */
  readonly endsWithClock = false;
  readonly #sender: Sender;
  readonly #order: RequestOrder;
  readonly #sequencer: Sequencer;
  readonly #endsByNumber: boolean;
  readonly #onIdle: () => void;
  #isStopped = false;
  /** Slots that go on in the next turn of the event loop. */
  #deferred = 0;

  /**
   * @param quota Requests by connection; Infinity where only a clock ends them.
   * @param seed Of the order in which connections are taken.
   * @param onIdle Told when slots may have nothing to do any more, other than by an end.
   */
  constructor(
    sender: Sender,
    order: RequestOrder,
    quota: readonly number[],
    seed: number,
    onIdle: () => void,
  ) {
    this.#sender = sender;
    this.#order = order;
    this.#sequencer = new Sequencer(quota, sender.slots.length, seed);
    this.#endsByNumber = quota.every((requests) => requests !== Infinity);
    this.#onIdle = onIdle;
  }

  get isAboutToTakeUp(): boolean {
    return this.#deferred > 0;
  }

  /** Slots that are free stay so. */
  get isOver(): boolean {
    return this.#deferred === 0;
  }

  start(): void {
    for (const slot of this.#sender.slots) this.onFree(slot);
  }

  onFree(slot: Slot): void {
    for (let givenUp = 0; !this.#isStopped; givenUp++) {
      if (givenUp === BURST) {
        this.#goOnLater(slot);
        return;
      }
      const connection = this.#sequencer.next(slot.slot);
      if (connection === undefined) return;
      const nowMs = tickNowMs();
      this.#order.takeUp(slot, connection, nowMs);
      if (this.#sender.send(slot)) return;
      // Where a number ends the loop it is to come to an end. Where only a clock does, each request
      // waits: else as many would be given up as can be counted.
      if (!this.#endsByNumber || !this.#sender.patience.isExhausted(connection, nowMs)) {
        this.#sender.wait(slot);
        return;
      }
      this.#sender.giveUp(slot, nowMs);
    }
  }

  onRoom(): void {
    // All requests that wait have a slot.
  }

  look(): void {
    // All requests that wait have a slot.
  }

  giveUpWaiting(): void {
    // All requests that wait have a slot.
  }

  /** What was not taken up was not due. */
  stop(): void {
    this.#isStopped = true;
  }

  hasDueBefore(): boolean {
    return false;
  }

  /** Whatever else there is to do comes first. */
  #goOnLater(slot: Slot): void {
    this.#deferred += 1;
    setImmediate(() => {
      this.#deferred -= 1;
      this.onFree(slot);
      this.#onIdle();
    });
  }
}
