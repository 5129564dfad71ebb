import type { HeaderBlock } from '../h2/header-block.js';
import type { PreparedRequest } from '../h2/prepared-request.js';
import type { Session } from '../h2/session.js';
import type { StreamFailure, StreamHandler } from '../h2/stream-handler.js';
import { BodyReader } from './body-reader.js';
import { type HttpMessage, requestFields } from './request.js';
import { HttpResponse } from './response.js';

/** Takes what came of a request; `response` is valid only during the call. */
export type OnResponse = (slot: number, response: HttpResponse) => void;

/** Larger bodies are not what a load test is made of. */
const DEFAULT_MAX_BODY_BYTES = 4 * 1024 * 1024;

const NO_BYTES = new Uint8Array(0);

/**
 * Plain HTTP requests on an HTTP/2 session (RFC 9113, section 8). Every accepted one ends in exactly
 * one `onResponse`, unless it is cancelled; the slot is free again when it comes.
 */
export class HttpExchanges implements StreamHandler {
  readonly #session: Session;
  readonly #onResponse: OnResponse;
  readonly #bodies: BodyReader;
  readonly #headers: (HeaderBlock | null)[];
  /** One response for each depth of nesting: a callback may end other exchanges, which call back. */
  readonly #responses: HttpResponse[] = [];
  #depth = 0;

  /**
   * @param session An open session; its slots are shared with other users of it, if any.
   * @param onResponse Called for every exchange that ends; may start new ones, on the same slot too.
   * @param maxBodyBytes Larger bodies fail as `too-large`.
   */
  constructor(session: Session, onResponse: OnResponse, maxBodyBytes = DEFAULT_MAX_BODY_BYTES) {
    this.#session = session;
    this.#onResponse = onResponse;
    this.#bodies = new BodyReader(session.slots, maxBodyBytes);
    this.#headers = new Array<HeaderBlock | null>(session.slots).fill(null);
  }

  /**
   * Readies a request to be sent any number of times on this session.
   * @throws RangeError for a field that HTTP/2 does not allow.
   */
  prepare(message: HttpMessage): PreparedRequest {
    const isHead = message.method === 'HEAD';
    const { body, numberedHeader = null } = message;
    return this.#session.prepare(requestFields(message), body, isHead, numberedHeader);
  }

  /**
   * Sends a request.
   * @param request Prepared on this session.
   * @param slot A free slot below the session's `slots`.
   * @param number What the request is to be numbered, where it is.
   * @returns False when no stream can be opened now; `onResponse` will not come then.
   */
  call(request: PreparedRequest, slot: number, number = 0): boolean {
    if (!this.#session.open(request, slot, this, number)) return false;
    this.#bodies.begin(slot);
    this.#headers[slot] = null;
    return true;
  }

  /** Gives an exchange up with RST_STREAM CANCEL. No `onResponse` comes; false when the slot was free. */
  cancel(slot: number): boolean {
    if (!this.#session.cancel(slot)) return false;
    this.#bodies.abandon(slot);
    return true;
  }

  onHeaders(slot: number, headers: HeaderBlock, isEnd: boolean): void {
    this.#headers[slot] = headers;
    if (isEnd) this.#complete(slot, null, NO_BYTES, 0, 0);
  }

  onData(slot: number, bytes: Uint8Array, start: number, end: number, isEnd: boolean): void {
    if (isEnd) {
      this.#complete(slot, null, bytes, start, end);
    } else if (!this.#bodies.append(slot, bytes, start, end)) {
      this.#session.cancel(slot);
      this.#tooLarge(slot, 'a body beyond the limit');
    }
  }

  onTrailers(slot: number, trailers: HeaderBlock): void {
    this.#complete(slot, trailers, NO_BYTES, 0, 0);
  }

  onFailure(slot: number, failure: StreamFailure): void {
    if (failure.kind === 'headers-too-large') {
      this.#tooLarge(slot, 'a header list beyond the limit');
      return;
    }
    this.#bodies.abandon(slot);
    const response = this.#take(slot, null);
    response.kind = failure.kind;
    switch (failure.kind) {
      case 'reset':
        response.resetCode = failure.code;
        break;
      case 'refused':
        response.detail = `refused by ${failure.by}`;
        break;
      case 'violation':
        response.detail = failure.rule;
        break;
      case 'connection-lost':
        response.closeCause = failure.cause;
        break;
    }
    this.#deliver(slot, response);
  }

  #complete(
    slot: number,
    trailers: HeaderBlock | null,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): void {
    const bodies = this.#bodies;
    if (!bodies.finish(slot, bytes, start, end)) {
      this.#tooLarge(slot, 'a body beyond the limit');
      return;
    }
    const response = this.#take(slot, trailers);
    response.bytes = bodies.bytes;
    response.start = bodies.start;
    response.end = bodies.end;
    this.#deliver(slot, response);
  }

  #tooLarge(slot: number, detail: string): void {
    this.#bodies.abandon(slot);
    const response = this.#take(slot, null);
    response.kind = 'too-large';
    response.detail = detail;
    this.#deliver(slot, response);
  }

  #take(slot: number, trailers: HeaderBlock | null): HttpResponse {
    const response = (this.#responses[this.#depth] ??= new HttpResponse());
    response.clear(this.#headers[slot]!, trailers);
    this.#headers[slot] = null;
    return response;
  }

  #deliver(slot: number, response: HttpResponse): void {
    this.#depth++;
    try {
      this.#onResponse(slot, response);
    } finally {
      this.#depth--;
    }
  }
}
