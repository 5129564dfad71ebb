import { ErrorCode } from '../h2/error-codes.js';

/** The status codes of gRPC (grpc/doc/statuscodes.md). */
export const GrpcStatus = {
  OK: 0,
  CANCELLED: 1,
  UNKNOWN: 2,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  ABORTED: 10,
  OUT_OF_RANGE: 11,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  DATA_LOSS: 15,
  UNAUTHENTICATED: 16,
} as const;

/** Names by code: `GRPC_STATUS_NAMES[14]` is `UNAVAILABLE`. */
export const GRPC_STATUS_NAMES: readonly string[] = Object.keys(GrpcStatus);

/** The value of `grpc-status`; UNKNOWN when it is not one of the seventeen codes. */
export function parseGrpcStatus(value: string): number {
  if (value === '0') return GrpcStatus.OK;
  const status = /^[0-9]{1,2}$/.test(value) ? Number(value) : GrpcStatus.UNKNOWN;
  return status < GRPC_STATUS_NAMES.length ? status : GrpcStatus.UNKNOWN;
}

/** Status of an answer without `grpc-status` (grpc/doc/http-grpc-status-mapping.md). */
export function statusFromHttp(httpStatus: number): number {
  switch (httpStatus) {
    case 400:
      return GrpcStatus.INTERNAL;
    case 401:
      return GrpcStatus.UNAUTHENTICATED;
    case 403:
      return GrpcStatus.PERMISSION_DENIED;
    case 404:
      return GrpcStatus.UNIMPLEMENTED;
    case 429:
    case 502:
    case 503:
    case 504:
      return GrpcStatus.UNAVAILABLE;
    default:
      return GrpcStatus.UNKNOWN;
  }
}

/** Status of a stream that was reset (grpc/doc/PROTOCOL-HTTP2.md, "Errors"). */
export function statusFromReset(code: number): number {
  switch (code) {
    case ErrorCode.REFUSED_STREAM:
      return GrpcStatus.UNAVAILABLE;
    case ErrorCode.CANCEL:
      return GrpcStatus.CANCELLED;
    case ErrorCode.ENHANCE_YOUR_CALM:
      return GrpcStatus.RESOURCE_EXHAUSTED;
    case ErrorCode.INADEQUATE_SECURITY:
      return GrpcStatus.PERMISSION_DENIED;
    default:
      return GrpcStatus.INTERNAL;
  }
}

/**
 * Decodes `grpc-message`: percent-encoded UTF-8 (grpc/doc/PROTOCOL-HTTP2.md). What is not valid is
 * kept as it came, as the specification asks; UTF-8 that was not encoded is read as well.
 */
export function decodeGrpcMessage(value: string): string {
  if (/^[\x20-\x24\x26-\x7e]*$/.test(value)) return value;
  const bytes = Buffer.from(value, 'latin1');
  const out = Buffer.allocUnsafe(bytes.length);
  let length = 0;
  for (let at = 0; at < bytes.length; at++) {
    const escape = bytes[at] === 0x25 ? value.slice(at + 1, at + 3) : '';
    if (/^[0-9a-fA-F]{2}$/.test(escape)) {
      out[length++] = parseInt(escape, 16);
      at += 2;
    } else {
      out[length++] = bytes[at]!;
    }
  }
  return out.toString('utf8', 0, length);
}
