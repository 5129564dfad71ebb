import {
  createSecureServer,
  createServer,
  type Http2Session,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import { createServer as createHttp1, type RequestListener } from 'node:http';
import { createServer as createPlain, type Socket } from 'node:net';
import { listen, listenOnSocket } from './listen.js';
import { byPreface } from './preface.js';

/** A certificate chain and its key, PEM. */
interface TlsMaterial {
  cert: string;
  key: string;
  /** PEM; clients must then present a certificate that it signed. */
  clientCa?: string;
}

export interface H2ServerOptions {
  /** Loopback unless told: `127.0.0.1`. */
  host?: string;
  /** 0, the default, takes a free one. */
  port?: number;
  /** A Unix socket in their place: the path of a file that is not there yet. */
  socketPath?: string;
  /** Plaintext HTTP/2 with prior knowledge when absent. */
  tls?: TlsMaterial;
  /** SETTINGS_MAX_CONCURRENT_STREAMS of every connection; {@link DEFAULT_MAX_STREAMS}. */
  maxConcurrentStreams?: number;
}

/** What Envoy 1.40 announces to its clients unless configured otherwise. */
const DEFAULT_MAX_STREAMS = 1024;

export interface H2Server {
  host: string;
  port: number;
  /** `host:port` */
  address: string;
  /** Stops listening and destroys what is open. */
  close(): Promise<void>;
}

/**
 * A listening HTTP/2 server.
 *
 * @param onStream Answers one request; it must not throw.
 * @param onRequest Answers one of HTTP/1.1, which is spoken in plaintext then, too.
 * @throws Error of the operating system when the port cannot be had.
 */
export async function listenH2(
  options: H2ServerOptions,
  onStream: (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => void,
  onRequest?: RequestListener,
): Promise<H2Server> {
  const { host = '127.0.0.1', port = 0, socketPath, tls } = options;
  const settings = { maxConcurrentStreams: options.maxConcurrentStreams ?? DEFAULT_MAX_STREAMS };
  const server = tls
    ? createSecureServer({
        settings,
        cert: tls.cert,
        key: tls.key,
        ...(tls.clientCa === undefined
          ? {}
          : { ca: tls.clientCa, requestCert: true, rejectUnauthorized: true }),
      })
    : createServer({ settings });

  const front =
    onRequest === undefined || tls
      ? server
      : createPlain((socket) => {
          byPreface(socket, { http1, http2: server });
        });
  // Connections are kept as long as the client wants, as a gateway does.
  const http1 = createHttp1({ keepAliveTimeout: 0 }, onRequest);

  const sockets = new Set<Socket>();
  const sessions = new Set<Http2Session>();
  front.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    // A client that resets the connection is the client's business.
    socket.on('error', () => socket.destroy());
  });
  server.on('session', (session: Http2Session) => {
    sessions.add(session);
    session.on('close', () => sessions.delete(session));
    session.on('error', () => {
      session.destroy();
    });
  });
  server.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
    stream.on('error', () => {
      stream.destroy();
    });
    onStream(stream, headers);
  });

  const listening =
    socketPath === undefined
      ? await listen(front, port, host)
      : await listenOnSocket(front, socketPath);
  return {
    ...listening,
    close() {
      return new Promise((resolve) => {
        front.close(() => {
          resolve();
        });
        for (const session of sessions) session.destroy();
        for (const socket of sockets) socket.destroy();
      });
    },
  };
}
