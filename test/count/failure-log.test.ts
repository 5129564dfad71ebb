import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FailureLog } from '../../src/count/failure-log.js';

describe('FailureLog', () => {
  it('counts by status and cause, the most frequent first', () => {
    const log = new FailureLog();
    log.add('UNAVAILABLE', 'a');
    log.add('INTERNAL', 'a');
    log.add('UNAVAILABLE', 'a');
    assert.deepEqual(log.list(), [
      { status: 'UNAVAILABLE', cause: 'a', count: 2 },
      { status: 'INTERNAL', cause: 'a', count: 1 },
    ]);
  });

  it('stays small when a server gives a new reason each time, and loses no count', () => {
    const log = new FailureLog();
    for (let id = 0; id < 1000; id++) log.add('UNKNOWN', `request ${id} ${'x'.repeat(10_000)}`);
    const list = log.list();
    assert.ok(list.length <= 65);
    assert.ok(list.every(({ cause }) => cause.length <= 301));
    assert.equal(
      list.reduce((sum, { count }) => sum + count, 0),
      1000,
    );
  });
});
