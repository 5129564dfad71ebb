import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Sequencer, shares } from '../../../src/load/phase/sequencer.js';

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
        const sequencer = new Sequencer(shares(requests, connections), slots, 1);
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

  it('never ends without a number of requests, and takes all its connections each round', () => {
    const sequencer = new Sequencer(shares(null, 6), 2, 1);
    const round = (slot: number): (number | undefined)[] =>
      Array.from({ length: 3 }, () => sequencer.next(slot));
    for (let i = 0; i < 5; i += 1) {
      assert.deepEqual(round(0).sort(), [0, 2, 4]);
      assert.deepEqual(round(1).sort(), [1, 3, 5]);
    }
  });

  it('does not keep step with a gateway that takes its destinations in turn', () => {
    const sequencer = new Sequencer(shares(null, 32), 1, 1);
    const toFirst = new Array<number>(32).fill(0);
    for (let request = 0; request < 3200; request += 1) {
      const connection = sequencer.next(0)!;
      if (request % 2 === 0) toFirst[connection]! += 1;
    }
    // Out of 100 each; ten are two standard deviations of a fair draw.
    assert.ok(Math.min(...toFirst) > 30 && Math.max(...toFirst) < 70, toFirst.join());
  });

  it('takes the connections in another order for another seed, and in the same for the same', () => {
    const order = (seed: number): (number | undefined)[] => {
      const sequencer = new Sequencer(shares(null, 16), 1, seed);
      return Array.from({ length: 64 }, () => sequencer.next(0));
    };
    assert.deepEqual(order(7), order(7));
    assert.notDeepEqual(order(7), order(8));
  });
});
