import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { callRows } from '../../../../src/expect/split/draws/call-rows.js';
import { parseTolerance } from '../../../../src/expect/split/tolerance.js';
import { decideSplit } from '../../../../src/expect/split/verdict/split-verdict.js';

const COUNT = 10;
/** As planned for 20/80: ⌈2266 / 10⌉. */
const CALLS = 227;
const CONNECTIONS = 32;
const BLOCKS = 32;
const RUNS = 200;

/** Numbers in [0, 1) that are the same in every run (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** How many requests of one call go to the first destination. */
type CallModel = (random: () => number, share: number, connection: number) => number;

const byItself: CallModel = (random, share) => {
  let first = 0;
  for (let at = 0; at < COUNT; at++) if (random() < share) first += 1;
  return first;
};
const pinned: CallModel = (random, share) => (random() < share ? COUNT : 0);
const halfPinned: CallModel = (random, share, connection) =>
  (random() < 0.5 ? pinned : byItself)(random, share, connection);

/** Runs of a split of 20/80 by their verdicts and what decided. */
function verdicts(model: CallModel, share: number, calls = CALLS, runs = RUNS) {
  const random = randomOf(1);
  const sums: Record<string, number> = {
    pass: 0,
    fail: 0,
    inconclusive: 0,
    clustered: 0,
    pinned: 0,
  };
  for (let run = 0; run < runs; run++) {
    const rows: { observed: number[]; calls: number }[] = [];
    const connections = Array.from({ length: CONNECTIONS }, () => [0, 0]);
    const blocks = Array.from({ length: BLOCKS }, () => [0, 0]);
    for (let call = 0; call < calls; call++) {
      const connection = call % CONNECTIONS;
      const first = model(random, share, connection);
      const observed = [first, COUNT - first];
      rows.push({ observed, calls: 1 });
      for (const row of [connections[connection]!, blocks[Math.floor((call * BLOCKS) / calls)]!]) {
        observed.forEach((count, at) => (row[at]! += count));
      }
    }
    const total = (at: number): number =>
      rows.reduce((sum, { observed }) => sum + observed[at]!, 0);
    const decision = decideSplit(
      {
        destinations: [
          { name: 'v1', weight: 20, observed: total(0) },
          { name: 'v2', weight: 80, observed: total(1) },
        ],
        ...{ leaked: 0, sampled: calls * COUNT, unattributed: 0 },
        unsent: { byPeer: 0, byUs: 0 },
        connections: callRows(rows, connections),
        blocks: { runs: [blocks], neighbours: { pairs: 0, equal: 0 }, sendingMs: null },
      },
      {
        ...{ alpha: 0.001, power: 0.99, maxErrorRate: 0.01, design: 'fixed', seed: 1 },
        tolerance: parseTolerance('5pp'),
      },
    );
    sums[decision.verdict]! += 1;
    const kind = decision.dependence?.kind ?? '';
    if (kind in sums) sums[kind]! += 1;
  }
  return sums;
}

describe('calls as what draws hang together in', () => {
  it('let a right split pass whose requests are drawn each by itself', () => {
    // 99 % at the planned size; 94 % or fewer of 200 come up once in 10^5.
    assert.ok(verdicts(byItself, 0.2).pass! > 0.94 * RUNS);
  });

  it('fail a wrong one as often as requests by themselves', () => {
    assert.equal(verdicts(byItself, 0.5, CALLS, 50).fail, 50);
  });

  it('are what is counted where all requests of a call stay with one destination', () => {
    const right = verdicts(pinned, 0.2);
    // By chance connections differ by more in one run of a hundred, and are looked at then.
    assert.ok(right.pinned! > 0.95 * RUNS);
    assert.deepEqual([right.pass, right.fail], [0, 0]);
    // Ten times as many calls are as many draws as were planned.
    assert.ok(verdicts(pinned, 0.2, 10 * CALLS, 40).pass! >= 35);
  });

  it('pass no split that is off by the tolerance more often than alpha, nor fail a right one', () => {
    for (const model of [byItself, pinned, halfPinned]) {
      // Of 200 at one in a thousand, four and more come up six times in 100,000; the draws are always the same.
      assert.ok(verdicts(model, 0.25).pass! <= 3);
      assert.ok(verdicts(model, 0.2).fail! <= 3);
    }
  });

  it('give way to connections where those differ by more: of replicas that each stay with one destination', () => {
    const byReplica: CallModel = (random, share, connection) =>
      byItself(random, connection % 4 === 0 ? 0.8 : share, connection);
    const sums = verdicts(byReplica, 0, CALLS, 50);
    assert.equal(sums.clustered, 50);
    assert.equal(sums.pass, 0);
  });
});
