import type { CallKind, RequestHead } from './call-kind.js';
import { GRPC } from './grpc/kind.js';
import type { GrpcRequest } from './grpc/request.js';
import { HTTP } from './http/kind.js';
import type { HttpRequest } from './http/request.js';
import { WEB } from './web/kind.js';
import type { WebRequest } from './web/request.js';
import { WEBSOCKET } from './websocket/kind.js';
import type { WebSocketRequest } from './websocket/request.js';

/**
 * A call as it is sent, encoded once: every request of it is the same bytes, but for the number of one
 * that is numbered. Plain data.
 */
export type CallRequest = GrpcRequest | WebRequest | HttpRequest | WebSocketRequest;

/** What connections carry: gRPC-Web and Connect are carried as the HTTP requests that they are. */
export type CarriedRequest = GrpcRequest | HttpRequest;

/** The protocol of a call: what its statuses are called follows from it. */
export type CallProtocol = CallRequest['kind'];

/** Every kind of call. */
const KINDS: { [P in CallProtocol]: CallKind<Extract<CallRequest, { kind: P }>> } = {
  grpc: GRPC,
  'grpc-web': WEB,
  'grpc-web-text': WEB,
  connect: WEB,
  http: HTTP,
  websocket: WEBSOCKET,
};

export const CALL_PROTOCOLS = Object.keys(KINDS) as [CallProtocol, ...CallProtocol[]];

/** What is known of a kind of call. */
export function callKind(kind: CallProtocol): Omit<CallKind<never>, 'head'> {
  return KINDS[kind];
}

/** Whether its statuses are those of gRPC. */
export function isOfGrpc(kind: CallProtocol): boolean {
  return kind !== 'http' && kind !== 'websocket';
}

/** What routes see of a request by its protocol. */
export function headOf(request: CallRequest): RequestHead {
  switch (request.kind) {
    case 'grpc':
      return GRPC.head(request);
    case 'http':
      return HTTP.head(request);
    case 'websocket':
      return WEBSOCKET.head(request);
    default:
      return WEB.head(request);
  }
}
