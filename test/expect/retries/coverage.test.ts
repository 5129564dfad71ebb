import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { coverageOf, type Coverage } from '../../../src/expect/retries/coverage.js';
import type { RetryPolicy } from '../../../src/expect/retries/route-limits.js';

function policy(retryOn: string, more: Partial<RetryPolicy> = {}): RetryPolicy {
  const common = { attempts: 2, perTryTimeoutMs: null, byDefault: false, place: null };
  return { ...common, isByStatusAlone: false, retryOn, ...more };
}

const DEFAULT = policy(
  'connect-failure,refused-stream,unavailable,cancelled,retriable-status-codes',
  { byDefault: true },
);
const CONNECT = 'upstream connect error or disconnect/reset before headers. reset reason: ';
const REFUSED = `${CONNECT}remote connection failure, transport failure reason: delayed connect error: Connection refused`;

/** By Envoy's rules: wouldRetryFromHeaders, wouldRetryFromReset. */
const CASES: readonly (readonly [
  retryOn: RetryPolicy,
  kind: 'grpc' | 'http',
  status: string,
  cause: string,
  Coverage,
])[] = [
  [policy('unavailable'), 'grpc', 'UNAVAILABLE', 'busy', 'covered'],
  [policy(' internal , unavailable '), 'grpc', 'UNAVAILABLE', 'busy', 'covered'],
  [policy('unavailable'), 'grpc', 'INTERNAL', 'broken', 'not-covered'],
  [policy('5xx'), 'grpc', 'UNAVAILABLE', 'busy', 'not-covered'],
  [policy('cancelled'), 'grpc', 'CANCELLED', '', 'covered'],
  [policy('deadline-exceeded'), 'grpc', 'DEADLINE_EXCEEDED', '', 'covered'],
  [policy('resource-exhausted'), 'grpc', 'RESOURCE_EXHAUSTED', '', 'covered'],
  [policy('unavailable'), 'grpc', 'ABORTED', 'x', 'not-covered'],
  // Without a word it may be a cluster that is not there.
  [policy('unavailable'), 'grpc', 'UNAVAILABLE', '', 'unclear'],
  [policy('unavailable'), 'grpc', 'UNAVAILABLE', REFUSED, 'not-covered'],
  [policy('connect-failure'), 'grpc', 'UNAVAILABLE', REFUSED, 'covered'],
  [policy('connect-failure'), 'grpc', 'UNAVAILABLE', `${CONNECT}remote reset`, 'not-covered'],
  [policy('reset'), 'grpc', 'UNAVAILABLE', `${CONNECT}remote reset`, 'covered'],
  [policy('5xx'), 'http', '503', `${CONNECT}connection termination`, 'covered'],
  [
    policy('refused-stream'),
    ...(['grpc', 'UNAVAILABLE', `${CONNECT}remote refused stream reset`, 'covered'] as const),
  ],
  [policy('5xx,reset'), 'grpc', 'UNAVAILABLE', `${CONNECT}overflow`, 'not-covered'],
  [policy('5xx'), 'grpc', 'UNAVAILABLE', 'no healthy upstream', 'not-covered'],
  [policy('5xx'), 'http', '503', 'fault filter abort', 'on-purpose'],
  [policy('5xx'), 'grpc', 'UNAVAILABLE', 'upstream request timeout', 'not-covered'],
  [
    policy('5xx', { perTryTimeoutMs: 100 }),
    ...(['grpc', 'UNAVAILABLE', 'upstream request timeout', 'unclear'] as const),
  ],
  [policy('5xx'), 'http', '500', 'x', 'covered'],
  [policy('gateway-error'), 'http', '500', 'x', 'not-covered'],
  [policy('gateway-error'), 'http', '504', 'x', 'covered'],
  [policy('retriable-4xx'), 'http', '409', 'x', 'covered'],
  [policy('503,429'), 'http', '429', 'x', 'covered'],
  [policy('503,429'), 'http', '500', 'x', 'not-covered'],
  [policy('503'), 'grpc', 'UNAVAILABLE', 'busy', 'not-covered'],
  [DEFAULT, 'grpc', 'UNAVAILABLE', 'busy', 'covered'],
  [DEFAULT, 'grpc', 'INTERNAL', 'broken', 'not-covered'],
  // Until 1.24 Istio added 503.
  [DEFAULT, 'http', '503', 'x', 'unclear'],
  [DEFAULT, 'http', '502', 'x', 'not-covered'],
  [policy('503', { isByStatusAlone: true }), 'http', '503', 'x', 'covered'],
  [policy('503', { isByStatusAlone: true }), 'http', '500', 'x', 'not-covered'],
  [policy('503', { isByStatusAlone: true }), 'grpc', 'UNAVAILABLE', 'busy', 'unclear'],
  [policy('503', { isByStatusAlone: true }), 'grpc', 'INTERNAL', 'broken', 'not-covered'],
];

describe('whether a policy covers a failure', () => {
  for (const [own, kind, status, cause, coverage] of CASES) {
    it(`${own.retryOn ?? ''}: ${status} "${cause}" is ${coverage}`, () => {
      assert.equal(coverageOf(own, { kind, status, cause, isLate: false }), coverage);
    });
  }

  it('a status behind an answer is late where it would be covered', () => {
    const end = { kind: 'grpc', status: 'UNAVAILABLE', cause: 'busy', isLate: true } as const;
    assert.equal(coverageOf(policy('unavailable'), end), 'late');
    assert.equal(coverageOf(policy('internal'), end), 'not-covered');
  });
});
