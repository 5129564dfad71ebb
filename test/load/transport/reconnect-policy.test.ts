import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ReconnectPolicy } from '../../../src/load/transport/reconnect-policy.js';

describe('when a connection is dialled again', () => {
  it('is every 100 ms where attempts fail', () => {
    const policy = new ReconnectPolicy();
    assert.deepEqual([policy.afterRefusal(), policy.afterRefusal()], [100, 100]);
  });

  it('is at once after answers, a long idle time, or one fruitless connection', () => {
    const policy = new ReconnectPolicy();
    assert.equal(policy.afterEnd(true, 0, 1), null);
    assert.equal(policy.afterEnd(false, 0, 1000), null);
    assert.equal(policy.afterEnd(false, 0, 1), null);
  });

  it('is later and later while connections end before they answer', () => {
    const policy = new ReconnectPolicy();
    const delays = Array.from({ length: 6 }, (_, at) => policy.afterEnd(false, at, at + 1));
    assert.deepEqual(delays, [null, 100, 200, 400, 400, 400]);
    assert.equal(policy.afterEnd(true, 10, 11), null);
    assert.equal(policy.afterEnd(false, 12, 13), null);
    assert.equal(policy.afterEnd(false, 14, 15), 100);
  });
});
