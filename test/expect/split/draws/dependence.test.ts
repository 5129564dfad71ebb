import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { reasonText } from '../../../../src/expect/split/verdict/reason-text.js';
import {
  connectionsToTell,
  judgeDependence,
} from '../../../../src/expect/split/draws/dependence.js';
import { decide, outcome } from '../split-runs.js';

const repeat = (row: number[], times: number): number[][] =>
  Array.from({ length: times }, () => row);

const totals = (rows: number[][]): number[] =>
  rows.reduce((sum, row) => sum.map((value, i) => value + (row[i] ?? 0)), [0, 0]);

function decideTable(
  weights: number[],
  rows: number[][],
  neighbours = null,
): ReturnType<typeof decide> {
  return decide(weights, totals(rows), { connections: { counts: rows, neighbours } });
}

describe('the gate', () => {
  it('leaves even tables alone', () => {
    const even = [...repeat([58, 39], 16), ...repeat([60, 36], 16)];
    const decision = decideTable([60, 40], even);
    assert.equal(decision.dependence?.kind, 'independent');
    assert.equal(outcome(decision), 'pass equivalent');
  });
  it('sees connections that differ', () => {
    const dependence = judgeDependence(
      { counts: [...repeat([70, 27], 16), ...repeat([46, 51], 16)], neighbours: null },
      2,
    );
    assert.equal(dependence.kind, 'clustered');
    assert.ok(dependence.inflation > 5);
  });
  it('takes connections that lead elsewhere for pinned neither when they are of one destination nor when all are', () => {
    const pinned = { counts: [...repeat([97, 0], 19), ...repeat([0, 97], 13)], neighbours: null };
    assert.equal(judgeDependence(pinned, 2).kind, 'pinned');
    assert.equal(judgeDependence({ ...pinned, leadElsewhere: true }, 2).kind, 'clustered');
    const one = { counts: repeat([97, 0], 32), neighbours: null };
    assert.equal(judgeDependence(one, 2).kind, 'one-destination');
    assert.equal(judgeDependence({ ...one, leadElsewhere: true }, 2).kind, 'independent');
    // Answers of one destination alone are a wrong split then, whatever the connections.
    const connections = { ...one, leadElsewhere: true };
    assert.equal(outcome(decide([60, 40], [3104, 0], { connections })), 'fail split-differs');
  });
  it('sees neighbours that are alike within connections', () => {
    const counts = repeat([60, 40], 32);
    const pairs = 32 * 99;
    const expected = (pairs * (60 * 59 + 40 * 39)) / (100 * 99);
    const some = judgeDependence({ counts, neighbours: { pairs, equal: expected + 200 } }, 2);
    assert.equal(some.kind, 'clustered');
    assert.ok((some.neighbourZ ?? 0) > 5);
    const none = judgeDependence({ counts, neighbours: { pairs, equal: expected + 20 } }, 2);
    assert.equal(none.kind, 'independent');
    const alternating = judgeDependence({ counts, neighbours: { pairs, equal: 0 } }, 2);
    assert.equal(alternating.kind, 'independent');
  });
  it('does not take connections of one request for pinned', () => {
    const counts = [...repeat([1, 0], 60), ...repeat([0, 1], 40)];
    assert.equal(judgeDependence({ counts, neighbours: null }, 2).kind, 'independent');
  });
  it('does not count connections that gave nothing, nor destinations without weight', () => {
    const rows = [...repeat([60, 40], 4), [0, 0]];
    assert.equal(judgeDependence({ counts: rows, neighbours: null }, 2).connections, 4);
    const wide = repeat([0, 60, 40], 32);
    const decision = decide([0, 60, 40], [0, 1920, 1280], {
      connections: { counts: wide, neighbours: null },
    });
    assert.equal(decision.dependence?.kind, 'independent');
    assert.equal(outcome(decision), 'pass equivalent no-leak');
  });
});

describe('clustered draws', () => {
  it('need more connections where requests alone would pass', () => {
    const rows = [...repeat([80, 20], 10), ...repeat([50, 50], 20), ...repeat([60, 40], 2)];
    assert.equal(decide([60, 40], totals(rows)).verdict, 'pass');
    const decision = decideTable([60, 40], rows);
    assert.equal(outcome(decision), 'inconclusive clustered-draws');
    assert.match(decision.reasons.map(reasonText).join(), /use more connections/);
  });
  it('pass where the connections are many and near enough', () => {
    const rows = [...repeat([67, 33], 100), ...repeat([53, 47], 100)];
    const decision = decideTable([60, 40], rows);
    assert.equal(decision.dependence?.kind, 'clustered');
    assert.equal(outcome(decision), 'pass equivalent');
  });
  it('fail where even the connections agree that it is wrong', () => {
    const rows = [...repeat([20, 80], 16), ...repeat([40, 60], 16)];
    assert.equal(outcome(decideTable([60, 40], rows)), 'fail split-differs');
    const mild = [...repeat([100, 0], 10), ...repeat([30, 70], 10)];
    assert.equal(decide([60, 40], totals(mild)).verdict, 'inconclusive');
    const wild = [...repeat([95, 5], 12), ...repeat([35, 65], 6)];
    assert.equal(decide([60, 40], totals(wild)).verdict, 'fail');
    assert.equal(decideTable([60, 40], wild).verdict, 'inconclusive');
  });
});

