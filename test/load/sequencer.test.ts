import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Sequencer, shares } from '../../src/load/sequencer.js';

describe('shares', () => {
  it('differ by at most one and add up exactly', () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.integer({ min: 1, max: 500 }), (total, parts) => {
        const dealt = shares(total, parts);
        assert.equal(dealt.length, parts);
        assert.equal(
          dealt.reduce((sum, share) => sum + share, 0),
          total,
        );
        assert.ok(Math.max(...dealt) - Math.min(...dealt) <= 1);
      }),
    );
  });
});

describe('Sequencer', () => {
  const sizes = fc.record({
    connections: fc.integer({ min: 1, max: 20 }),
    slots: fc.integer({ min: 1, max: 40 }),
    requests: fc.integer({ min: 0, max: 300 }),
    picks: fc.infiniteStream(fc.nat()),
  });

  it('gives every connection its quota, whichever slots ask first', () => {
    fc.assert(
      fc.property(sizes, ({ connections, slots, requests, picks }) => {
        const sequencer = new Sequencer(connections, slots, requests);
        const carried = new Array<number>(connections).fill(0);
        const open = Array.from({ length: slots }, (_, slot) => slot);
        while (open.length > 0) {
          const pick = Number(picks.next().value) % open.length;
          const connection = sequencer.next(open[pick]!);
          if (connection === undefined) open.splice(pick, 1);
          else carried[connection]! += 1;
        }
        assert.deepEqual(carried, shares(requests, connections));
      }),
    );
  });

  it('never ends without a number of requests, and takes connections in turn', () => {
    const sequencer = new Sequencer(6, 2, null);
    assert.deepEqual(
      Array.from({ length: 6 }, () => sequencer.next(0)),
      [0, 2, 4, 0, 2, 4],
    );
    assert.deepEqual(
      Array.from({ length: 4 }, () => sequencer.next(1)),
      [1, 3, 5, 1],
    );
  });
});
