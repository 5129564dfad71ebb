import { GrpcStatus } from '../grpc/status.js';

/** Connect's names of gRPC's codes (https://connectrpc.com/docs/protocol#error-codes). */
const STATUS_BY_CODE: ReadonlyMap<string, number> = new Map([
  ['canceled', GrpcStatus.CANCELLED],
  ['unknown', GrpcStatus.UNKNOWN],
  ['invalid_argument', GrpcStatus.INVALID_ARGUMENT],
  ['deadline_exceeded', GrpcStatus.DEADLINE_EXCEEDED],
  ['not_found', GrpcStatus.NOT_FOUND],
  ['already_exists', GrpcStatus.ALREADY_EXISTS],
  ['permission_denied', GrpcStatus.PERMISSION_DENIED],
  ['resource_exhausted', GrpcStatus.RESOURCE_EXHAUSTED],
  ['failed_precondition', GrpcStatus.FAILED_PRECONDITION],
  ['aborted', GrpcStatus.ABORTED],
  ['out_of_range', GrpcStatus.OUT_OF_RANGE],
  ['unimplemented', GrpcStatus.UNIMPLEMENTED],
  ['internal', GrpcStatus.INTERNAL],
  ['unavailable', GrpcStatus.UNAVAILABLE],
  ['data_loss', GrpcStatus.DATA_LOSS],
  ['unauthenticated', GrpcStatus.UNAUTHENTICATED],
]);

/** Larger bodies are no errors: they are not parsed. */
const MAX_BYTES = 256 * 1024;
const MAX_DETAILS = 5;

/** What went wrong, in the server's words. */
export interface ConnectError {
  /** Of gRPC, never OK. */
  status: number;
  /** Empty where the server says nothing. */
  message: string;
  /** Names of the messages that say more, at most five. */
  detailTypes: readonly string[];
}

/**
 * Reads the body of an answer that failed (https://connectrpc.com/docs/protocol#error-end-stream).
 *
 * @returns null where it is none: no JSON, no object, or without one of the codes.
 */
export function readConnectError(
  bytes: Uint8Array,
  start: number,
  end: number,
): ConnectError | null {
  if (end - start > MAX_BYTES) return null;
  const body = objectIn(Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start));
  const { code, message, details } = body;
  const status = typeof code === 'string' ? STATUS_BY_CODE.get(code) : undefined;
  if (status === undefined) return null;
  return {
    status,
    message: typeof message === 'string' ? message : '',
    detailTypes: Array.isArray(details) ? details.slice(0, MAX_DETAILS).flatMap(typeOf) : [],
  };
}

function objectIn(text: Buffer): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text.toString());
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function typeOf(detail: unknown): string[] {
  if (typeof detail !== 'object' || detail === null || !('type' in detail)) return [];
  return typeof detail.type === 'string' ? [detail.type] : [];
}
