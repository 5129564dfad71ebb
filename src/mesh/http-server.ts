import { createServer as createHttp1, type IncomingMessage, type ServerResponse } from 'node:http';
import {
  createServer as createHttp2,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type Http2Session,
} from 'node:http2';
import { createServer, type Socket } from 'node:net';
import { listen } from './listen.js';
import { byPreface } from './preface.js';

/** A request to one of the mesh's HTTP services. */
export interface HttpRequest {
  method: string;
  /** Without the query. */
  path: string;
  /** By lower-case name. */
  headers: Readonly<Record<string, string | string[] | undefined>>;
  body: string;
}

export interface HttpReply {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: string;
}

/** Answers a request; it must not throw. */
export type HttpService = (request: HttpRequest) => HttpReply | Promise<HttpReply>;

export interface HttpServerOptions {
  /** Loopback unless told: `127.0.0.1`. */
  host?: string;
  /** 0, the default, takes a free one. */
  port?: number;
}

export interface HttpServer {
  host: string;
  port: number;
  /** `host:port` */
  address: string;
  /** Stops listening and destroys what is open. */
  close(): Promise<void>;
}

/** Forms are all that is sent to it. */
const MAX_BODY_BYTES = 64 * 1024;

/**
 * A listening server in plaintext: HTTP/1.1, and HTTP/2 for clients that know it (RFC 9113, 3.3), told
 * apart by the first bytes of a connection.
 *
 * @throws Error of the operating system when the port cannot be had.
 */
export async function listenHttp(
  { host = '127.0.0.1', port = 0 }: HttpServerOptions,
  service: HttpService,
): Promise<HttpServer> {
  const sockets = new Set<Socket>();
  const sessions = new Set<Http2Session>();
  const answer = (request: AnyRequest, response: AnyResponse): void => {
    request.on('error', () => response.destroy());
    response.on('error', () => response.destroy());
    read(request, (body) => {
      void reply(service, request, response, body);
    });
  };
  // Connections are kept as long as the client wants, as a gateway does.
  const http1 = createHttp1({ keepAliveTimeout: 0 }, answer);
  const http2 = createHttp2(answer);
  http2.on('session', (session) => {
    sessions.add(session);
    session.on('close', () => sessions.delete(session));
    session.on('error', () => {
      session.destroy();
    });
  });
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    // A client that resets the connection is the client's business.
    socket.on('error', () => socket.destroy());
    byPreface(socket, { http1, http2 });
  });
  return {
    ...(await listen(server, port, host)),
    close() {
      return new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        for (const session of sessions) session.destroy();
        for (const socket of sockets) socket.destroy();
        http1.close();
        http2.close();
      });
    },
  };
}

type AnyRequest = IncomingMessage | Http2ServerRequest;
type AnyResponse = ServerResponse | Http2ServerResponse;

/** Reads the body; most requests have none. */
function read(request: AnyRequest, onBody: (body: string) => void): void {
  if (request.method === 'GET' || request.method === 'HEAD') {
    request.resume();
    onBody('');
    return;
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) request.destroy();
    else chunks.push(chunk);
  });
  request.on('end', () => {
    onBody(Buffer.concat(chunks).toString());
  });
}

async function reply(
  service: HttpService,
  { method = 'GET', url = '/', headers }: AnyRequest,
  response: AnyResponse,
  body: string,
): Promise<void> {
  const [path = '/'] = url.split('?', 1);
  const answer = await service({ method, path, headers, body });
  const { destroyed } = 'stream' in response ? response.stream : response;
  // The client has left.
  if (destroyed) return;
  const length = String(Buffer.byteLength(answer.body));
  response.writeHead(answer.status, { ...answer.headers, 'content-length': length });
  response.end(answer.body);
}
