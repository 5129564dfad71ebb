import type { SentOnStream } from '../../call/answer.js';
import type { GrpcStream } from '../../call/grpc/request.js';
import { tickNowMs } from '../tick-clock.js';

/** What sends the messages of one stream. */
export interface MessageSender {
  /**
   * Sends a message; with the last one this side ends.
   *
   * @param index Which, from 0.
   * @returns Whether it was taken; else {@link MessagePace.taken} is to be told, unless it is the last.
   */
  send(index: number, isLast: boolean): boolean;
  /** Ends this side without another message. */
  end(): void;
}

/**
 * Sends the messages of one stream: each when its time has come and the one before was taken. Times count
 * from the start, so that one that waited does not put off all that follow.
 */
export class MessagePace {
  readonly #count: number;
  readonly #intervalMs: number;
  readonly #sender: MessageSender;
  readonly #sent: SentOnStream = { messages: 0, waits: 0, waitedMs: 0 };
  #startedAtMs = 0;
  /** Since when a message has waited; null while none does. */
  #waitingSinceMs: number | null = null;
  #timer: NodeJS.Timeout | undefined;
  #isOver = false;

  constructor({ count, intervalMs }: GrpcStream, sender: MessageSender) {
    this.#count = count ?? Infinity;
    this.#intervalMs = intervalMs;
    this.#sender = sender;
  }

  start(): void {
    this.#startedAtMs = tickNowMs();
    if (this.#count === 0) this.end();
    else this.#go();
  }

  /** The message that waited was taken. */
  taken(): void {
    if (this.#waitingSinceMs === null) return;
    this.#sent.waitedMs += tickNowMs() - this.#waitingSinceMs;
    this.#waitingSinceMs = null;
    this.#go();
  }

  /** Ends this side, behind what was sent. */
  end(): void {
    if (this.#isOver) return;
    this.#finish();
    this.#sender.end();
  }

  /** The stream is over. @returns What was sent on it. */
  stop(): SentOnStream {
    if (this.#waitingSinceMs !== null) this.#sent.waitedMs += tickNowMs() - this.#waitingSinceMs;
    this.#finish();
    return this.#sent;
  }

  #finish(): void {
    this.#isOver = true;
    this.#waitingSinceMs = null;
    clearTimeout(this.#timer);
  }

  /** Sends until one has to wait: for its time, or to be taken. */
  #go(): void {
    while (!this.#isOver) {
      const index = this.#sent.messages;
      const waitMs = this.#intervalMs === 0 ? 0 : this.#dueAtMs(index) - performance.now();
      if (waitMs > 0) {
        this.#timer = setTimeout(() => {
          this.#go();
        }, Math.ceil(waitMs));
        return;
      }
      const isLast = index + 1 === this.#count;
      this.#sent.messages += 1;
      if (isLast) this.#finish();
      if (this.#sender.send(index, isLast)) continue;
      this.#sent.waits += 1;
      if (!isLast) this.#waitingSinceMs = tickNowMs();
      return;
    }
  }

  #dueAtMs(index: number): number {
    return this.#startedAtMs + index * this.#intervalMs;
  }
}
