import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { messageShares } from '../../../../src/expect/split/messages/message-shares.js';

const ALPHA = 0.001;
const CELLS = [
  { name: 'v1', share: 0.6, tolerance: 0.05 },
  { name: 'v2', share: 0.4, tolerance: 0.05 },
];

/** Streams of one destination each, by the numbers of their messages. */
function countsOf(
  streams: readonly (readonly [destination: number, messages: number])[],
  missing = 0,
) {
  const observed = [0, 0];
  const squares = [0, 0];
  let totalSquares = 0;
  for (const [destination, messages] of streams) {
    observed[destination]! += messages;
    squares[destination]! += messages ** 2;
    totalSquares += messages ** 2;
  }
  const products = [...squares];
  return { observed, missing, streams: streams.length, totalSquares, squares, products };
}

function streamsOf(first: number, second: number, messages: (at: number) => number) {
  return [
    ...Array.from({ length: first }, (_, at) => [0, messages(at)] as const),
    ...Array.from({ length: second }, (_, at) => [1, messages(at)] as const),
  ];
}

/** A generator of its own: what is judged must not draw for itself. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

describe('shares of messages', () => {
  it('tell as much as the streams where these are equally long', () => {
    const { inflation, n, state } = messageShares(
      countsOf(streamsOf(2400, 1600, () => 20)),
      CELLS,
      ALPHA,
    );
    assert.ok(Math.abs(inflation - 20) < 1e-9);
    assert.deepEqual([n, state], [80_000, 'shown']);
    // 80,000 messages by themselves would settle it; 40 streams do not.
    assert.equal(
      messageShares(countsOf(streamsOf(24, 16, () => 2000)), CELLS, ALPHA).state,
      'open',
    );
  });

  it('vary by the squares of the lengths', () => {
    // By hand: Σ(y − p·m)² = 2·(1 − 0.5)²·(1 + 9), n·p·q = 8·0.25.
    const { inflation } = messageShares(
      countsOf([
        [0, 1],
        [0, 3],
        [1, 1],
        [1, 3],
      ]),
      CELLS,
      ALPHA,
    );
    assert.equal(inflation, 5 / 2);
  });

  it('are off where the streams of one destination are longer', () => {
    const streams = [
      ...Array.from({ length: 2400 }, () => [0, 30] as const),
      ...Array.from({ length: 1600 }, () => [1, 10] as const),
    ];
    assert.equal(messageShares(countsOf(streams), CELLS, ALPHA).state, 'off');
  });

  it('are open while messages are missing that could make them right or wrong', () => {
    const streams = streamsOf(2400, 1600, () => 20);
    assert.equal(messageShares(countsOf(streams, 8000), CELLS, ALPHA).state, 'open');
    assert.equal(messageShares(countsOf([]), CELLS, ALPHA).state, 'open');
  });

  it('rarely pass what is off by the tolerance, and never call a right split off', () => {
    const draw = generator(7);
    const states = (share: number, runs: number) => {
      const found = { shown: 0, off: 0, open: 0 };
      for (let run = 0; run < runs; run++) {
        const streams = Array.from({ length: 3500 }, () => {
          const messages = 1 + Math.floor(draw() * 40);
          return [draw() < share ? 0 : 1, messages] as const;
        });
        found[messageShares(countsOf(streams), CELLS, ALPHA).state] += 1;
      }
      return found;
    };
    const right = states(0.6, 400);
    assert.equal(right.off, 0);
    assert.ok(right.shown > 300, JSON.stringify(right));
    assert.ok(states(0.55, 400).shown <= 3);
    assert.ok(states(0.45, 100).off > 95);
  });
});
