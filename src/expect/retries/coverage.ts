import type { RetryPolicy } from './route-limits.js';

/** How a request ended that the gateway has answered with a failure. */
export interface FailedEnd {
  /** What its statuses are. */
  kind: 'grpc' | 'http';
  /** `UNAVAILABLE`, `503` */
  status: string;
  /** In the words of the side that refused. */
  cause: string;
  /** Whether the status came in trailers, behind an answer. */
  isLate: boolean;
}

/**
 * Whether a policy has an end retried. `on-purpose`: the gateway was told to answer so, and tries nothing.
 * `unclear`: what came does not say which of several things it is.
 */
export type Coverage = 'covered' | 'not-covered' | 'late' | 'unclear' | 'on-purpose';

/** Conditions of Envoy that statuses of gRPC fulfil, where they come in headers. */
const GRPC_CONDITIONS: Readonly<Record<string, string>> = {
  CANCELLED: 'cancelled',
  DEADLINE_EXCEEDED: 'deadline-exceeded',
  INTERNAL: 'internal',
  RESOURCE_EXHAUSTED: 'resource-exhausted',
  UNAVAILABLE: 'unavailable',
};

/** What Envoy takes for an error of the gateway's own making, and with that for one of 5xx. */
const RESET = ['reset', '5xx', 'gateway-error'];

/** What Envoy says of a request that it got no answer to, and on which conditions it tries again; none: on none. */
const OWN_WORDS: readonly (readonly [words: RegExp, conditions: readonly string[]])[] = [
  [/\boverflow\b/i, []],
  [/no healthy upstream|cluster[ _]not[ _]found/i, []],
  [
    /reset reason: .*(?:connection failure|connection timeout)|delayed connect error/i,
    ['connect-failure', ...RESET],
  ],
  [/remote refused stream reset/i, ['refused-stream', ...RESET]],
  [/reset reason: |upstream connect error/i, RESET],
];

const ON_PURPOSE = /fault filter abort/i;
const TIMED_OUT = /upstream (?:request|per try) timeout/i;

/**
 * Whether a policy has requests retried that end so.
 *
 * Source: envoyproxy/envoy source/common/router/retry_state_impl.cc, wouldRetryFromHeaders and wouldRetryFromReset;
 * istio/istio pilot/pkg/networking/core/route/retry/retry.go, parseRetryOn (numbers are statuses of HTTP).
 */
export function coverageOf(policy: RetryPolicy, end: FailedEnd): Coverage {
  const { status, cause, isLate } = end;
  if (ON_PURPOSE.test(cause)) return 'on-purpose';
  const retryOn = conditionsIn(policy);
  // An attempt that took too long is a reset; a whole request that did is over.
  if (TIMED_OUT.test(cause)) {
    return policy.perTryTimeoutMs !== null && retriesLate(policy) ? 'unclear' : 'not-covered';
  }
  const own = OWN_WORDS.find(([words]) => words.test(cause));
  if (own !== undefined) return covered(own[1], retryOn, policy);
  if (end.kind === 'http') return covered(httpConditions(Number(status)), retryOn, policy);
  // So a gateway says that it does not know the cluster, and any pod may say it.
  if (status === 'UNAVAILABLE' && cause === '') return 'unclear';
  const condition = GRPC_CONDITIONS[status];
  if (condition === undefined) return 'not-covered';
  const coverage = covered([condition], retryOn, policy);
  // Envoy looks at the status where it comes in headers, as long as nothing of an answer was passed on.
  return isLate && coverage === 'covered' ? 'late' : coverage;
}

/** Whether an attempt that took too long is followed by another. */
export function retriesLate(policy: Pick<RetryPolicy, 'retryOn'>): boolean {
  const retryOn = conditionsIn(policy);
  return RESET.some((condition) => retryOn.includes(condition));
}

function covered(
  conditions: readonly string[],
  retryOn: readonly string[],
  { isByStatusAlone, byDefault }: RetryPolicy,
): Coverage {
  if (conditions.some((condition) => retryOn.includes(condition))) return 'covered';
  if (conditions.length === 0) return 'not-covered';
  // Connections that fail are for the implementation to retry (GEP-1731), and Istio adds two statuses of gRPC.
  const isOthers = conditions.some((one) => ['reset', 'unavailable', 'cancelled'].includes(one));
  if (isByStatusAlone && isOthers) return 'unclear';
  // Istio retried 503 unasked before 1.24.
  return byDefault && conditions.includes('503') ? 'unclear' : 'not-covered';
}

function conditionsIn({ retryOn }: Pick<RetryPolicy, 'retryOn'>): string[] {
  return (retryOn ?? '').split(',').map((condition) => condition.trim());
}

function httpConditions(status: number): string[] {
  return [
    String(status),
    ...(status >= 500 ? ['5xx'] : []),
    ...(status >= 502 && status <= 504 ? ['gateway-error'] : []),
    ...(status === 409 ? ['retriable-4xx'] : []),
  ];
}
