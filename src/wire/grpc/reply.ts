import { type CloseCause, describeCloseCause } from '../h2/close-cause.js';
import { errorCodeName } from '../h2/error-codes.js';
import { decodeGrpcMessage } from './status.js';
import type { HeaderBlock } from '../h2/header-block.js';

/**
 * How a unary call ended.
 * - `status`: the server, or a proxy, answered; `grpcStatus` is the answer's.
 * - `no-status`: the response ended, and nothing in it is a status.
 * - `reset`: RST_STREAM from the peer, its code in `resetCode`.
 * - `refused`: provably not processed (REFUSED_STREAM, or GOAWAY below the stream): may be resent.
 * - `connection-lost`: the connection ended first, see `closeCause`; it may have been processed.
 * - `violation`: the peer broke HTTP/2 on this stream.
 * - `too-large`: message or header list beyond our limit.
 */
export type ReplyKind =
  'status' | 'no-status' | 'reset' | 'refused' | 'connection-lost' | 'violation' | 'too-large';

const NO_BYTES = new Uint8Array(0);

/**
 * What came of a unary call. The object is reused and valid only during the callback, the message
 * bytes as well; a {@link HeaderBlock} may be kept.
 */
export class Reply {
  kind: ReplyKind = 'status';
  /**
   * The gRPC status in every case: what the server said, or what the gRPC specification maps the
   * failure to. 0 to 16.
   */
  grpcStatus = 0;
  /** `:status`; 0 when no headers came. */
  httpStatus = 0;
  /** Response headers; `null` when none came. Those of a trailers-only reply are here as well. */
  headers: HeaderBlock | null = null;
  /** Trailers; those of a trailers-only reply are its headers. `null` when none came. */
  trailers: HeaderBlock | null = null;
  /** The response message is `bytes[start..end)`, without its prefix; empty unless status OK. */
  bytes: Uint8Array = NO_BYTES;
  start = 0;
  end = 0;
  /** Code of the RST_STREAM for `reset`; else 0. */
  resetCode = 0;
  /** For `connection-lost`; else `null`. */
  closeCause: CloseCause | null = null;
  /** What was wrong where no `grpc-message` says so; else empty. */
  detail = '';

  /** First response header of this name (lower case). */
  header(name: string): string | undefined {
    return this.headers?.get(name);
  }

  /** First trailer of this name (lower case). */
  trailer(name: string): string | undefined {
    return this.trailers?.get(name);
  }

  /** The server's message, decoded; or a few words about the failure. Text of the peer. */
  get statusMessage(): string {
    const message = this.trailers?.get('grpc-message');
    if (message !== undefined && this.detail === '') return decodeGrpcMessage(message);
    if (this.closeCause !== null) return describeCloseCause(this.closeCause);
    if (this.kind === 'reset') return `RST_STREAM ${errorCodeName(this.resetCode)}`;
    return this.detail;
  }

  /** Makes it an answer without content and failure. */
  clear(headers: HeaderBlock | null, trailers: HeaderBlock | null): void {
    this.headers = headers;
    this.trailers = trailers;
    this.httpStatus = headers === null ? 0 : headers.httpStatus;
    this.bytes = NO_BYTES;
    this.start = 0;
    this.end = 0;
    this.resetCode = 0;
    this.closeCause = null;
    this.detail = '';
  }

  /** Makes it an outcome without an acceptable answer. */
  set(kind: ReplyKind, grpcStatus: number, detail: string): void {
    this.kind = kind;
    this.grpcStatus = grpcStatus;
    this.detail = detail;
  }
}
