import type { RouteRequest } from '../request.js';
import { regexFinds } from '../string-match.js';
import type { CanaryAnnotations } from './ingress.js';

/**
 * What part of a request's like goes to the canary: the header decides before the cookie, and the
 * cookie before the weight. A total below 100 counts as 100.
 * Source: kubernetes/ingress-nginx rootfs/etc/nginx/lua/balancer.lua, route_to_alternative_balancer.
 * @returns `weight` of `total`, or `null` without a canary.
 * @throws InputError when the header decides by a pattern that RE2 does not know.
 */
export function canaryShare(
  canary: CanaryAnnotations | null,
  request: RouteRequest,
): { weight: number; total: number } | null {
  if (canary === null) return null;
  const decided = byHeader(canary, request) ?? byCookie(canary, request);
  if (decided !== null) return { weight: decided ? 100 : 0, total: 100 };
  const total = Math.max(canary.weightTotal, 100);
  return { weight: Math.min(canary.weight, total), total };
}

/** `null`: the header does not decide. With a value or pattern, `always` and `never` mean nothing. */
function byHeader(canary: CanaryAnnotations, { headers }: RouteRequest): boolean | null {
  if (canary.header === null) return null;
  const value = headers.get(canary.header);
  if (value === undefined) return null;
  if (canary.headerValue !== null) return value === canary.headerValue ? true : null;
  if (canary.headerPattern !== null) return regexFinds(canary.headerPattern, value) ? true : null;
  return alwaysOrNever(value);
}

function byCookie(canary: CanaryAnnotations, { headers }: RouteRequest): boolean | null {
  if (canary.cookie === null) return null;
  const pairs = (headers.get('cookie') ?? '').split(';').map((pair) => pair.trim().split('='));
  const value = pairs.find(([name]) => name === canary.cookie)?.[1];
  return value === undefined ? null : alwaysOrNever(value);
}

function alwaysOrNever(value: string): boolean | null {
  if (value === 'always') return true;
  return value === 'never' ? false : null;
}
