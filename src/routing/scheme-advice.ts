import type { RouteRequest } from './request.js';

/**
 * What to do where a gateway speaks TLS and the request does not, or the other way round: the target may be another
 * than the gateway. Words to follow a semicolon.
 */
export function schemeAdvice({ scheme }: Pick<RouteRequest, 'scheme'>): string {
  return scheme === 'https'
    ? 'speak plaintext to it with --plaintext, or say with --scheme http that TLS ends before it, at a load balancer'
    : 'leave out --plaintext to speak TLS to it, or say with --scheme https that something before it does';
}
