import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Rounds } from '../../../src/load/phase/rounds.js';
import { SeededRandom } from '../../../src/load/phase/seeded-random.js';

describe('Rounds', () => {
  it('give each item once in a round, and in another order in the next', () => {
    const rounds = new Rounds<number>(new SeededRandom(1));
    for (let item = 0; item < 32; item++) rounds.add(item);
    const orders = Array.from({ length: 20 }, () =>
      Array.from({ length: 32 }, () => {
        const item = rounds.take()!;
        // Back at once: it waits for the next round.
        rounds.add(item);
        return item;
      }),
    );
    for (const order of orders) {
      assert.deepEqual(
        order.toSorted((a, b) => a - b),
        Array.from({ length: 32 }, (_, item) => item),
      );
    }
    assert.equal(new Set(orders.map((order) => order.join())).size, 20);
  });

  it('have nothing to give when all items are out', () => {
    const rounds = new Rounds<string>(new SeededRandom(1));
    assert.deepEqual([rounds.take(), rounds.size], [undefined, 0]);
    rounds.add('one');
    assert.deepEqual([rounds.size, rounds.take(), rounds.size], [1, 'one', 0]);
  });
});
