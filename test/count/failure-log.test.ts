import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FailureLog, mergeFailures } from '../../src/count/failure-log.js';

describe('FailureLog', () => {
  it('counts by status and cause, the most frequent first', () => {
    const log = new FailureLog();
    log.add(14, 'a');
    log.add(13, 'a');
    log.add(null, 'a');
    log.add(14, 'a');
    assert.deepEqual(log.list(), [
      { status: 14, cause: 'a', count: 2 },
      { status: null, cause: 'a', count: 1 },
      { status: 13, cause: 'a', count: 1 },
    ]);
  });

  it('stays small when a server gives a new reason each time, and loses no count', () => {
    const log = new FailureLog();
    for (let id = 0; id < 1000; id++) log.add(2, `request ${id} ${'x'.repeat(10_000)}`);
    const list = log.list();
    assert.ok(list.length <= 65);
    assert.ok(list.every(({ cause }) => cause.length <= 301));
    assert.equal(
      list.reduce((sum, { count }) => sum + count, 0),
      1000,
    );
  });

  it('is joined without a bound, so that the order makes no difference', () => {
    const logs = [0, 1, 2].map((member) => {
      const log = new FailureLog();
      for (let id = 0; id < 60; id++) log.add(14, `${member} ${id}`);
      return log.list();
    });
    const [a = [], b = [], c = []] = logs;
    const joined = mergeFailures(mergeFailures(a, b), c);
    assert.equal(joined.length, 180);
    assert.deepEqual(joined, mergeFailures(c, mergeFailures(b, a)));
  });
});
