import type { RouteRequest } from './request.js';
import { matchesText, type StringMatch } from './string-match.js';

/** Which CORS preflight requests the proxy answers itself, instead of forwarding them. */
export interface PreflightPolicy {
  /** Whose; null: everybody's, with or without leave. */
  origins: readonly StringMatch[] | null;
}

/** What a CORS policy does to the requests of its rule, in words. */
export const CORS_CHANGE =
  'CORS policy: CORS headers added, and preflight requests answered by the proxy';

/** The status with which Envoy answers them. */
export const PREFLIGHT_STATUS = 200;

/**
 * Whether a request is a preflight request that the proxy answers itself.
 * Source: envoyproxy/envoy source/extensions/filters/http/cors/cors_filter.cc, decodeHeaders; an origin
 * that takes the text `*` takes any.
 */
export function answersPreflight(
  { origins }: PreflightPolicy,
  { method, headers }: Pick<RouteRequest, 'method' | 'headers'>,
): boolean {
  const origin = headers.get('origin') ?? '';
  const asked = headers.get('access-control-request-method') ?? '';
  if (method !== 'OPTIONS' || origin === '' || asked === '') return false;
  return (
    origins === null ||
    origins.some((allowed) => matchesText(allowed, '*') || matchesText(allowed, origin))
  );
}
