import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { forwardFailure } from '../../../src/call/forward-echo/failure.js';

describe('what a failed ForwardEcho says', () => {
  it('is how many of its requests failed, and the status and reason of the first', () => {
    const told = forwardFailure(
      '6/20 requests had errors; first error: rpc error: code = Unavailable desc = connection error: desc = "error reading server preface: EOF"',
    );
    assert.deepEqual(told, {
      errors: 6,
      code: 'Unavailable',
      reason: 'connection error: desc = "error reading server preface: EOF"',
      cause:
        'requests had errors; first error: rpc error: code = Unavailable desc = connection error: desc = "error reading server preface: EOF"',
    });
  });

  it('is how many were not answered in the time of all', () => {
    const told = forwardFailure(
      'request set timed out after 2s and only 1/3 requests completed (1.5s avg)',
    );
    assert.equal(told.errors, 2);
    assert.equal(told.code, null);
    assert.equal(told.reason, 'request set timed out after 2s');
    assert.equal(told.cause, told.reason);
  });

  it('is the reason alone of plain HTTP, and of a call that never got so far', () => {
    const http = forwardFailure(
      '1/1 requests had errors; first error: Get "http://127.0.0.1:9/": dial tcp 127.0.0.1:9: connect: connection refused',
    );
    assert.deepEqual([http.errors, http.code], [1, null]);
    assert.match(http.reason, /^Get "http:.*connection refused$/);
    const own = forwardFailure('upstream connect error');
    assert.deepEqual([own.errors, own.code, own.reason], [null, null, 'upstream connect error']);
  });

  it('is the same whatever port the application had, and no longer than can be shown', () => {
    const from = (port: number) =>
      forwardFailure(
        `1/10 requests had errors; first error: rpc error: code = Unavailable desc = read tcp 10.0.0.7:${port}->10.0.0.9:7070: read: connection reset by peer`,
      );
    assert.deepEqual(from(40_001), from(51_234));
    const long = forwardFailure(
      `1/10 requests had errors; first error: rpc error: code = Internal desc = ${'x'.repeat(100_000)}`,
    );
    assert.ok(long.reason.length < 300 && long.cause.length < 400);
    assert.equal(long.code, 'Internal');
  });

  it('takes no time to speak of, whatever a server says', () => {
    const hostile = `${'1/1 requests had errors; first error: '.repeat(20_000)}rpc error: code = `;
    assert.equal(forwardFailure(hostile).code, null);
  });
});
