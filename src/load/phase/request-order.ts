import { placeOf } from '../member/sent-counts.js';
import type { CallDealer } from './call-dealer.js';
import type { Request } from './request.js';

/** Gives requests their calls, and their places in the order in which they were due. */
export class RequestOrder {
  readonly #dealer: CallDealer;
  readonly #connections: number;
  readonly #calls: number;
  /**
   * By connection and call: requests taken up. Plain arrays, so that the numbers they give are small
   * integers to the engine.
   */
  readonly #byConnection: number[];
  readonly #byCall: number[];

  /** @param calls How many different calls there are. */
  constructor(dealer: CallDealer, connections: number, calls: number) {
    this.#dealer = dealer;
    this.#connections = connections;
    this.#calls = calls;
    this.#byConnection = new Array<number>(connections * calls).fill(0);
    this.#byCall = new Array<number>(calls).fill(0);
  }

  /** Takes up a request, into the object given. @param dueAtMs On the monotonic clock. */
  takeUp(request: Request, connection: number, dueAtMs: number): void {
    const call = this.#dealer.next(connection);
    const place = placeOf(connection, call, this.#calls);
    request.connection = connection;
    request.call = call;
    request.place = place;
    request.scheduledAtMs = dueAtMs;
    request.sequence = this.#byCall[call]!++;
    request.connectionSequence = this.#byConnection[place]!++;
  }

  /** Requests that were not taken up, by call; null where their number has no limit. */
  left(): number[] | null {
    const left = new Array<number>(this.#calls).fill(0);
    for (let connection = 0; connection < this.#connections; connection++) {
      const own = this.#dealer.left(connection);
      if (own === null) return null;
      own.forEach((count, call) => (left[call]! += count));
    }
    return left;
  }
}
