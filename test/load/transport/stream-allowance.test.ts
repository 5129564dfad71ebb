import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { StreamAllowance } from '../../../src/load/transport/stream-allowance.js';

const ROOM = 100;

function allowedAfter(allowance: StreamAllowance, ends: number): number {
  for (let end = 0; end < ends; end++) allowance.ended();
  return ROOM - allowance.reserve;
}

describe('how many streams are opened on a connection', () => {
  it('is what it has room for, until the peer refuses one', () => {
    assert.equal(allowedAfter(new StreamAllowance(), 1000), ROOM);
  });

  it('is half of what the peer has not refused, and one at least', () => {
    const allowance = new StreamAllowance();
    for (const [inFlight, allowed] of [
      [99, 49],
      [98, 49],
      [3, 1],
      [0, 1],
    ] as const) {
      allowance.refused(inFlight, ROOM);
      assert.equal(allowedAfter(allowance, 0), allowed);
    }
  });

  it('grows by one with each 8 answers, to what there is room for, and not with refusals', () => {
    const allowance = new StreamAllowance();
    allowance.refused(4, ROOM);
    assert.equal(allowedAfter(allowance, 7), 2);
    assert.equal(allowedAfter(allowance, 1), 3);
    assert.equal(allowedAfter(allowance, 7), 3);
    allowance.refused(4, ROOM);
    assert.equal(allowedAfter(allowance, 7), 2);
    assert.equal(allowedAfter(allowance, 8 * ROOM), ROOM);
  });
});
