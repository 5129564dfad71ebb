import type { CarriedRequest } from '../../call/kinds.js';
import type { GrpcRequest } from '../../call/grpc/request.js';
import { contentLengthOf, type HttpRequest } from '../../call/http/request.js';
import { numberedHeaderOf } from '../../call/user-agent.js';
import type { PreparedRequest } from '../../wire/h2/prepared-request.js';
import type { Session } from '../../wire/h2/session.js';
import type { Reply } from '../../wire/grpc/reply.js';
import { UnaryCalls } from '../../wire/grpc/unary.js';
import { HttpExchanges } from '../../wire/http/exchanges.js';
import type { HttpResponse } from '../../wire/http/response.js';
import { metadataOf } from './grpc-metadata.js';
import { H2Streams, type LeftStream, type StreamLineEvents } from './h2-streams.js';
import { SignOfLife } from './sign-of-life.js';
import { StreamAllowance } from './stream-allowance.js';
import type { EndStreams } from './transport.js';

const FREE = -1;

/** Takes what calls come to. It is valid only while it is handed over. */
export interface LineEvents extends StreamLineEvents {
  onReply(slot: number, reply: Reply): void;
  onResponse(slot: number, response: HttpResponse): void;
}

/** A call that was given up. */
export interface LeftCall {
  /** The load loop's. */
  slot: number;
  /** null where it is no stream. */
  stream: LeftStream | null;
}

/** A request of one of the line's calls, ready to be sent any number of times. */
interface LineCall {
  carrier: UnaryCalls | HttpExchanges | H2Streams;
  request: PreparedRequest;
}

/**
 * One HTTP/2 session that carries calls. Knows which of the load loop's slots each of its own
 * streams belongs to, and since when.
 */
export class H2Line {
  readonly session: Session;
  readonly #calls: readonly LineCall[];
  /** By own slot: the load loop's slot, or FREE. */
  readonly #slots: Int32Array;
  /** By own slot: which of the calls it makes. */
  readonly #callsOf: Int32Array;
  readonly #sentAtMs: Float64Array;
  /** Own slots that are free: a stack. */
  readonly #free: Int32Array;
  #freeCount: number;
  readonly #signOfLife: SignOfLife;
  readonly #allowance = new StreamAllowance();
  #wasFull = false;
  /** null where none of the calls streams. */
  #streams: H2Streams | null = null;
  /** What had come in when streams were asked to end. */
  #bytesWhenEnding = 0;

