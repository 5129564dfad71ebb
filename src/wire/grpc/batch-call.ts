import { describeCloseCause } from '../h2/close-cause.js';
import { errorCodeName } from '../h2/error-codes.js';
import { readUint32 } from '../h2/frame-types.js';
import type { HeaderBlock } from '../h2/header-block.js';
import type { Session } from '../h2/session.js';
import type { StreamFailure, StreamHandler } from '../h2/stream-handler.js';
import { frameMessage, requestFields, type UnaryRequest } from './request.js';
import { decodeGrpcMessage, GrpcStatus, statusFromHttp, statusFromReset } from './status.js';

const PREFIX_BYTES = 5;

/** A call whose messages are all known when it is made. */
export interface BatchRequest extends Omit<UnaryRequest, 'message' | 'timeoutMs'> {
  /** At least one. */
  readonly messages: readonly Uint8Array[];
  /** The deadline, in ms. */
  readonly timeoutMs: number;
}

/** What the answers may come to; more ends the call with RESOURCE_EXHAUSTED. */
export interface BatchLimits {
  /** Bytes of all answers together. */
  readonly bytes: number;
  /** Number of answers. */
  readonly messages: number;
}

/** What came of it: every whole message, and the status at the end. */
export interface BatchReply {
  readonly messages: readonly Uint8Array[];
  /** 0 to 16. */
  readonly status: number;
  /** The peer's words, or a few about the failure; empty where there is nothing to say. */
  readonly detail: string;
}

/**
 * Makes a streaming call on a session of its own: all messages go out at once, and the answers are gathered
 * (grpc/doc/PROTOCOL-HTTP2.md).
 *
 * @param session Open, and without other streams.
 * @param signal Ends it with CANCELLED.
 * @returns What came of it, whatever that is.
 */
export function callBatch(
  session: Session,
  request: BatchRequest,
  limits: BatchLimits,
  signal: AbortSignal,
): Promise<BatchReply> {
  return new Promise((resolve) => {
    const { messages, timeoutMs } = request;
    const fields = requestFields({ ...request, message: messages[0]! });
    const body = Buffer.concat(messages.map(frameMessage));
    const giveUp = (status: number, detail: string): void => {
      session.cancel(SLOT);
      settle(status, detail);
    };
    const onAbort = (): void => {
      giveUp(GrpcStatus.CANCELLED, 'interrupted');
    };
    const timer = setTimeout(() => {
      giveUp(GrpcStatus.DEADLINE_EXCEEDED, `no answer within ${timeoutMs} ms`);
    }, timeoutMs);
    const answers = new Answers(limits, giveUp, (status, detail) => {
      settle(status, detail);
    });
    const settle = (status: number, detail: string): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      resolve({ messages: answers.messages, status, detail });
    };
    signal.addEventListener('abort', onAbort);
    if (signal.aborted) onAbort();
    else if (!session.open(session.prepare(fields, body), SLOT, answers)) {
      settle(GrpcStatus.UNAVAILABLE, 'the server takes no stream');
    }
  });
}

const SLOT = 0;

/** Takes the messages of one stream apart. */
class Answers implements StreamHandler {
  readonly messages: Uint8Array[] = [];
  readonly #limits: BatchLimits;
  readonly #giveUp: (status: number, detail: string) => void;
  readonly #onEnd: (status: number, detail: string) => void;
  #headers: HeaderBlock | null = null;
  #received = 0;
  /** Begins with a message that is not whole. */
  #buffer = Buffer.alloc(0);
  #length = 0;
  #isOver = false;

  constructor(
    limits: BatchLimits,
    giveUp: (status: number, detail: string) => void,
    onEnd: (status: number, detail: string) => void,
  ) {
    this.#limits = limits;
    this.#giveUp = giveUp;
    this.#onEnd = onEnd;
  }

  onHeaders(_slot: number, headers: HeaderBlock, isEnd: boolean): void {
    this.#headers = headers;
    if (isEnd) this.#end(headers);
  }

