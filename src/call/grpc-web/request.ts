import { TOOL } from '../../tool.js';
import type { GrpcRequest } from '../grpc/request.js';

/** A unary gRPC call as pages in browsers make it: its body as bytes, or as base64. */
export interface GrpcWebRequest extends Omit<GrpcRequest, 'kind'> {
  kind: 'grpc-web' | 'grpc-web-text';
  /** Of the page that makes it; null: none is named. */
  origin: string | null;
}

/** Whether a request is one of gRPC-Web. */
export function isWebRequest(request: { kind: string }): request is GrpcWebRequest {
  return request.kind === 'grpc-web' || request.kind === 'grpc-web-text';
}

type WebProtocol = GrpcWebRequest['kind'];

/** What is sent and accepted, by protocol. */
const CONTENT_TYPES: Readonly<Record<WebProtocol, string>> = {
  'grpc-web': 'application/grpc-web+proto',
  'grpc-web-text': 'application/grpc-web-text',
};

/** The headers that the protocol itself sends, as routes see them (grpc/doc/PROTOCOL-WEB.md). */
export function webHeaders({
  kind,
  origin,
}: Pick<GrpcWebRequest, 'kind' | 'origin'>): [name: string, value: string][] {
  const type = CONTENT_TYPES[kind];
  return [
    ['content-type', type],
    ['accept', type],
    ['x-grpc-web', '1'],
    // The header that a page can set: the other is the browser's.
    ['x-user-agent', `${TOOL.name}/${TOOL.version}`],
    ...(origin === null ? [] : [['origin', origin] as [string, string]]),
  ];
}
