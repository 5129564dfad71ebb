import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { progressText } from '../../src/cli/progress-line.js';

describe('the progress line', () => {
  it('says how far the run is, how fast, and how it splits so far', () => {
    assert.equal(
      progressText({ elapsedMs: 500, done: 1234, planned: 3089, observed: [740, 490, 0] }, [
        'v1',
        'v2\u001b[2J',
        'stray',
      ]),
      '1,234 of 3,089 requests, 2,468 per second, v1 60.16 %, v2\\u001b[2J 39.84 %',
    );
  });

  it('has nothing to divide at the beginning', () => {
    assert.equal(
      progressText({ elapsedMs: 0, done: 0, planned: null, observed: [0, 0] }, ['v1', 'v2']),
      '0 requests, 0 per second',
    );
  });
});
