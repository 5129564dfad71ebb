import type { IncomingHttpHeaders } from 'node:http2';
import type { UnaryReply } from './application.js';
import { encodeGrpcMessage, GRPC_STATUS } from './grpc-status.js';

const WEB_TYPE = 'application/grpc-web';
const TEXT_TYPE = 'application/grpc-web-text';
const PREFIX_BYTES = 5;
const TRAILERS = 0x80;

/** An answer to a page's request. */
export interface WebReply {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: Buffer;
}

/** Whether a request is one of gRPC-Web by its content type. */
export function isWeb(headers: IncomingHttpHeaders): boolean {
  return headers['content-type']?.startsWith(WEB_TYPE) ?? false;
}

function isText(headers: IncomingHttpHeaders): boolean {
  return headers['content-type']?.startsWith(TEXT_TYPE) ?? false;
}

/** The one message of a request; null where its body is none. */
export function webRequest(headers: IncomingHttpHeaders, body: Buffer): Uint8Array | null {
  const bytes = isText(headers) ? Buffer.from(body.toString('latin1'), 'base64') : body;
  if (bytes.length < PREFIX_BYTES || bytes[0] !== 0) return null;
  return bytes.readUInt32BE(1) === bytes.length - PREFIX_BYTES
    ? bytes.subarray(PREFIX_BYTES)
    : null;
}

/**
 * The answer to a call as a gateway's filter gives it to a page: what failed is a status alone, in the
 * headers; else message and trailers are the body. Text is encoded in two pieces, each with its padding.
 */
export function webReply(headers: IncomingHttpHeaders, reply: UnaryReply): WebReply {
  const asText = isText(headers);
  const type = `${asText ? TEXT_TYPE : WEB_TYPE}+proto`;
  if (reply.kind === 'error') {
    return {
      status: 200,
      headers: {
        'content-type': type,
        'grpc-status': String(reply.code),
        ...(reply.message === '' ? {} : { 'grpc-message': encodeGrpcMessage(reply.message) }),
        ...reply.headers,
      },
      body: Buffer.alloc(0),
    };
  }
  if (reply.kind === 'http-error') {
    const said = { 'content-type': 'text/plain', ...reply.headers };
    return { status: reply.status, headers: said, body: Buffer.from(reply.message) };
  }
  const trailers = Buffer.from(`grpc-status:${GRPC_STATUS.ok}\r\n`);
  const pieces = [framed(0, reply.message), framed(TRAILERS, trailers)];
  const body = asText
    ? Buffer.from(pieces.map((piece) => piece.toString('base64')).join(''))
    : Buffer.concat(pieces);
  return { status: 200, headers: { 'content-type': type }, body };
}

function framed(flags: number, payload: Uint8Array): Buffer {
  const prefix = Buffer.from([flags, 0, 0, 0, 0]);
  prefix.writeUInt32BE(payload.length, 1);
  return Buffer.concat([prefix, payload]);
}
