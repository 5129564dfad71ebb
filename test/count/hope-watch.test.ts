import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Hope, HopeWatch } from '../../src/count/hope-watch.js';

type Ended = [call: number, sequence: number, hope: Hope];

/** Ends requests one after the other. @returns After how many of them the load was hopeless; null for never. */
function hopelessAfter(calls: number, requests: readonly Ended[]): number | null {
  let after: number | null = null;
  let ended = 0;
  const watch = new HopeWatch(calls, () => {
    assert.equal(after, null, 'told once');
    after = ended;
  });
  for (const request of requests) {
    ended += 1;
    watch.ended(...request);
  }
  return after;
}

function inOrder(length: number, hope: Hope, call = 0): Ended[] {
  return Array.from({ length }, (_, sequence): Ended => [call, sequence, hope]);
}

describe('HopeWatch', () => {
  it('gives up after 20 answers that cannot count', () => {
    assert.equal(hopelessAfter(1, inOrder(100, 'cannot')), 20);
    assert.equal(hopelessAfter(1, inOrder(19, 'cannot')), null);
  });

  it('has hope for good once an answer counts', () => {
    assert.equal(hopelessAfter(1, [[0, 0, 'counts'], ...inOrder(100, 'cannot')]), null);
    const late = inOrder(19, 'cannot');
    assert.equal(hopelessAfter(1, [...late, [0, 19, 'counts'], [0, 20, 'cannot']]), null);
  });

  it('takes failures that may be single for neither', () => {
    assert.equal(hopelessAfter(1, inOrder(500, 'unclear')), null);
    const mixed = inOrder(40, 'cannot').map(([call, at, hope]): Ended => {
      return [call, at, at % 2 === 0 ? 'unclear' : hope];
    });
    assert.equal(hopelessAfter(1, mixed), 40);
  });

  it('waits for what was sent before the last of the 20, which may only be slower', () => {
    // The first three take their time.
    const quick = inOrder(60, 'cannot').slice(3);
    assert.equal(hopelessAfter(1, quick), null);
    const slow = inOrder(3, 'cannot');
    assert.equal(hopelessAfter(1, [...quick, ...slow]), quick.length + 3);
    assert.equal(hopelessAfter(1, [...quick, ...slow.slice(1), [0, 0, 'counts']]), null);
    assert.equal(hopelessAfter(1, [...quick, ...inOrder(3, 'unclear')]), quick.length + 3);
  });

  it('wants as much of each call', () => {
    const [first, second] = [inOrder(100, 'cannot', 0), inOrder(20, 'cannot', 1)];
    assert.equal(hopelessAfter(2, [...first, ...second.slice(1)]), null);
    assert.equal(hopelessAfter(2, [...first, ...second]), 120);
    assert.equal(hopelessAfter(2, [...first, [1, 0, 'counts'], ...second]), null);
  });
});
