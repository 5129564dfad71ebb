import type { CallKind } from './call-kind.js';
import { GRPC } from './grpc/kind.js';
import type { GrpcRequest } from './grpc/request.js';

/** A call as it is sent, encoded once: every request of it is the same bytes. Plain data. */
export type CallRequest = GrpcRequest;

/** The protocol of a call: what its statuses are called follows from it. */
export type CallProtocol = CallRequest['kind'];

/** Every kind of call. */
const KINDS: { [P in CallProtocol]: CallKind<Extract<CallRequest, { kind: P }>> } = { grpc: GRPC };

export const CALL_PROTOCOLS = Object.keys(KINDS) as [CallProtocol, ...CallProtocol[]];

/** The kind that a request is of. */
export function callKind(kind: CallProtocol): CallKind<CallRequest> {
  return KINDS[kind];
}
