import { headerText } from '../header-text.js';
import type { RouteRequest } from '../request.js';
import { regexFinds } from '../string-match.js';
import type { CanaryAnnotations } from './ingress.js';

/** A part of the requests of a location that goes to the canary. */
export interface CanaryShare {
  weight: number;
  /** Of so much. */
  total: number;
}

/** A value of a header or cookie that decides for all requests that have it. */
export interface CanaryChoice {
  /** `header x-canary: always` */
  description: string;
  holds: (request: Pick<RouteRequest, 'headers'>) => boolean;
  share: CanaryShare;
}

const ALL: CanaryShare = { weight: 100, total: 100 };
const NONE: CanaryShare = { weight: 0, total: 100 };

/**
 * What part of a request's like goes to the canary: the first choice that holds, else the weight. A
 * total below 100 counts as 100.
 * Source: kubernetes/ingress-nginx rootfs/etc/nginx/lua/balancer.lua, route_to_alternative_balancer.
 * @returns `null` without a canary.
 * @throws InputError when the header decides by a pattern that RE2 does not know.
 */
export function canaryShare(
  canary: CanaryAnnotations | null,
  request: RouteRequest,
): CanaryShare | null {
  if (canary === null) return null;
  const chosen = canaryChoices(canary).find(({ holds }) => holds(request));
  return chosen?.share ?? weightOf(canary);
}

/** The part that goes to the canary where no header or cookie decides. */
export function weightOf({ weight, weightTotal }: CanaryAnnotations): CanaryShare {
  const total = Math.max(weightTotal, 100);
  return { weight: Math.min(weight, total), total };
}

/** In the order in which they are tried: the header decides before the cookie. */
export function canaryChoices(canary: CanaryAnnotations): CanaryChoice[] {
  const { header, cookie } = canary;
  return [
    ...(header === null ? [] : byHeader(canary, header)),
    ...(cookie === null ? [] : alwaysOrNever(`cookie ${cookie}`, (own) => cookieOf(cookie, own))),
  ];
}

/** With a value or pattern, `always` and `never` mean nothing. */
function byHeader(
  { headerValue, headerPattern }: CanaryAnnotations,
  header: string,
): CanaryChoice[] {
  const valueOf = ({ headers }: Pick<RouteRequest, 'headers'>): string | undefined =>
    headers.get(header);
  if (headerValue !== null)
    return [
      {
        description: `header ${header}: ${headerText(header, headerValue)}`,
        holds: (request) => valueOf(request) === headerValue,
        share: ALL,
      },
    ];
  if (headerPattern !== null)
    return [
      {
        description: `header ${header}: pattern ${headerPattern.string()}`,
        holds: (request) => {
          const value = valueOf(request);
          return value !== undefined && regexFinds(headerPattern, value);
        },
        share: ALL,
      },
    ];
  return alwaysOrNever(`header ${header}`, valueOf);
}

function alwaysOrNever(
  what: string,
  valueOf: (request: Pick<RouteRequest, 'headers'>) => string | undefined,
): CanaryChoice[] {
  return [
    {
      description: `${what}: always`,
      holds: (request) => valueOf(request) === 'always',
      share: ALL,
    },
    {
      description: `${what}: never`,
      holds: (request) => valueOf(request) === 'never',
      share: NONE,
    },
  ];
}

function cookieOf(cookie: string, { headers }: Pick<RouteRequest, 'headers'>): string | undefined {
  const pairs = (headers.get('cookie') ?? '').split(';').map((pair) => pair.trim().split('='));
  return pairs.find(([name]) => name === cookie)?.[1];
}
