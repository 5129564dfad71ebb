import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  abortReasons,
  type ExpectedAborts,
  findAbortShare,
  injectedAborts,
  requestsBeyondAborts,
} from '../../src/expect/injected-aborts.js';

const TENTH: ExpectedAborts = { share: 0.1, description: 'gRPC UNAVAILABLE' };

function met(aborted: number, sampled: number): ReturnType<typeof injectedAborts> {
  const failures = [
    { status: 'UNAVAILABLE', cause: 'fault filter abort', count: aborted },
    { status: 'UNAVAILABLE', cause: 'no healthy upstream', count: 7 },
  ];
  return injectedAborts(TENTH, failures, sampled, aborted + 7);
}

describe('injected aborts', () => {
  it('are told from other failures by what Envoy says', () => {
    assert.deepEqual(met(100, 1000), { ...TENTH, seen: 100, allowed: 100 });
  });

  it('are allowed for up to what the share gives by chance', () => {
    // P(X ≥ 131) < 0.001 < P(X ≥ 130) for 1,000 requests at 10 %, by exact sums.
    assert.equal(met(129, 1000).allowed, 129);
    assert.equal(met(300, 1000).allowed, 130);
  });

  it('that carry a destination’s identity are failures of that destination', () => {
    const failures = [{ status: 'UNAVAILABLE', cause: 'fault filter abort', count: 100 }];
    assert.equal(injectedAborts(TENTH, failures, 1000, 60).seen, 60);
  });

  it('ask for no more requests where the route injects none', () => {
    assert.equal(requestsBeyondAborts(3089, null), 3089);
  });

  it('of another share than configured are a finding', () => {
    const codes = (aborted: number): string[] =>
      findAbortShare(met(aborted, 1000), 1000).map(({ code }) => code);
    assert.deepEqual(codes(100), []);
    assert.deepEqual(codes(0), ['abort-share']);
    assert.deepEqual(codes(200), ['abort-share']);
  });

  it('say what was allowed for', () => {
    const [all] = abortReasons(met(100, 1000), 1000);
    assert.equal(all?.code, 'aborts-allowed');
    assert.match(all.text, /aborted 100 of 1,000 .*10 %; 10 % with/);
    assert.match(abortReasons(met(300, 1000), 1000)[0]?.text ?? '', /130 of them count neither/);
  });

  it('make the sample larger by what they take, and a margin', () => {
    const requests = requestsBeyondAborts(900, TENTH);
    assert.ok(requests > 1000 && requests < 1050, String(requests));
  });
});
