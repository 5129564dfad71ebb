import type { UnsentCause } from '../../count/counted.js';
import type { Connection } from '../transport/transport.js';
import { NOT_RESENT } from './call-end.js';
import type { RequestCounter } from './request-counter.js';
import type { Request, Slot } from './request.js';

const NO_ANSWER = 'nothing was answered any more';

/** Causes that are the peer's. */
const OF_PEER: ReadonlySet<UnsentCause> = new Set(['no-connection', 'no-stream', 'no-answer']);

/** A cause where no connection could be opened for want of something on this side: it is not the peer's. */
function ofThisSide(cause: UnsentCause): UnsentCause {
  return OF_PEER.has(cause) ? 'client' : cause;
}

/** Accounts for requests that were due and are not sent, and says why. */
export class UnsentRequests {
  readonly #connections: readonly Connection[];
  readonly #counters: readonly RequestCounter[];
  readonly #timeoutMs: number;
  readonly #isOpenLoop: boolean;

  /**
   * @param counters By call.
   * @param timeoutMs Each request's own deadline.
   * @param isOpenLoop Whether the wait for the peer is a latency.
   */
  constructor(
    connections: readonly Connection[],
    counters: readonly RequestCounter[],
    timeoutMs: number,
    isOpenLoop: boolean,
  ) {
    this.#connections = connections;
    this.#counters = counters;
    this.#timeoutMs = timeoutMs;
    this.#isOpenLoop = isOpenLoop;
  }

  /** A request that was taken up is not sent; one that was to be sent again has failed instead. */
  giveUp(request: Request | Slot, why: UnsentCause, nowMs: number): void {
    const cause = this.#hasShortage(request.connection) ? ofThisSide(why) : why;
    const counter = this.#counters[request.call]!;
    if ('state' in request) {
      request.state = 'idle';
      if (request.resent) {
        counter.onEnd(request, NOT_RESENT, nowMs);
        return;
      }
    }
    counter.onUnsent(request, {
      cause,
      count: 1,
      failure: this.#inWords(cause, request.connection),
      waitedMs: this.#isOpenLoop && OF_PEER.has(cause) ? nowMs - request.scheduledAtMs : null,
    });
  }

  /** Requests that were due by their number were never taken up. @param byCall How many. */
  neverTakenUp(cause: UnsentCause, byCall: readonly number[]): void {
    const isEveryShort = this.#connections.every((_, connection) => this.#hasShortage(connection));
    const what = isEveryShort ? ofThisSide(cause) : cause;
    const failure = what === 'no-answer' ? NO_ANSWER : '';
    byCall.forEach((count, call) => {
      if (count === 0) return;
      this.#counters[call]!.neverTakenUp({ cause: what, count, failure, waitedMs: null });
    });
  }

  /** Whether this side lacks what it takes to open a connection. */
  #hasShortage(connection: number): boolean {
    return (this.#connections[connection]!.shortage ?? null) !== null;
  }

  #inWords(cause: UnsentCause, connection: number): string {
    const { remote, trouble } = this.#connections[connection]!;
    switch (cause) {
      case 'no-connection':
        return trouble ?? `${remote}: the connection was lost`;
      case 'no-stream':
        return `the peer allowed no stream within ${this.#timeoutMs} ms`;
      case 'no-answer':
        return NO_ANSWER;
      default:
        return '';
    }
  }
}
