import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type BlockEvidence,
  blockViews,
} from '../../../../src/expect/split/draws/blocks-in-time.js';
import { reasonText } from '../../../../src/expect/split/verdict/reason-text.js';
import { decide, outcome } from '../split-runs.js';

const repeat = (row: number[], times: number): number[][] =>
  Array.from({ length: times }, () => row);

/** 80/20 in the first half, 40/60 in the second: 60/40 on average. */
const DRIFT = [...repeat([78, 19], 16), ...repeat([39, 58], 16)];

function evidence(run: number[][], some: Partial<BlockEvidence> = {}): BlockEvidence {
  return { runs: [run], neighbours: { pairs: 0, equal: 0 }, sendingMs: null, ...some };
}

const totals = (rows: readonly number[][]): number[] =>
  rows.reduce((sum, row) => sum.map((value, i) => value + (row[i] ?? 0)), [0, 0]);

describe('blocks in send order', () => {
  it('show a drift, as scipy counts it, and are folded', () => {
    const views = blockViews(evidence(DRIFT), 2);
    // scipy.stats.chi2_contingency of the 32, 16 and 8 rows, without Yates’s correction, over its df.
    const inflations = views.map(({ rows, dependence }) => [rows.length, dependence.inflation]);
    assert.deepEqual(
      inflations.map(([rows]) => rows),
      [32, 16, 8, 4],
    );
    for (const [at, expected] of [
      16.904901550062842, 34.93679653679654, 74.86456400742115,
    ].entries()) {
      assert.ok(Math.abs((inflations[at]?.[1] ?? 0) / expected - 1) < 1e-12, String(inflations));
    }
  });

  it('are left alone where they are even', () => {
    const even = [...repeat([58, 39], 16), ...repeat([60, 36], 16)];
    assert.deepEqual(
      blockViews(evidence(even), 2).map(({ rows, dependence }) => [rows.length, dependence.kind]),
      [[32, 'independent']],
    );
    assert.deepEqual(blockViews(evidence([]), 2), []);
    assert.deepEqual(blockViews(evidence([[5, 3]]), 2), []);
  });

  it('of several runs are never added up across them, and no more of them are made', () => {
    // One run of each half: no run differs within itself.
    const two = blockViews(evidence([], { runs: [repeat([78, 19], 32), repeat([39, 58], 32)] }), 2);
    assert.equal(two[0]?.rows.length, 32);
    assert.equal(two[0].dependence.kind, 'clustered');
    assert.deepEqual(two[0].rows[0], [156, 38]);
    assert.deepEqual(two[0].rows[16], [78, 116]);
    const many = Array.from({ length: 40 }, () => repeat([58, 39], 32));
    assert.equal(blockViews(evidence([], { runs: many }), 2)[0]?.rows.length, 80);
  });

  it('that are dealt out may have neighbours that are alike', () => {
    const neighbours = { pairs: 3103, equal: 2900 };
    const dealt = blockViews(evidence(repeat([58, 39], 32), { neighbours }), 2);
    assert.deepEqual(
      dealt.map(({ dependence }) => dependence.kind),
      ['independent'],
    );
    const drawn = [...repeat([52, 45], 16), ...repeat([64, 33], 16)];
    assert.equal(
      blockViews(evidence(drawn, { neighbours }), 2)[0]?.dependence.alikeNeighbours,
      true,
    );
  });
});

describe('a verdict needs the blocks to agree', () => {
  const connections = { counts: repeat([58, 39], 32), neighbours: null };
  const drift = { connections, blocks: evidence(DRIFT, { sendingMs: 320 }) };

  it('with a pass', () => {
    const rest = { connections, blocks: evidence(repeat([58, 39], 32)) };
    assert.equal(outcome(decide([60, 40], [1856, 1248], rest)), 'pass equivalent');
    const decision = decide([60, 40], totals(DRIFT), drift);
    assert.equal(outcome(decision), 'inconclusive alike-in-time');
    assert.match(
      reasonText(decision.reasons[0]!),
      /^answers of the same 10 ms hang together: X²\/df 16\.9 over 32 blocks; /,
    );
    assert.equal(outcome(decide([60, 40], totals(DRIFT), { connections })), 'pass equivalent');
  });

  it('with a failure', () => {
    // Three destinations of the clock, each for a stretch: 75/25 in all, and not by the weights' doing.
    const stretches = [...repeat([97, 0], 16), ...repeat([0, 97], 8), ...repeat([97, 0], 8)];
    const even = { counts: repeat([73, 24], 32), neighbours: null };
    const alone = { connections: even };
    assert.equal(outcome(decide([60, 40], [2336, 768], alone)), 'fail split-differs');
    const timed = { connections: even, blocks: evidence(stretches) };
    const decision = decide([60, 40], [2328, 776], timed);
    assert.equal(outcome(decision), 'inconclusive alike-in-time');
    assert.ok((decision.worstCasePValue ?? 0) > 0.001);
    const constant = { connections: even, blocks: evidence(repeat([73, 24], 32)) };
    assert.equal(outcome(decide([60, 40], [2336, 768], constant)), 'fail split-differs');
  });

  it('but not where one destination answers everything', () => {
    const rest = {
      connections: { counts: repeat([97, 0], 32), neighbours: null },
      blocks: evidence(repeat([97, 0], 32)),
    };
    assert.equal(outcome(decide([60, 40], [3104, 0], rest)), 'fail split-differs');
  });

  it('with the pure gate', () => {
    assert.equal(
      outcome(decide([60, 40], totals(DRIFT), drift, { tolerance: { kind: 'points', points: 0 } })),
      'inconclusive alike-in-time',
    );
  });

  it('are the reason where connections hang together for no more than their order in time', () => {
    const rows = [...repeat([78, 19], 16), ...repeat([45, 52], 16)];
    // Requests of a connection follow each other, too: neighbours are alike, and no connection leans.
    const counts = [...repeat([62, 35], 16), ...repeat([61, 36], 16)];
    const connections = { counts, neighbours: { pairs: 3072, equal: 2400 } };
    const reasons = [evidence(rows), evidence(counts)].map((blocks) => {
      return outcome(decide([60, 40], totals(rows), { connections, blocks }));
    });
    assert.deepEqual(reasons, ['inconclusive alike-in-time', 'inconclusive clustered-draws']);
  });
});
