import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { FailedAttempts } from '../../../src/count/counted.js';
import type { Finding } from '../../../src/finding.js';
import { withUndercut } from '../../../src/expect/retries/deadline-undercut.js';
import { retryFindings } from '../../../src/expect/retries/judge-retries.js';
import { remainingFailures } from '../../../src/expect/retries/remaining.js';
import type { RetryPolicy } from '../../../src/expect/retries/route-limits.js';

const PLACE = { file: 'vs.yaml', line: 17, column: 7, document: 1, path: 'spec.http[0].retries' };
const POLICY: RetryPolicy = {
  ...{ attempts: 2, perTryTimeoutMs: null, retryOn: 'unavailable', byDefault: false },
  ...{ isByStatusAlone: false, place: PLACE },
};

function failed(status: number, attempts: number, count: number): FailedAttempts {
  return { attempts, isLate: false, status, cause: 'x', count };
}

/** Codes and evidence of what is found. @param row Answers by number of attempts. */
function found(
  row: number[],
  failures: FailedAttempts[],
  policy: RetryPolicy = POLICY,
): [string, string][] {
  const attempts = { byDestination: [row, []], failures };
  const names: Record<number, string> = {
    ...{ 2: 'UNKNOWN', 12: 'UNIMPLEMENTED', 13: 'INTERNAL', 14: 'UNAVAILABLE' },
  };
  const remaining = remainingFailures(attempts, policy, 'grpc', (one) => names[one] ?? '?');
  return retryFindings({ policy, attempts, remaining }).map(({ code, evidence, place }) => {
    assert.deepEqual(place, PLACE);
    return [code, evidence];
  });
}

describe('attempts held against the policy', () => {
  it('say nothing where everything is as it should be', () => {
    assert.deepEqual(found([0, 900, 80, 20], []), []);
    assert.deepEqual(found([], []), []);
  });

  it('were fewer than it allows', () => {
    const [[code, evidence] = [], ...others] = found([0, 100], [failed(14, 1, 30)]);
    assert.equal(code, 'retries-not-applied');
    assert.match(
      evidence!,
      /^30 × UNAVAILABLE, "x" after 1 attempt; .*2 retries.* allows 3 attempts$/,
    );
    assert.deepEqual(others, []);
  });

  it('were all that it allows', () => {
    const [[code, evidence] = []] = found([0, 90, 5, 5], [failed(14, 3, 4)]);
    assert.equal(code, 'retries-exhausted');
    assert.match(evidence!, /^4 × UNAVAILABLE/);
  });

  it('were more than it allows', () => {
    const [[code, evidence] = []] = found([0, 90, 5, 0, 5], []);
    assert.equal(code, 'retries-not-applied');
    assert.match(evidence!, /^5 of 100 answers came after more than 3 attempts/);
    const off = { ...POLICY, attempts: 0, retryOn: null };
    assert.equal(found([0, 90, 10], [], off)[0]?.[0], 'retries-not-applied');
  });

  it('are not needed to say what is not covered, and nothing is claimed without them', () => {
    assert.deepEqual(
      found([], [failed(13, -1, 7), failed(14, -1, 9)]).map(([code]) => code),
      ['retry-status-not-covered'],
    );
    assert.deepEqual(found([], [failed(14, -1, 9)]), []);
    // What is wrong with a request itself is wrong the next time, too.
    assert.deepEqual(found([], [failed(12, -1, 7)]), []);
    const refused = { ...failed(2, -1, 7), cause: 'HTTP status 415 without grpc-status' };
    assert.deepEqual(found([], [refused]), []);
    const page = { ...refused, cause: 'content-type "text/html" instead of application/grpc' };
    assert.deepEqual(found([], [page]), []);
    const busy = { ...failed(2, -1, 7), cause: 'HTTP status 429 without grpc-status' };
    assert.deepEqual(
      found([], [busy]).map(([code]) => code),
      ['retry-status-not-covered'],
    );
    // Who has switched them off expects none.
    assert.deepEqual(found([0, 90], [failed(13, 1, 7)], { ...POLICY, attempts: 0 }), []);
  });
});

describe('a deadline that the route undercuts', () => {
  const told: Finding = {
    ...{ code: 'deadline-undercut', severity: 'info', about: 'call', call: null, place: PLACE },
    ...{ summary: 's', evidence: '', advice: 'a' },
  };

  it('is a warning where calls have ended so, with how many', () => {
    const timedOut = { status: 'UNAVAILABLE', cause: 'upstream request timeout', count: 5 };
    const other = { status: 'INTERNAL', cause: 'x', count: 8 };
    const [finding] = withUndercut([told], { failures: [other, timedOut] });
    assert.deepEqual(
      [finding?.severity, finding?.evidence],
      ['warning', '5 calls ended so: UNAVAILABLE, "upstream request timeout"'],
    );
    assert.deepEqual(withUndercut([told], { failures: [other] }), [told]);
  });
});
