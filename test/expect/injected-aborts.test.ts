import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { emptyCallCounts } from '../../src/count/nothing-counted.js';
import { judgeAborts } from '../../src/expect/aborts.js';
import { expectedAborts, type ExpectedAborts } from '../../src/expect/expected-aborts.js';
import {
  abortReasons,
  findAbortShare,
  injectedAborts,
  requestsBeyondAborts,
} from '../../src/expect/injected-aborts.js';

const TENTH: ExpectedAborts = { share: 0.1, description: 'gRPC UNAVAILABLE', answeredOk: false };

function met(aborted: number, sampled: number): ReturnType<typeof injectedAborts> {
  const failures = [
    { status: 'UNAVAILABLE', cause: 'fault filter abort', count: aborted },
    { status: 'UNAVAILABLE', cause: 'no healthy upstream', count: 7 },
  ];
  return injectedAborts(TENTH, failures, sampled, aborted + 7);
}

describe('injected aborts', () => {
  it('are told from other failures by what Envoy says', () => {
    const { share, description } = TENTH;
    assert.deepEqual(met(100, 1000), { share, description, seen: 100, allowed: 100 });
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

  it('may have a status that is OK by the call: then they are answers of nobody', () => {
    const http = [[200, 399]] as const;
    const ofHttp = (httpStatus: number | null): boolean =>
      expectedAborts({ share: 0.1, description: '', httpStatus }, http).answeredOk;
    assert.deepEqual([200, 399, 400, 503].map(ofHttp), [true, true, false, false]);
    // 0 is OK in gRPC, whose statuses are none of HTTP.
    assert.equal(ofHttp(null), false);
  });

  it('that are OK are found among the OK answers that name nobody', () => {
    const counts = emptyCallCounts(['v1', 'v2'], Infinity);
    counts.sent = 1000;
    counts.ends.ok = 1000;
    counts.unattributed = 120;
    counts.pods.set('stranger', { destination: -1, observed: 20, latency: null });
    const aborts: ExpectedAborts = { share: 0.1, description: 'HTTP 200', answeredOk: true };
    const { figures, findings } = judgeAborts(aborts, { counts, failures: [] });
    assert.deepEqual([figures.seen, figures.allowed], [100, 100]);
    assert.deepEqual(findings, []);
    counts.unattributed = 320;
    assert.equal(judgeAborts(aborts, { counts, failures: [] }).figures.allowed, 130);
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
