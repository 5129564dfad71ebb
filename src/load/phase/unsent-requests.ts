import type { UnsentCause } from '../../count/counted.js';
import type { Connection } from '../transport/transport.js';
import { NOT_RESENT } from './call-end.js';
import type { RequestCounter } from './request-counter.js';
import type { Request, Slot } from './request.js';

const NO_ANSWER = 'nothing was answered any more';

/** Causes that are the peer's. */
const OF_PEER: ReadonlySet<UnsentCause> = new Set(['no-connection', 'no-stream', 'no-answer']);

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
  giveUp(request: Request | Slot, cause: UnsentCause, nowMs: number): void {
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
    const failure = cause === 'no-answer' ? NO_ANSWER : '';
    byCall.forEach((count, call) => {
      if (count > 0) this.#counters[call]!.neverTakenUp({ cause, count, failure, waitedMs: null });
    });
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
