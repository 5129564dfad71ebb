import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Patience } from '../../../src/load/phase/patience.js';

describe('patience', () => {
  it('lasts two seconds where there is no connection, from when the request was due', () => {
    const patience = new Patience(1, 10_000);
    patience.refused(0, 'not connected', 1000);
    assert.equal(patience.lackOf(0), 'no-connection');
    assert.equal(patience.isOver(0, 1500, 3499), false);
    assert.equal(patience.isOver(0, 1500, 3500), true);
  });

  it('begins with the outage for a request that was due before', () => {
    const patience = new Patience(1, 10_000);
    patience.refused(0, 'no stream', 1000);
    patience.refused(0, 'not connected', 5000);
    assert.equal(patience.isOver(0, 1000, 6999), false);
    assert.equal(patience.isOver(0, 1000, 7000), true);
  });

  it("lasts the request's own deadline where the peer allows no stream", () => {
    const patience = new Patience(1, 10_000);
    patience.refused(0, 'no stream', 5000);
    assert.equal(patience.lackOf(0), 'no-stream');
    assert.equal(patience.isOver(0, 1000, 10_999), false);
    assert.equal(patience.isOver(0, 1000, 11_000), true);
  });

  it('lasts as long where a connection is taken by others, which is no lack of streams', () => {
    const patience = new Patience(1, 10_000);
    patience.refused(0, 'busy', 5000);
    assert.equal(patience.lackOf(0), 'no-place');
    assert.equal(patience.isOver(0, 1000, 10_999), false);
    assert.equal(patience.isOver(0, 1000, 11_000), true);
  });

  it('is over after the deadline, however often a connection comes and goes', () => {
    const patience = new Patience(1, 10_000);
    let nowMs = 1000;
    for (; nowMs < 11_000; nowMs += 500) {
      assert.equal(patience.isOver(0, 1000, nowMs), false);
      patience.refused(0, 'no stream', nowMs);
      patience.refused(0, 'not connected', nowMs);
    }
    assert.equal(patience.isOver(0, 1000, nowMs), true);
  });

  it('is exhausted for those who come when a connection started nothing for so long', () => {
    const patience = new Patience(2, 10_000);
    assert.equal(patience.isExhausted(0, 1e9), false);
    patience.refused(0, 'not connected', 1000);
    patience.refused(0, 'not connected', 2500);
    patience.refused(1, 'no stream', 1000);
    assert.deepEqual([patience.isExhausted(0, 2999), patience.isExhausted(0, 3000)], [false, true]);
    assert.deepEqual(
      [patience.isExhausted(1, 3000), patience.isExhausted(1, 11_000)],
      [false, true],
    );
    patience.started(0);
    assert.equal(patience.isExhausted(0, 1e9), false);
  });
});
