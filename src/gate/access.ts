import type { TLSSocket } from 'node:tls';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Log } from './log.js';
import type { RateLimit } from './rate-limit.js';
import type { TokenFile } from './token-file.js';
import { holderOf, presentedToken } from './tokens.js';

/** Who may ask, and how often. */
export interface AccessRules {
  /** null: nobody needs a token. */
  tokens: TokenFile | null;
  needsCertificate: boolean;
  rate: RateLimit;
  log: Log;
}

/** Those who have not shown who they are share one allowance. */
const NOBODY = ' nobody';
const ANYBODY = ' anybody';

/** A hook that lets those pass who may ask. What is wrong with a token is not said, and no token is logged. */
export function admitting({ tokens, needsCertificate, rate, log }: AccessRules) {
  return async (
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<FastifyReply | undefined> => {
    const client = await clientOf(request, tokens, needsCertificate);
    const { waitSeconds, isFirstRefused } = rate.take(client ?? NOBODY, performance.now());
    const about = { method: request.method, path: request.url, from: request.ip };
    if (waitSeconds > 0) {
      // A line for each would let anybody fill the log.
      if (isFirstRefused) log('refused', { status: 429, ...about });
      return reply
        .code(429)
        .header('retry-after', String(Math.ceil(waitSeconds)))
        .send({ error: 'too many requests: ask less often' });
    }
    if (isOfPage(request)) {
      log('refused', { status: 403, ...about });
      return reply.code(403).send({ error: 'pages of other servers may not ask' });
    }
    if (client !== null) return undefined;
    log('refused', { status: 401, ...about });
    return reply
      .code(401)
      .header('www-authenticate', 'Bearer realm="splitproof"')
      .send({
        error: needsCertificate
          ? 'show a certificate' + (tokens === null ? '' : ' and a token')
          : 'send a token that is known here: authorization: Bearer TOKEN',
      });
  };
}

/**
 * Whether a page in a browser asks: any page may send requests to a service on the same machine, which needs no
 * token there. Source: the header Sec-Fetch-Site (W3C Fetch Metadata); `none` is what a person has typed.
 */
function isOfPage({ headers }: FastifyRequest): boolean {
  const site = headers['sec-fetch-site'];
  return headers.origin !== undefined || (site !== undefined && site !== 'none');
}

/** @returns Whose request it is; null: nobody's who may ask. */
async function clientOf(
  { raw, headers }: FastifyRequest,
  tokens: TokenFile | null,
  needsCertificate: boolean,
): Promise<string | null> {
  const socket = raw.socket as Partial<TLSSocket>;
  if (needsCertificate && socket.authorized !== true) return null;
  if (tokens !== null) {
    const presented = presentedToken(headers.authorization);
    return presented === null ? null : holderOf(await tokens.tokens(), presented);
  }
  return needsCertificate ? commonName(socket) : ANYBODY;
}

function commonName(socket: Partial<TLSSocket>): string {
  const { CN } = socket.getPeerCertificate?.().subject ?? {};
  return [CN ?? ''].flat().join(' ');
}
