import type { HeaderBlock } from '../h2/header-block.js';
import type { StreamFailure } from '../h2/stream-handler.js';
import type { Reply } from './reply.js';
import { GrpcStatus, statusFromHttp, statusFromReset } from './status.js';

/** Makes a reply the outcome of a stream that failed (grpc/doc/PROTOCOL-HTTP2.md, "Errors"). */
export function setFailure(reply: Reply, failure: StreamFailure): void {
  switch (failure.kind) {
    case 'reset':
      reply.set('reset', statusFromReset(failure.code), '');
      reply.resetCode = failure.code;
      break;
    case 'refused':
      reply.set('refused', GrpcStatus.UNAVAILABLE, `refused by ${failure.by}`);
      break;
    case 'violation':
      reply.set('violation', GrpcStatus.INTERNAL, failure.rule);
      break;
    case 'headers-too-large':
      reply.set('too-large', GrpcStatus.RESOURCE_EXHAUSTED, 'header list beyond the limit');
      break;
    case 'connection-lost':
      reply.set('connection-lost', GrpcStatus.UNAVAILABLE, '');
      reply.closeCause = failure.cause;
      break;
  }
}

/** Makes a reply whose response is complete say its status; `trailers` hold it, if anything does. */
export function setStatus(reply: Reply, trailers: HeaderBlock | null): void {
  if (trailers !== null && trailers.grpcStatus >= 0) {
    reply.set('status', trailers.grpcStatus, '');
  } else if (trailers === null && reply.httpStatus === 200) {
    if (reply.headers!.isGrpc) {
      reply.set('no-status', GrpcStatus.INTERNAL, 'the response ended without grpc-status');
    } else {
      setForeign(reply);
    }
  } else {
    const status = statusFromHttp(reply.httpStatus);
    reply.set('status', status, `HTTP status ${reply.httpStatus} without grpc-status`);
  }
}

/** The answer is not gRPC's, whatever status it has: its body was not read. */
export function setForeign(reply: Reply): void {
  if (reply.httpStatus !== 200) {
    const detail = `HTTP status ${reply.httpStatus} with grpc-status OK`;
    reply.set('status', statusFromHttp(reply.httpStatus), detail);
    return;
  }
  const type = reply.header('content-type') ?? '';
  const detail = `content-type "${type.slice(0, MAX_TYPE_LENGTH)}" instead of application/grpc`;
  reply.set('status', GrpcStatus.UNKNOWN, detail);
}

/** So much of a content type is enough to recognise it. */
const MAX_TYPE_LENGTH = 64;

/** An OK status needs exactly one message; the codes are those gRPC implementations report. */
export const UNFIT_MESSAGE = {
  none: { status: GrpcStatus.UNIMPLEMENTED, detail: 'status OK without a message' },
  several: { status: GrpcStatus.UNIMPLEMENTED, detail: 'several messages to a unary call' },
  cut: { status: GrpcStatus.INTERNAL, detail: 'the response ended inside a message' },
  compressed: {
    status: GrpcStatus.INTERNAL,
    detail: 'a compressed message, which was not asked for',
  },
} as const;
