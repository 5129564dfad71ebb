import {
  type AnswerFields,
  type CallEnd,
  type CallEndKind,
  NO_STATUS,
  type RawAnswer,
} from '../../call/answer.js';
import { type ConnectError, readConnectError } from '../../wire/connect/error.js';
import { GrpcStatus, statusFromHttp } from '../../wire/grpc/status.js';
import type { ReadsHttp } from './reads-http.js';

const NO_BYTES = new Uint8Array(0);
const HTTP_OK = 200;
const MESSAGE_TYPE = 'application/proto';
/** What Connect's own types begin with, by whatever codec. */
const ANY_TYPE = 'application/';
const ERROR_TYPE = 'application/json';
const TRAILER = 'trailer-';
/** So much of a content type is enough to recognise it. */
const MAX_TYPE_LENGTH = 64;

/**
 * What an HTTP answer says as one of Connect: a message, or an error that is JSON; trailers stand among the headers
 * (https://connectrpc.com/docs/protocol#unary-response). One object, filled anew for each.
 */
export class ConnectAnswer implements ReadsHttp {
  kind: CallEndKind = 'answered';
  status = NO_STATUS;
  cause = '';
  buffer: Uint8Array = NO_BYTES;
  messageStart = 0;
  messageEnd = 0;
  #http: RawAnswer | null = null;
  /** Whether it is the answer of something that does not speak the protocol. */
  #isForeign = false;

  from(http: RawAnswer): this {
    this.#begin(http);
    const type = http.header('content-type') ?? '';
    if (http.status !== HTTP_OK) this.#readFailure(http, type);
    else if (essenceOf(type) !== MESSAGE_TYPE) this.#refuseType(type);
    else if (isPacked(http)) this.#fail(GrpcStatus.INTERNAL, COMPRESSED);
    else this.#takeMessage(http);
    return this;
  }

  endingAs({ cause }: CallEnd): this {
    if (this.#isForeign && cause !== '') this.cause = cause;
    return this;
  }

  fromEnd({ kind, cause }: CallEnd): this {
    this.kind = kind;
    this.status = NO_STATUS;
    this.cause = cause;
    return this;
  }

  fromPart(http: RawAnswer): this {
    this.#begin(http);
    this.status = NO_STATUS;
    return this;
  }

  header(name: string): string | undefined {
    return this.#http?.header(name);
  }

  trailer(name: string): string | undefined {
    const inHeaders = this.#http?.header(TRAILER + name);
    // Servers send what belongs to an error as plain headers.
    if (inHeaders !== undefined || this.status === GrpcStatus.OK) return inHeaders;
    return this.#http?.header(name);
  }

  fields(): AnswerFields {
    const { headers = [] } = this.#http?.fields?.() ?? {};
    return {
      headers: headers.filter(([name]) => !name.startsWith(TRAILER)),
      trailers: headers.flatMap(([name, value]) =>
        name.startsWith(TRAILER) ? [[name.slice(TRAILER.length), value] as const] : [],
      ),
    };
  }

  #begin(http: RawAnswer): void {
    this.#http = http;
    this.#isForeign = false;
    this.kind = 'answered';
    this.cause = '';
    this.buffer = NO_BYTES;
    this.messageStart = 0;
    this.messageEnd = 0;
  }

  /** A body of no bytes is a message, too: one without fields. */
  #takeMessage({ buffer, messageStart, messageEnd }: RawAnswer): void {
    this.status = GrpcStatus.OK;
    this.buffer = buffer;
    this.messageStart = messageStart;
    this.messageEnd = messageEnd;
  }

  #refuseType(type: string): void {
    const isOther = type.startsWith(ANY_TYPE);
    const shown = type.slice(0, MAX_TYPE_LENGTH);
    // As connect-go has it: another codec is the server's fault, another type is no Connect.
    this.#fail(
      isOther ? GrpcStatus.INTERNAL : GrpcStatus.UNKNOWN,
      `content-type "${shown}" instead of ${MESSAGE_TYPE}`,
    );
  }

  #readFailure(http: RawAnswer, type: string): void {
    const { buffer, messageStart, messageEnd, status } = http;
    const error =
      essenceOf(type) === ERROR_TYPE && !isPacked(http)
        ? readConnectError(buffer, messageStart, messageEnd)
        : null;
    if (error === null) {
      this.#isForeign = true;
      this.#fail(statusFromHttp(status), `HTTP status ${status} without an error of Connect`);
    } else {
      this.#fail(error.status, causeOf(error));
    }
  }

  #fail(status: number, cause: string): void {
    this.status = status;
    this.cause = cause;
  }
}

const COMPRESSED = 'a compressed message, which was not asked for';

/** A content type without its parameters. */
function essenceOf(type: string): string {
  const end = type.indexOf(';');
  return (end < 0 ? type : type.slice(0, end)).trim().toLowerCase();
}

/** Of a body without bytes nothing is compressed. */
function isPacked(http: RawAnswer): boolean {
  const coding = http.header('content-encoding') ?? '';
  if (coding === '' || coding.toLowerCase() === 'identity') return false;
  return http.messageEnd > http.messageStart;
}

function causeOf({ message, detailTypes }: ConnectError): string {
  if (detailTypes.length === 0) return message;
  return `${message} [${detailTypes.join(', ')}]`.trim();
}
