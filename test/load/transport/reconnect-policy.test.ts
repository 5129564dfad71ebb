import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ReconnectPolicy } from '../../../src/load/transport/reconnect-policy.js';

describe('when a connection is dialled again', () => {
  it('is every 100 ms where attempts fail', () => {
    const policy = new ReconnectPolicy(Infinity);
    assert.deepEqual(
      [0, 100, 60_000].map((nowMs) => policy.afterRefusal(nowMs)),
      [100, 100, 100],
    );
    assert.equal(policy.isHopeless(1e9), false);
  });

  it('is at once after answers, a long idle time, or one fruitless connection', () => {
    const policy = new ReconnectPolicy(0);
    assert.equal(policy.afterEnd(true, 0, 1), null);
    assert.equal(policy.afterEnd(false, 0, 1000), null);
    assert.equal(policy.afterEnd(false, 0, 1), null);
    assert.equal(policy.isHopeless(2), false);
  });

  it('is later and later while connections end before they answer', () => {
    const policy = new ReconnectPolicy(Infinity);
    const delays = Array.from({ length: 6 }, (_, at) => policy.afterEnd(false, at, at + 1));
    assert.deepEqual(delays, [null, 100, 200, 400, 400, 400]);
    assert.equal(policy.afterEnd(true, 10, 11), null);
    assert.equal(policy.afterEnd(false, 12, 13), null);
    assert.equal(policy.afterEnd(false, 14, 15), 100);
  });

  it('is not waited for once the trouble has lasted longer than the patience', () => {
    const policy = new ReconnectPolicy(2000);
    policy.afterRefusal(5000);
    policy.afterRefusal(6999);
    assert.equal(policy.isHopeless(6999), false);
    assert.equal(policy.isHopeless(7000), true);
    policy.afterEnd(true, 7100, 9000);
    assert.equal(policy.isHopeless(9000), false);
    policy.afterRefusal(9000);
    assert.equal(policy.isHopeless(10_999), false);
  });
});