describe('draws that may be clustered', () => {
  /** Connections of 100 with first counts on both sides of some 57.9: φ grows with the spread. */
  const spread = (by: number): number[][] => [
    ...repeat([58 + by, 42 - by], 12),
    ...repeat([57 + by, 43 - by], 4),
    ...repeat([58 - by, 42 + by], 16),
  ];
  it('count for less, the more their connections differ, before the gate fires and after', () => {
    const verdicts = [4, 5, 6, 7, 12].map((by) => {
      const decision = decideTable([60, 40], spread(by));
      return `${decision.dependence?.kind} ${outcome(decision)}`;
    });
    assert.deepEqual(verdicts, [
      'independent pass equivalent',
      'independent pass equivalent',
      'independent inconclusive clustered-draws',
      'clustered inconclusive clustered-draws',
      'clustered inconclusive clustered-draws',
    ]);
  });
  it('pass near the weights though the gate fires', () => {
    const near = spread(7).map(([one = 0, other = 0]) => [one + 2, other - 2]);
    const decision = decideTable([60, 40], near);
    assert.equal(decision.dependence?.kind, 'clustered');
    assert.equal(outcome(decision), 'pass equivalent');
  });
  it('do not pass where pinned connections could hide a wrong split', () => {
    // 58 connections serve 85/15; 6 are pinned, all to the large destination.
    const rows = [...repeat([17, 3], 50), ...repeat([18, 2], 8), ...repeat([20, 0], 14)];
    assert.equal(decide([90, 10], totals(rows)).verdict, 'pass');
    const decision = decideTable([90, 10], rows);
    assert.equal(decision.dependence?.kind, 'independent');
    assert.equal(outcome(decision), 'inconclusive partly-pinned');
    assert.match(decision.reasons.map(reasonText).join(), /14 of 72 connections saw one/);
  });
  it('do not fail where a right split over leaning connections could look so', () => {
    const rows = [...repeat([1800, 0], 6), [1795, 5], [1799, 1]];
    assert.equal(decide([99, 1], totals(rows)).verdict, 'fail');
    const decision = decideTable([99, 1], rows);
    assert.equal(outcome(decision), 'inconclusive leaning-connections');
    assert.match(decision.reasons.map(reasonText).join(), /use more connections/);
    const even = [...repeat([1798, 2], 6), [1797, 3], [1799, 1]];
    assert.equal(outcome(decideTable([99, 1], even)), 'fail split-differs');
  });
  it('do not fail where pinned connections could make a right split look so', () => {
    const rows = [...repeat([20, 0], 40), ...repeat([18, 2], 24)];
    assert.equal(decide([90, 10], totals(rows)).verdict, 'fail');
    assert.equal(outcome(decideTable([90, 10], rows)), 'inconclusive leaning-connections');
  });
  it('fail as draws do over connections too few to lean', () => {
    assert.equal(outcome(decideTable([60, 40], repeat([500, 500], 3))), 'fail split-differs');
  });
  it('are neither passed nor failed by the pure gate where connections could lean', () => {
    const rows = [...repeat([1800, 0], 6), [1795, 5], [1799, 1]];
    const connections = { counts: rows, neighbours: null };
    const gate = { tolerance: { kind: 'points', points: 0 } } as const;
    const decision = decide([99, 1], totals(rows), { connections }, gate);
    assert.equal(outcome(decision), 'inconclusive leaning-connections');
  });
});

describe('pinned connections', () => {
  it('are themselves the sample', () => {
    const rows = [...repeat([100, 0], 20), ...repeat([0, 100], 12)];
    const decision = decideTable([60, 40], rows);
    assert.equal(decision.dependence?.kind, 'pinned');
    assert.equal(decision.units, 'connections');
    assert.equal(outcome(decision), 'inconclusive pinned-connections');
    assert.ok(decision.reasons[0]?.code === 'pinned-connections');
    assert.equal(decision.reasons[0].connectionsToSettle, 3089);
  });
  it('fail when the connections do', () => {
    const rows = [...repeat([100, 0], 4), ...repeat([0, 100], 40)];
    const decision = decideTable([60, 40], rows);
    assert.equal(outcome(decision), 'fail split-differs');
    assert.match(decision.reasons.map(reasonText).join(), /counted by connection/);
  });
  it('pass when enough of them do', () => {
    const rows = [...repeat([9, 0], 1853), ...repeat([0, 9], 1236)];
    assert.equal(outcome(decideTable([60, 40], rows)), 'pass equivalent');
  });
});

describe('one destination only', () => {
  it('is a failure once connections can tell', () => {
    assert.deepEqual(
      [0.6, 0.9, 0.99].map((p) => connectionsToTell(0.001, p)),
      [15, 73, 757],
    );
    assert.equal(outcome(decideTable([60, 40], repeat([100, 0], 32))), 'fail split-differs');
    const few = decideTable([90, 10], repeat([100, 0], 32));
    assert.equal(outcome(few), 'inconclusive one-destination');
    assert.ok(few.reasons[0]?.code === 'one-destination');
    assert.equal(few.reasons[0].connectionsToTell, 73);
    const probed = [...repeat([40, 0], 32), ...repeat([1, 0], 73)];
    assert.equal(outcome(decideTable([90, 10], probed)), 'fail split-differs');
  });
});
