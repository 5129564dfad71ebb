import { type CloseCause, describeCloseCause } from '../h2/close-cause.js';
import { errorCodeName } from '../h2/error-codes.js';
import type { HeaderBlock } from '../h2/header-block.js';

/**
 * How an exchange on a stream ended.
 * - `answered`: the response is complete.
 * - `reset`: RST_STREAM from the peer, its code in `resetCode`.
 * - `refused`: provably not processed (REFUSED_STREAM, or GOAWAY below the stream): may be resent.
 * - `connection-lost`: the connection ended first, see `closeCause`; it may have been processed.
 * - `violation`: the peer broke HTTP/2 on this stream.
 * - `too-large`: body or header list beyond our limit.
 */
export type ResponseKind =
  'answered' | 'reset' | 'refused' | 'connection-lost' | 'violation' | 'too-large';

const NO_BYTES = new Uint8Array(0);

/**
 * What came of a request. The object is reused and valid only during the callback, the body's bytes as
 * well; a {@link HeaderBlock} may be kept.
 */
export class HttpResponse {
  kind: ResponseKind = 'answered';
  /** `:status`; 0 when no headers came. */
  status = 0;
  headers: HeaderBlock | null = null;
  trailers: HeaderBlock | null = null;
  /** The body is `bytes[start..end)`; empty unless `answered`. */
  bytes: Uint8Array = NO_BYTES;
  start = 0;
  end = 0;
  /** Code of the RST_STREAM for `reset`; else 0. */
  resetCode = 0;
  /** For `connection-lost`; else `null`. */
  closeCause: CloseCause | null = null;
  /** What was wrong, where nothing else says so; else empty. */
  detail = '';

  /** Why there is no response, in a few words; empty where there is one. */
  get cause(): string {
    if (this.closeCause !== null) return describeCloseCause(this.closeCause);
    if (this.kind === 'reset') return `RST_STREAM ${errorCodeName(this.resetCode)}`;
    return this.detail;
  }

  /** Makes it a response without a body. */
  clear(headers: HeaderBlock | null, trailers: HeaderBlock | null): void {
    this.kind = 'answered';
    this.headers = headers;
    this.trailers = trailers;
    this.status = headers === null ? 0 : headers.httpStatus;
    this.bytes = NO_BYTES;
    this.start = 0;
    this.end = 0;
    this.resetCode = 0;
    this.closeCause = null;
    this.detail = '';
  }
}
