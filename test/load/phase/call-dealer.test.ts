import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { CallDealer } from '../../../src/load/phase/call-dealer.js';
import { chiSquareUpperTail } from '../../../src/stats/chi-square-distribution.js';

const order = (dealer: CallDealer, connection: number, requests: number): number[] =>
  Array.from({ length: requests }, () => dealer.next(connection));

describe('CallDealer', () => {
  it('gives every call its quota on every connection', () => {
    const quotas = fc
      .integer({ min: 1, max: 4 })
      .chain((calls) =>
        fc.array(fc.array(fc.nat(40), { minLength: calls, maxLength: calls }), { minLength: 1 }),
      );
    fc.assert(
      fc.property(quotas, fc.nat(), (byConnection, seed) => {
        const seeds = byConnection.map((_, connection) => seed + connection);
        const dealer = new CallDealer(byConnection, [1, 1, 1, 1], seeds);
        byConnection.forEach((quota, connection) => {
          const total = quota.reduce((sum, requests) => sum + requests, 0);
          const dealt = quota.map(() => 0);
          for (const call of order(dealer, connection, total)) dealt[call]! += 1;
          assert.deepEqual(dealt, quota);
          assert.deepEqual(
            dealer.left(connection),
            quota.map(() => 0),
          );
        });
      }),
    );
  });

  it('deals without end in the parts it was told', () => {
    const dealer = new CallDealer([[Infinity, Infinity, Infinity]], [1, 2, 7], [3]);
    const dealt = [0, 0, 0];
    for (const call of order(dealer, 0, 100_000)) dealt[call]! += 1;
    const statistic = [10_000, 20_000, 70_000].reduce(
      (sum, expected, call) => sum + (dealt[call]! - expected) ** 2 / expected,
      0,
    );
    assert.ok(chiSquareUpperTail(statistic, 2) > 0.001, dealt.join());
  });

  it('deals a connection its own calls alone, with and without an end', () => {
    const endless = new CallDealer([[0, Infinity, 0, Infinity, 0]], [1, 1, 3, 3, 1], [3]);
    const dealt = [0, 0, 0, 0, 0];
    for (const call of order(endless, 0, 10_000)) dealt[call]! += 1;
    assert.deepEqual([dealt[0], dealt[2], dealt[4]], [0, 0, 0]);
    assert.ok(Math.abs(dealt[1]! - 2500) < 300, dealt.join());
    const ended = new CallDealer([[0, 2, 0, 1, 0]], [1, 1, 3, 3, 1], [3]);
    assert.deepEqual(order(ended, 0, 3).sort(), [1, 1, 3]);
  });

  it('repeats itself for a seed, and differs by connection and by seed', () => {
    const quotas = [
      [50, 50],
      [50, 50],
    ];
    const first = new CallDealer(quotas, [1, 1], [7, 8]);
    const again = new CallDealer(quotas, [1, 1], [7, 9]);
    const ofFirst = order(first, 0, 100);
    assert.deepEqual(order(again, 0, 100), ofFirst);
    const second = order(first, 1, 100);
    assert.notDeepEqual(second, ofFirst);
    assert.notDeepEqual(order(again, 1, 100), second);
  });

  it('has no rhythm: one call does not make the next one likelier', () => {
    const dealer = new CallDealer([[Infinity, Infinity]], [1, 1], [11]);
    const calls = order(dealer, 0, 40_000);
    const repeats = calls.filter((call, index) => call === calls[index + 1]).length;
    // 0.5 give or take 3.3 standard deviations.
    assert.ok(Math.abs(repeats / 40_000 - 0.5) < 3.3 * 0.0025, String(repeats));
  });
});
