import type { PreparedRequest } from '../../wire/h2/prepared-request.js';
import type { Reply } from '../../wire/grpc/reply.js';
import type { Session } from '../../wire/h2/session.js';
import { UnaryCalls } from '../../wire/grpc/unary.js';
import type { GrpcRequest } from '../../call/grpc/request.js';
import { SignOfLife } from './sign-of-life.js';

const FREE = -1;

/** Takes the outcome of a call. It is valid only while it is handed over. */
export type OnLineEnd = (slot: number, reply: Reply) => void;

/**
 * One HTTP/2 session that carries calls. Knows which of the load loop's slots each of its own
 * streams belongs to, and since when.
 */
export class H2Line {
  readonly session: Session;
  readonly #calls: UnaryCalls;
  readonly #requests: readonly PreparedRequest[];
  /** By own slot: the load loop's slot, or FREE. */
  readonly #slots: Int32Array;
  readonly #sentAtMs: Float64Array;
  /** Own slots that are free: a stack. */
  readonly #free: Int32Array;
  #freeCount: number;
  readonly #signOfLife: SignOfLife;
  #wasFull = false;

  /**
   * @param session An open session with room for `inFlight` streams.
   * @param requests What it can call.
   * @param inFlight Calls in flight at most.
   * @param sweepMs How often {@link giveUpBefore} is called, in ms.
   */
  constructor(
    session: Session,
    requests: readonly GrpcRequest[],
    inFlight: number,
    sweepMs: number,
    onEnd: OnLineEnd,
  ) {
    this.session = session;
    this.#signOfLife = new SignOfLife(session, sweepMs);
    this.#slots = new Int32Array(inFlight).fill(FREE);
    this.#sentAtMs = new Float64Array(inFlight);
    this.#free = Int32Array.from({ length: inFlight }, (_, own) => inFlight - 1 - own);
    this.#freeCount = inFlight;
    this.#calls = new UnaryCalls(session, (own, reply) => {
      onEnd(this.#release(own), reply);
    });
    this.#requests = requests.map(({ metadata, ...request }) =>
      this.#calls.prepare({
        ...request,
        metadata: metadata.map(([name, value]) => [
          name,
          name.endsWith('-bin') ? Buffer.from(value, 'base64') : value,
        ]),
      }),
    );
  }

  /** Starts a call, by its number. @returns false when there is no room now. */
  call(slot: number, call: number, nowMs: number): boolean {
    if (this.#freeCount === 0) {
      this.#wasFull = true;
      return false;
    }
    const own = this.#free[this.#freeCount - 1]!;
    if (!this.#calls.call(this.#requests[call]!, own)) return false;
    this.#freeCount -= 1;
    this.#slots[own] = slot;
    this.#sentAtMs[own] = nowMs;
    return true;
  }

  /** Whether a call found all own slots taken since this was asked last. */
  takeWasFull(): boolean {
    const wasFull = this.#wasFull;
    this.#wasFull = false;
    return wasFull;
  }

  /** Gives up a call. @returns whether it was in flight here. */
  cancel(slot: number): boolean {
    const own = this.#slots.indexOf(slot);
    if (own < 0) return false;
    this.#calls.cancel(own);
    this.#release(own);
    return true;
  }

  /**
   * Gives up the calls sent before a time, and the session where its peer has vanished.
   *
   * @param onGivenUp Takes the load loop's slots.
   */
  giveUpBefore(timeMs: number, onGivenUp: (slot: number) => void): void {
    let isSuspect = false;
    for (let own = 0; own < this.#slots.length; own++) {
      if (this.#slots[own] === FREE || this.#sentAtMs[own]! > timeMs) continue;
      isSuspect = true;
      this.#calls.cancel(own);
      onGivenUp(this.#release(own));
    }
    if (this.#signOfLife.isGone(isSuspect)) this.session.destroy({ kind: 'peer-silent' });
  }

  #release(own: number): number {
    const slot = this.#slots[own]!;
    this.#slots[own] = FREE;
    this.#free[this.#freeCount++] = own;
    return slot;
  }
}