  onData(_slot: number, bytes: Uint8Array, start: number, end: number, isEnd: boolean): void {
    if (this.#isOver) return;
    const problem = this.#headers!.isGrpc ? this.#take(bytes, start, end) : null;
    if (problem !== null) {
      this.#isOver = true;
      if (isEnd) this.#onEnd(...problem);
      else this.#giveUp(...problem);
    } else if (isEnd) this.#end(null);
  }

  onTrailers(_slot: number, trailers: HeaderBlock): void {
    this.#end(trailers);
  }

  onFailure(_slot: number, failure: StreamFailure): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#onEnd(...failureOf(failure));
  }

  /** @returns Why no more is taken; null while it is. */
  #take(bytes: Uint8Array, start: number, end: number): Failure | null {
    const { bytes: mostBytes, messages: mostMessages } = this.#limits;
    this.#received += end - start;
    if (this.#received > mostBytes) {
      return [GrpcStatus.RESOURCE_EXHAUSTED, 'its answers are larger than is taken'];
    }
    this.#append(bytes, start, end);
    let at = 0;
    while (this.#length - at >= PREFIX_BYTES) {
      const stop = at + PREFIX_BYTES + readUint32(this.#buffer, at + 1);
      if (stop > this.#length) break;
      if (this.#buffer[at] !== 0) {
        return [GrpcStatus.INTERNAL, 'a compressed message, which was not asked for'];
      }
      if (this.messages.length === mostMessages) {
        return [GrpcStatus.RESOURCE_EXHAUSTED, 'it gives more answers than were asked for'];
      }
      this.messages.push(Buffer.from(this.#buffer.subarray(at + PREFIX_BYTES, stop)));
      at = stop;
    }
    this.#buffer.copyWithin(0, at, this.#length);
    this.#length -= at;
    return null;
  }

  /** Grows with what has arrived, not with what is announced. */
  #append(bytes: Uint8Array, start: number, end: number): void {
    const length = this.#length + end - start;
    if (length > this.#buffer.length) {
      const grown = Buffer.alloc(length * 2);
      this.#buffer.copy(grown, 0, 0, this.#length);
      this.#buffer = grown;
    }
    this.#buffer.set(bytes.subarray(start, end), this.#length);
    this.#length = length;
  }

  #end(trailers: HeaderBlock | null): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const headers = this.#headers;
    if (headers?.isGrpc !== true) {
      const httpStatus = headers?.httpStatus ?? 0;
      const said = headers?.grpcStatus ?? -1;
      const status = said > 0 ? said : statusFromHttp(httpStatus);
      this.#onEnd(status, `HTTP status ${httpStatus} and no gRPC`);
      return;
    }
    if (trailers === null || trailers.grpcStatus < 0) {
      this.#onEnd(GrpcStatus.INTERNAL, 'the answer ended without grpc-status');
      return;
    }
    const { grpcStatus } = trailers;
    if (grpcStatus === GrpcStatus.OK && this.#length > 0) {
      this.#onEnd(GrpcStatus.INTERNAL, 'the answer ended inside a message');
      return;
    }
    this.#onEnd(grpcStatus, decodeGrpcMessage(trailers.get('grpc-message') ?? ''));
  }
}

type Failure = [status: number, detail: string];

function failureOf(failure: StreamFailure): Failure {
  switch (failure.kind) {
    case 'reset':
      return [statusFromReset(failure.code), `RST_STREAM ${errorCodeName(failure.code)}`];
    case 'refused':
      return [GrpcStatus.UNAVAILABLE, `refused by ${failure.by}`];
    case 'violation':
      return [GrpcStatus.INTERNAL, failure.rule];
    case 'headers-too-large':
      return [GrpcStatus.RESOURCE_EXHAUSTED, 'header list beyond the limit'];
    case 'connection-lost':
      return [GrpcStatus.UNAVAILABLE, describeCloseCause(failure.cause)];
  }
}