  /**
   * @param session An open session with room for `inFlight` streams.
   * @param requests What it can call.
   * @param inFlight Calls in flight at most.
   * @param sweepMs How often {@link giveUpBefore} is called, in ms.
   */
  constructor(
    session: Session,
    requests: readonly CarriedRequest[],
    inFlight: number,
    sweepMs: number,
    events: LineEvents,
  ) {
    this.session = session;
    this.#signOfLife = new SignOfLife(session, sweepMs);
    this.#slots = new Int32Array(inFlight).fill(FREE);
    this.#callsOf = new Int32Array(inFlight);
    this.#sentAtMs = new Float64Array(inFlight);
    this.#free = Int32Array.from({ length: inFlight }, (_, own) => inFlight - 1 - own);
    this.#freeCount = inFlight;
    let unary: UnaryCalls | undefined;
    let exchanges: HttpExchanges | undefined;
    this.#calls = requests.map((request): LineCall => {
      if (request.kind === 'grpc' && request.stream !== undefined) {
        const streams = (this.#streams ??= this.#streamsWith(events));
        return { carrier: streams, request: streams.prepare(request, request.stream) };
      }
      if (request.kind === 'grpc') {
        unary ??= new UnaryCalls(session, (own, reply) => {
          events.onReply(this.#release(own), reply);
        });
        return { carrier: unary, request: prepareUnary(unary, request) };
      }
      exchanges ??= new HttpExchanges(session, (own, response) => {
        events.onResponse(this.#release(own), response);
      });
      return { carrier: exchanges, request: prepareHttp(exchanges, request) };
    });
  }

  /**
   * Starts a call.
   *
   * @param call Which one.
   * @param number What the request is numbered, where it says so.
   * @returns false when there is no room now.
   */
  call(slot: number, call: number, number: number, nowMs: number): boolean {
    if (this.#freeCount <= this.#allowance.reserve) {
      this.#wasFull = true;
      return false;
    }
    const own = this.#free[this.#freeCount - 1]!;
    const { carrier, request } = this.#calls[call]!;
    if (!carrier.call(request, own, number)) return false;
    this.#freeCount -= 1;
    this.#slots[own] = slot;
    this.#callsOf[own] = call;
    this.#sentAtMs[own] = nowMs;
    return true;
  }

  /** Whether all own slots are taken. */
  get isFull(): boolean {
    return this.#freeCount === 0;
  }

  /** Takes note of how a call has ended. @param wasRefused The peer has not looked at it. */
  ended(wasRefused: boolean): void {
    if (wasRefused) {
      const room = this.#slots.length;
      this.#allowance.refused(room - this.#freeCount, room);
    } else {
      this.#allowance.ended();
    }
  }

  /** Whether a call found no own slot that it may take since this was asked last. */
  takeWasFull(): boolean {
    const wasFull = this.#wasFull;
    this.#wasFull = false;
    return wasFull;
  }

  /** Gives up a call. @returns What is left of it; null where it was not in flight here. */
  cancel(slot: number): LeftCall | null {
    const own = this.#slots.indexOf(slot);
    return own < 0 ? null : this.#abandon(own);
  }

  /**
   * Ends the streams in flight; those of a peer that has said nothing since they were asked to end are lost
   * with the session.
   *
   * @param onEnded Takes those that were cancelled.
   */
  endStreams(how: EndStreams, onEnded: (left: LeftCall) => void): void {
    const streams = this.#streams;
    if (streams === null) return;
    const { session } = this;
    if (how === 'half-close') {
      this.#bytesWhenEnding = session.ledger.bytesIn;
      session.askForAcknowledgement();
    } else if (session.active > 0 && session.ledger.bytesIn === this.#bytesWhenEnding) {
      session.destroy({ kind: 'peer-silent' });
    }
    for (let own = 0; own < this.#slots.length; own++) {
      if (this.#slots[own] === FREE || this.#calls[this.#callsOf[own]!]!.carrier !== streams)
        continue;
      if (how === 'half-close') streams.halfClose(own);
      else onEnded(this.#abandon(own));
    }
  }

  /** Ends one stream, in one of the two ways. @returns What is left of it where it was cancelled here. */
  endStream(slot: number, how: EndStreams): LeftCall | null {
    const own = this.#slots.indexOf(slot);
    const streams = this.#streams;
    if (own < 0 || streams === null || this.#calls[this.#callsOf[own]!]!.carrier !== streams) {
      return null;
    }
    if (how === 'cancel') return this.#abandon(own);
    streams.halfClose(own);
    return null;
  }

  /**
   * Gives up the calls sent before a time, and the session where its peer has vanished.
   *
   * @param onGivenUp Takes them.
   */
  giveUpBefore(timeMs: number, onGivenUp: (left: LeftCall) => void): void {
    let isSuspect = false;
    for (let own = 0; own < this.#slots.length; own++) {
      if (this.#slots[own] === FREE || this.#sentAtMs[own]! > timeMs) continue;
      isSuspect = true;
      onGivenUp(this.#abandon(own));
    }
    if (this.#signOfLife.isGone(isSuspect)) this.session.destroy({ kind: 'peer-silent' });
  }

  #abandon(own: number): LeftCall {
    const { carrier } = this.#calls[this.#callsOf[own]!]!;
    const stream = carrier === this.#streams ? this.#streams.left(own) : null;
    carrier.cancel(own);
    return { slot: this.#release(own), stream };
  }

  #streamsWith(events: LineEvents): H2Streams {
    return new H2Streams(this.session, {
      onMessage: (own, reply) => {
        events.onMessage(this.#slots[own]!, reply);
      },
      onStreamEnd: (own, reply, sent) => {
        events.onStreamEnd(this.#release(own), reply, sent);
      },
    });
  }

  #release(own: number): number {
    const slot = this.#slots[own]!;
    this.#slots[own] = FREE;
    this.#free[this.#freeCount++] = own;
    return slot;
  }
}

function prepareUnary(calls: UnaryCalls, request: GrpcRequest): PreparedRequest {
  return calls.prepare({
    ...request,
    ...numberedHeaderOf(request),
    metadata: metadataOf(request),
  });
}

function prepareHttp(exchanges: HttpExchanges, request: HttpRequest): PreparedRequest {
  return exchanges.prepare({
    ...request,
    headers: request.metadata,
    contentLength: contentLengthOf(request),
    ...numberedHeaderOf(request),
  });
}
