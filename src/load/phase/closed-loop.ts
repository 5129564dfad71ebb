import { tickNowMs } from '../tick-clock.js';
import { LONGEST_TIMER_MS } from './due-requests.js';
import type { Loop } from './loop.js';
import type { RateLimit } from './rate-limit.js';
import type { RequestOrder } from './request-order.js';
import type { Slot } from './request.js';
import type { Sender } from './sender.js';
import { Rounds } from './rounds.js';
import { SeededRandom, seedFor } from './seeded-random.js';
import { Sequencer } from './sequencer.js';

/** So many requests are given up in one turn of the event loop at most. */
const BURST = 1024;

/** What a closed loop takes up. */
export interface ClosedLoopPlan {
  /** Requests by connection; Infinity where only a clock ends them. */
  quota: readonly number[];
  /** Of the order in which connections are taken. */
  seed: number;
  /** null: as fast as slots are free. */
  limit: RateLimit | null;
}

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
  readonly #limit: RateLimit | null;
  /** Requests that are not taken up yet. */
  #left: number;
  /** Slots whose turn comes when the limit lets another request go. */
  readonly #resting: Rounds<Slot>;
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;
  /** Slots that go on in the next turn of the event loop. */
  #deferred = 0;

  /** @param onIdle Told when slots may have nothing to do any more, other than by an end. */
  constructor(
    sender: Sender,
    order: RequestOrder,
    { quota, seed, limit }: ClosedLoopPlan,
    onIdle: () => void,
  ) {
    this.#sender = sender;
    this.#order = order;
    this.#sequencer = new Sequencer(quota, sender.slots.length, seed);
    this.#limit = limit;
    // Another generator than that of the connections.
    this.#resting = new Rounds(new SeededRandom(seedFor(seed, 0)));
    this.#left = quota.reduce((sum, requests) => sum + requests, 0);
    this.#endsByNumber = quota.every((requests) => requests !== Infinity);
    this.#onIdle = onIdle;
  }

  get isAboutToTakeUp(): boolean {
    return this.#deferred > 0;
  }

  /** Slots that are free stay so, but for those whose turn is to come. */
  get isOver(): boolean {
    return this.#deferred === 0 && !this.#isAnyToCome;
  }

  start(): void {
    for (const slot of this.#sender.slots) this.onFree(slot);
  }

  onFree(slot: Slot): void {
    if (this.#limit === null) {
      this.#goOn(slot);
      return;
    }
    this.#resting.add(slot);
    this.#letGo(this.#limit);
  }

  #goOn(slot: Slot): void {
    for (let givenUp = 0; !this.#isStopped; givenUp++) {
      if (givenUp === BURST) {
        this.#goOnLater(slot);
        return;
      }
      const connection = this.#sequencer.next(slot.slot);
      if (connection === undefined) return;
      const nowMs = tickNowMs();
      this.#left -= 1;
      this.#limit?.take(nowMs);
      this.#order.takeUp(slot, connection, nowMs);
      if (this.#sender.send(slot)) return;
      // Where a number ends the loop it is to come to an end. Where only a clock does, each request
      // waits: else as many would be given up as can be counted.
      if (!this.#endsByNumber || !this.#sender.patience.isExhausted(connection, nowMs)) {
        this.#sender.wait(slot);
        return;
      }
      this.#sender.giveUp(slot, nowMs);
      if (this.#limit !== null) {
        this.#resting.add(slot);
        return;
      }
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
    this.#sleep();
  }

  hasDueBefore(): boolean {
    return false;
  }

  /** Those whose turn it is go on, as far as the limit lets them; the others do as soon as it will. */
  #letGo(limit: RateLimit): void {
    while (!this.#isStopped && limit.waitMs(tickNowMs()) === 0) {
      const slot = this.#resting.take();
      if (slot === undefined) break;
      this.#goOn(slot);
    }
    // When the last request has gone, a timer would only hold up the end.
    if (this.#isAnyToCome) this.#wake(limit);
    else this.#sleep();
  }

  get #isAnyToCome(): boolean {
    return !this.#isStopped && this.#left > 0 && this.#resting.size > 0;
  }

  #sleep(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #wake(limit: RateLimit): void {
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        this.#letGo(limit);
        this.#onIdle();
      },
      Math.min(limit.waitMs(tickNowMs()), LONGEST_TIMER_MS),
    );
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
