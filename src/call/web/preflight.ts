import type { HttpRequest } from '../http/request.js';
import { asHttpRequest } from './http-request.js';
import type { WebRequest } from './request.js';

/** Headers that any page may send with any value of those that are sent here, and the browser's own. */
const UNASKED: readonly string[] = [
  'accept',
  'accept-language',
  'content-language',
  'origin',
  'user-agent',
];

/**
 * The names of headers for which a browser asks leave before it makes a call for a page: in lower case, in
 * order, without those that need none (https://fetch.spec.whatwg.org/#cors-unsafe-request-header-names).
 */
export function preflightHeaderNames(request: WebRequest): string[] {
  const names = asHttpRequest(request).metadata.map(([name]) => name);
  return [...new Set(names)].filter((name) => !UNASKED.includes(name)).sort();
}

/**
 * What a browser asks before it makes a call for a page of another origin
 * (https://fetch.spec.whatwg.org/#cors-preflight-fetch).
 *
 * @param origin Of the page.
 * @param headerNames Those that need leave.
 */
export function preflightRequest(
  { path, authority, scheme, metadata, timeoutMs }: WebRequest,
  origin: string,
  headerNames: readonly string[],
): HttpRequest {
  return {
    kind: 'http',
    method: 'OPTIONS',
    path,
    authority,
    scheme,
    metadata: [
      ...preflightHeaders(origin, headerNames),
      // What is sent says who sends it.
      ...metadata.filter(([name]) => name === 'user-agent'),
    ],
    body: new Uint8Array(0),
    timeoutMs,
  };
}

/** The headers of a preflight request by which routes and policies go. */
export function preflightHeaders(
  origin: string,
  headerNames: readonly string[],
): [name: string, value: string][] {
  return [
    ['accept', '*/*'],
    ['origin', origin],
    ['access-control-request-method', 'POST'],
    ['access-control-request-headers', headerNames.join(',')],
  ];
}
