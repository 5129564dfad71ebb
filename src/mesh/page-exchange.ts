import type { IncomingMessage, ServerResponse } from 'node:http';
import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import type { ForwardedCall, UnaryReply } from './application.js';
import { corsHeaders, type CorsPolicy, preflightReply } from './cors.js';
import { GRPC_STATUS } from './grpc-status.js';
import { isWeb, webReply, type WebReply, webRequest } from './grpc-web.js';

/** How pages in browsers are served. */
export interface WebOptions {
  /** null: nobody answers preflight requests, as at a gateway without a policy. */
  cors: CorsPolicy | null;
}

/** A request of a page, whatever version of HTTP it came by. */
export interface PageExchange {
  /** null over HTTP/1.1. */
  stream: ServerHttp2Stream | null;
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
  /** Does nothing when the client has left already. */
  respond(reply: WebReply): void;
}

/** The largest request accepted: gRPC's own default for a message, as base64. */
const MAX_BODY_BYTES = 6 * 1024 * 1024;

/** Whether a request is one of gRPC-Web, or a question whether one may be made. */
export function isOfPage(headers: IncomingHttpHeaders): boolean {
  return headers[':method'] === 'OPTIONS' || isWeb(headers);
}

/**
 * Answers a request of a page.
 *
 * @param call Makes the call; null: it is never answered.
 */
export async function answerWeb(
  { method, path, headers, body, respond }: Omit<PageExchange, 'stream'>,
  { cors }: WebOptions,
  call: (call: ForwardedCall) => UnaryReply | Promise<UnaryReply> | null,
): Promise<void> {
  const preflight = cors === null ? null : preflightReply(cors, method, headers);
  if (preflight !== null) {
    respond(preflight);
    return;
  }
  const told = cors === null ? {} : corsHeaders(cors, headers);
  if (method !== 'POST' || !isWeb(headers)) {
    respond({ ...NO_ROUTE, headers: told });
    return;
  }
  const request = webRequest(headers, body);
  const reply = request === null ? NO_MESSAGE : await call({ path, headers, request });
  if (reply === null) return;
  const answer = webReply(headers, reply);
  respond({ ...answer, headers: { ...answer.headers, ...told } });
}

/** The answer of a gateway that has no route for a request. */
export const NO_ROUTE: WebReply = { status: 404, headers: {}, body: Buffer.alloc(0) };

const NO_MESSAGE: UnaryReply = {
  kind: 'error',
  code: GRPC_STATUS.internal,
  message: 'the request is not one message of gRPC-Web',
};

/** Reads a request that came on a stream of HTTP/2. */
export function readStream(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  onExchange: (exchange: PageExchange) => void,
): void {
  const { ':method': method = '', ':path': path = '' } = headers;
  const respond = ({ status, headers: said, body }: WebReply): void => {
    if (stream.destroyed || stream.closed) return;
    stream.respond({ ':status': status, ...said });
    stream.end(body);
  };
  readBody(stream, (body) => {
    onExchange({ stream, method, path, headers, body, respond });
  });
}

/** Reads a request of HTTP/1.1. */
export function readRequest(
  request: IncomingMessage,
  response: ServerResponse,
  onExchange: (exchange: PageExchange) => void,
): void {
  const { method = '', url: path = '', headers } = request;
  const respond = ({ status, headers: said, body }: WebReply): void => {
    if (response.destroyed) return;
    response.writeHead(status, { ...said, 'content-length': String(body.length) });
    response.end(body);
  };
  request.on('error', () => response.destroy());
  response.on('error', () => response.destroy());
  readBody(request, (body) => {
    onExchange({ stream: null, method, path, headers, body, respond });
  });
}

function readBody(from: ServerHttp2Stream | IncomingMessage, onBody: (body: Buffer) => void): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  from.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) from.destroy();
    else chunks.push(chunk);
  });
  from.on('end', () => {
    onBody(Buffer.concat(chunks));
  });
}
