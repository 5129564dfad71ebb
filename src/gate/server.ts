import type { Socket } from 'node:net';
import { Server } from 'node:tls';
import fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import { InputError } from '../input-error.js';
import { type AccessRules, admitting } from './access.js';
import type { GateMetrics } from './metrics.js';
import { RequestError } from './question.js';
import { openRoutes, type RouteMeans, verdictRoutes } from './routes.js';
import { contextOf, type ServerTls } from './tls-pem.js';

/** A server's limits, and what it answers with. */
export interface ServerOptions extends RouteMeans {
  access: AccessRules;
  /** null: plaintext. */
  tls: ServerTls | null;
  connections: number;
}

const MAX_BODY_BYTES = 64 * 1024;
const MAX_HEADER_BYTES = 16 * 1024;
const NOTHING = { error: 'there is nothing here' };
/** In which a client has to have sent its headers, and the whole request. */
const HEADERS_MS = 15_000;
const REQUEST_MS = 20_000;
const HANDSHAKE_MS = 5000;
const IDLE_MS = 10_000;
/** How often connections are looked at that are too slow. */
const LOOK_MS = 1000;
/** For an answer to be read, after the longest wait for it. */
const READING_MS = 30_000;
/** For answers to be read, at the end of the service. */
const CLOSING_MS = 5000;

/** The server of a gate, which does not listen yet. */
export async function gateServer(options: ServerOptions): Promise<FastifyInstance> {
  const { tls, access, metrics, connections, maxWaitMs } = options;
  const timeouts = {
    headersTimeout: HEADERS_MS,
    connectionsCheckingInterval: LOOK_MS,
    maxHeaderSize: MAX_HEADER_BYTES,
  };
  const server: FastifyInstance = fastify({
    logger: false,
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: REQUEST_MS,
    keepAliveTimeout: IDLE_MS,
    connectionTimeout: maxWaitMs + READING_MS,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    exposeHeadRoutes: false,
    // What the framework cannot route: parts of a path that are too long, or escaped wrongly.
    frameworkErrors: (error, _, reply) => {
      unroutable(error, reply);
    },
    clientErrorHandler: (error, socket) => {
      clientErrorHandler(error, socket, metrics);
    },
    ...(tls === null
      ? { http: timeouts }
      : {
          https: {
            ...timeouts,
            ...contextOf(tls),
            handshakeTimeout: HANDSHAKE_MS,
            // Who has none is told so in words; probes of whether the service is up have none.
            ...(tls.clientAuthority === null
              ? {}
              : { requestCert: true, rejectUnauthorized: false }),
          },
        }),
  });
  server.server.maxConnections = connections;
  server.addHook('onResponse', (_, reply, done) => {
    metrics.answered(reply.statusCode);
    done();
  });
  server.addHook('onSend', async (_, reply, payload) => {
    reply.header('cache-control', 'no-store').header('x-content-type-options', 'nosniff');
    return await Promise.resolve(payload);
  });
  server.setNotFoundHandler((_, reply) => reply.code(404).send(NOTHING));
  server.setErrorHandler((error: FastifyError, request, reply) => {
    const { status, sentence } = sentenceOf(error);
    const about = { method: request.method, path: request.url, from: request.ip };
    // What is the service's own trouble is for its log, with its files.
    const isOwn = status >= 500 || error instanceof InputError;
    access.log('refused', { status, ...about, problem: isOwn ? error.message : sentence });
    return reply.code(status).send({ error: sentence });
  });
  server.removeContentTypeParser('text/plain');
  openRoutes(server, options);
  await server.register((guarded, _, done) => {
    guarded.addHook('onRequest', admitting(access));
    guarded.addHook('onRequest', takingPlainBodies);
    verdictRoutes(guarded, options);
    done();
  });
  return server;
}

/** Has connections to come meet other certificates; those that are open go on. */
export function serveTls({ server }: FastifyInstance, tls: ServerTls): void {
  if (server instanceof Server) server.setSecureContext(contextOf(tls));
}

/** Answers what is asked, and ends connections that do not end by themselves. */
export async function closeServer(server: FastifyInstance): Promise<void> {
  const timer = setTimeout(() => {
    server.server.closeAllConnections();
  }, CLOSING_MS);
  await server.close();
  clearTimeout(timer);
}

/** A body that is packed could be far larger than it looks. */
async function takingPlainBodies(
  { headers }: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply | undefined> {
  const coding = headers['content-encoding'];
  if (coding === undefined || coding === 'identity') return undefined;
  return await reply.code(415).send({ error: 'send the body as it is, without content-encoding' });
}

function sentenceOf(error: FastifyError): { status: number; sentence: string } {
  if (error instanceof RequestError) return { status: 400, sentence: error.message };
  if (error instanceof InputError) {
    return {
      // No 5xx, after which Flagger writes the URL with its token into events.
      status: 424,
      sentence:
        'nothing can be judged: the service cannot read what it has kept, and its log says more',
    };
  }
  const { statusCode: status = 500 } = error;
  switch (status) {
    case 413:
      return { status, sentence: `a body has ${MAX_BODY_BYTES} bytes at most` };
    case 415:
      return { status, sentence: 'send JSON, with the header content-type: application/json' };
    case 400:
      return {
        status,
        sentence: 'the body is no JSON, or holds names that none may: send {"revision": "…"}',
      };
    default:
      return status < 500
        ? { status, sentence: 'the request cannot be taken' }
        : { status: 500, sentence: 'a fault of the service: its log says more' };
  }
}

function unroutable({ statusCode }: FastifyError, reply: FastifyReply): void {
  if (statusCode === 400) reply.code(400).send({ error: 'the path cannot be read' });
  else reply.code(404).send(NOTHING);
}

/** What is no HTTP, too slow, or too long to be read. */
function clientErrorHandler(
  error: Error & { code?: string },
  socket: Socket,
  metrics: GateMetrics,
): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const [status, sentence] =
    error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
      ? ['408 Request Timeout', 'the request took too long']
      : error.code === 'HPE_HEADER_OVERFLOW'
        ? ['431 Request Header Fields Too Large', 'the headers are too long']
        : ['400 Bad Request', 'this is no HTTP request'];
  metrics.answered(Number(status.slice(0, 3)));
  const body = JSON.stringify({ error: sentence });
  socket.end(
    `HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  );
}
