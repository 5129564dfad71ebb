import type { IncomingHttpHeaders } from 'node:http2';
import type { WebReply } from './grpc-web.js';

/** Which pages of other origins may make calls. */
export interface CorsPolicy {
  /** `https://myapp.example.com` */
  origins: readonly string[];
  /** Headers that they may send. */
  headers: readonly string[];
  /** Headers of answers that they may read. */
  exposed: readonly string[];
  maxAgeSeconds: number;
}

/** The answer to a preflight request; null where the request is none, or its origin is not one of the policy's. */
export function preflightReply(
  policy: CorsPolicy,
  method: string,
  headers: IncomingHttpHeaders,
): WebReply | null {
  if (method !== 'OPTIONS' || headers['access-control-request-method'] === undefined) return null;
  const allowed = originHeader(policy, headers);
  if (allowed === null) return null;
  return {
    status: 200,
    headers: {
      ...allowed,
      'access-control-allow-methods': 'POST',
      'access-control-allow-headers': policy.headers.join(','),
      'access-control-max-age': String(policy.maxAgeSeconds),
    },
    body: Buffer.alloc(0),
  };
}

/** What an answer says to a page: nothing where it may not have it. */
export function corsHeaders(
  policy: CorsPolicy,
  headers: IncomingHttpHeaders,
): Readonly<Record<string, string>> {
  const allowed = originHeader(policy, headers);
  if (allowed === null) return {};
  return { ...allowed, 'access-control-expose-headers': policy.exposed.join(',') };
}

function originHeader(
  { origins }: CorsPolicy,
  { origin }: IncomingHttpHeaders,
): Readonly<Record<string, string>> | null {
  if (origin === undefined || !origins.includes(origin)) return null;
  return { 'access-control-allow-origin': origin };
}
