import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RateLimit } from '../../src/gate/rate-limit.js';

describe('a limit of rates', () => {
  it('lets go on what comes within two seconds of its rate, and then one at a time', () => {
    const limit = new RateLimit(5);
    const waits = Array.from({ length: 12 }, () => limit.take('argo', 1000).waitSeconds);
    assert.deepEqual(waits, [...Array.from({ length: 10 }, () => 0), 0.2, 0.2]);
    assert.equal(limit.take('flagger', 1000).waitSeconds, 0);
    assert.equal(limit.take('argo', 1200).waitSeconds, 0);
    assert.ok(limit.take('argo', 1200).waitSeconds > 0);
    assert.deepEqual(
      Array.from({ length: 11 }, () => limit.take('argo', 1e9).waitSeconds === 0).lastIndexOf(true),
      9,
    );
  });

  it('tells the first that has to wait from those after it', () => {
    const limit = new RateLimit(0.5);
    const first = (nowMs: number) => limit.take('argo', nowMs).isFirstRefused;
    assert.deepEqual([first(0), first(0), first(0), first(1)], [false, true, false, false]);
    assert.deepEqual([first(3000), first(3000), first(3000)], [false, true, false]);
  });

  it('forgets nobody who has to wait, however many names there are', () => {
    const limit = new RateLimit(1);
    for (let time = 0; time < 3; time++) limit.take('argo', 0);
    for (let name = 0; name < 5000; name++) limit.take(`client-${name}`, name / 10);
    assert.ok(limit.take('argo', 500).waitSeconds > 0);
  });
});
