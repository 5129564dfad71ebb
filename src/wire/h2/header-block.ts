import { CONNECTION_SPECIFIC } from './connection-specific.js';
import { GrpcStatus, parseGrpcStatus } from '../grpc/status.js';
import type { FieldList } from './hpack/decoder.js';

/** What a header block is good for (RFC 9113, section 8.1). */
export type HeaderBlockKind =
  /** Final response headers. */
  | 'response'
  /** 1xx: announces a final response, carries nothing for us. */
  | 'interim'
  /** No pseudo-header field: trailers. */
  | 'trailers'
  /** Breaks section 8.2 or 8.3: the stream ends with PROTOCOL_ERROR. */
  | 'malformed'
  /** Larger than our limit; what exceeds it is missing. */
  | 'too-large';

/**
 * A decoded header block. Immutable, and where the peer repeats itself the same object comes again,
 * so that whatever is derived from one may be remembered by its identity.
 */
export class HeaderBlock {
  readonly kind: HeaderBlockKind;
  readonly names: readonly string[];
  readonly values: readonly string[];
  /** `:status`; 0 in trailers. */
  readonly httpStatus: number;
  /**
   * Bytes of content there must be by `content-length`; -1 when it is absent, or names a length that
   * another response would have (RFC 9110, section 8.6).
   */
  readonly contentLength: number;
  /** Size as SETTINGS_MAX_HEADER_LIST_SIZE counts it. */
  readonly listBytes: number;
  /** Of a response with HTTP status 200 whose `content-type`, if it has one, is gRPC's. */
  readonly isGrpc: boolean;
  /** The code in `grpc-status`; -1 when absent, UNKNOWN when several contradict each other. */
  readonly grpcStatus: number;

  constructor({ names, values, listBytes, truncated }: FieldList) {
    this.names = names;
    this.values = values;
    this.listBytes = listBytes;
    let isWellFormed = true;
    let httpStatus = 0;
    let contentLength = -1;
    for (let at = 0; at < names.length; at++) {
      const name = names[at]!;
      const value = values[at]!;
      if (name.charCodeAt(0) === COLON) {
        // A response has one pseudo-header field, and it comes first (8.3, 8.3.2).
        isWellFormed &&= name === ':status' && at === 0 && /^[1-5][0-9][0-9]$/.test(value);
        httpStatus = Number(value);
        continue;
      }
      isWellFormed &&= isAllowedName(name) && isAllowedValue(value);
      if (name === 'content-length') {
        const length = /^[0-9]{1,15}$/.test(value) ? Number(value) : NaN;
        isWellFormed &&= contentLength === -1 ? !Number.isNaN(length) : contentLength === length;
        contentLength = length;
      }
    }
    this.httpStatus = isWellFormed ? httpStatus : 0;
    const mayHaveContent = httpStatus !== NO_CONTENT && httpStatus !== NOT_MODIFIED;
    this.contentLength = isWellFormed && mayHaveContent ? contentLength : -1;
    if (truncated) this.kind = 'too-large';
    else if (!isWellFormed || httpStatus === SWITCHING_PROTOCOLS) this.kind = 'malformed';
    else if (httpStatus === 0) this.kind = 'trailers';
    else this.kind = httpStatus < 200 ? 'interim' : 'response';
    this.isGrpc = this.httpStatus === 200 && isGrpcType(this.get('content-type'));
    this.grpcStatus = grpcStatusIn(names, values);
  }

  /** The first field of this name (lower case), if there is one. */
  get(name: string): string | undefined {
    const names = this.names;
    for (let at = 0; at < names.length; at++) {
      if (names[at] === name) return this.values[at];
    }
    return undefined;
  }

  /** All fields of this name (lower case), which one line cannot hold together as lists can. */
  lines(name: string): string | undefined {
    const values = this.values.filter((_, at) => this.names[at] === name);
    return values.length === 0 ? undefined : values.join('\n');
  }
}

const COLON = 0x3a;
/** 101 does not exist in HTTP/2 (8.6). */
const SWITCHING_PROTOCOLS = 101;
const NO_CONTENT = 204;
const NOT_MODIFIED = 304;

/** Media types are case-insensitive (RFC 9110, section 8.3.1); gRPC-Web is another protocol. */
function isGrpcType(type: string | undefined): boolean {
  if (type === undefined || type === 'application/grpc') return true;
  return /^application\/grpc(?:[+;\s]|$)/i.test(type);
}

function grpcStatusIn(names: readonly string[], values: readonly string[]): number {
  let at = names.indexOf('grpc-status');
  if (at === -1) return -1;
  const status = parseGrpcStatus(values[at]!);
  while ((at = names.indexOf('grpc-status', at + 1)) !== -1) {
    if (parseGrpcStatus(values[at]!) !== status) return GrpcStatus.UNKNOWN;
  }
  return status;
}

/** Section 8.2.1: no controls, spaces, upper-case letters, DEL or above, and no colon. */
function isAllowedName(name: string): boolean {
  for (let at = 0; at < name.length; at++) {
    const code = name.charCodeAt(at);
    if (code <= 0x20 || (code >= 0x41 && code <= 0x5a) || code >= 0x7f || code === COLON) {
      return false;
    }
  }
  return name !== '' && !CONNECTION_SPECIFIC.has(name);
}

/** Section 8.2.1: no NUL, LF or CR, no white space at either end. */
function isAllowedValue(value: string): boolean {
  for (let at = 0; at < value.length; at++) {
    const code = value.charCodeAt(at);
    if (code <= 0x0d && (code === 0x0d || code === 0x0a || code === 0)) return false;
  }
  return !isBlank(value.charCodeAt(0)) && !isBlank(value.charCodeAt(value.length - 1));
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}
