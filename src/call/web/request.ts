import { TOOL } from '../../tool.js';
import type { GrpcRequest } from '../grpc/request.js';

/**
 * A unary call of a method as plain HTTP carries it, so that pages in browsers can make it: by gRPC-Web, its body as
 * bytes or as base64, or by Connect.
 */
export interface WebRequest extends Omit<GrpcRequest, 'kind'> {
  kind: 'grpc-web' | 'grpc-web-text' | 'connect';
  /** Of the page that makes it; null: none is named. */
  origin: string | null;
}

/** The protocols of calls that plain HTTP carries. */
const WEB_PROTOCOLS: readonly string[] = ['grpc-web', 'grpc-web-text', 'connect'];

/** Whether plain HTTP carries the call that a request makes. */
export function isWebRequest(request: { kind: string }): request is WebRequest {
  return WEB_PROTOCOLS.includes(request.kind);
}

/**
 * The headers that the protocol itself sends, as routes see them (grpc/doc/PROTOCOL-WEB.md,
 * https://connectrpc.com/docs/protocol).
 */
export function webHeaders({
  kind,
  origin,
}: Pick<WebRequest, 'kind' | 'origin'>): [name: string, value: string][] {
  const own = kind === 'connect' ? CONNECT_HEADERS : grpcWebHeaders(CONTENT_TYPES[kind]);
  return origin === null ? own : [...own, ['origin', origin]];
}

/** What is sent and accepted of gRPC-Web, by protocol. */
const CONTENT_TYPES = {
  'grpc-web': 'application/grpc-web+proto',
  'grpc-web-text': 'application/grpc-web-text',
} as const;

function grpcWebHeaders(type: string): [name: string, value: string][] {
  return [
    ['content-type', type],
    ['accept', type],
    ['x-grpc-web', '1'],
    // The header that a page can set: the other is the browser's.
    ['x-user-agent', `${TOOL.name}/${TOOL.version}`],
  ];
}

const CONNECT_HEADERS: [name: string, value: string][] = [
  ['content-type', 'application/proto'],
  ['connect-protocol-version', '1'],
];
