import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bestChangePoint, changePointThreshold } from '../../../../src/stats/change-point.js';
import { seededRandom } from '../../../../src/stats/random.js';
import { diagnose } from '../../../../src/expect/split/findings/diagnose.js';
import { errorsConcentrated } from '../../../../src/expect/split/findings/errors-concentrated.js';
import { findAll } from '../../../../src/expect/split/findings/index.js';
import { drawing, simulate, type SimulatedRun } from './healthy-runs.js';

const base: SimulatedRun = { weights: [60, 40], requests: 3089, pick: drawing([0.6, 0.4]) };

function codes(run: Partial<SimulatedRun>, seed = 1): string[] {
  return findAll(simulate({ ...base, ...run }, seededRandom(seed))).map((finding) => finding.code);
}

describe('a healthy run', () => {
  it('shows nothing, at most once in a thousand', () => {
    const runs = 500;
    let claims = 0;
    for (const [i, weights] of [
      [60, 40],
      [90, 10],
      [10, 40, 50],
    ].entries()) {
      const random = seededRandom(40 + i);
      const sum = weights.reduce((a, b) => a + b, 0);
      const shares = weights.map((weight) => weight / sum);
      const run = {
        weights,
        requests: 1500,
        pick: drawing(shares),
        previousWeights: weights.toReversed(),
        replicas: weights.map((_, j) => j + 1),
      };
      for (let j = 0; j < runs; j += 1) claims += findAll(simulate(run, random)).length;
    }
    // 1,500 runs at 1e-3 give 1.5; more than 7 has a chance of 2e-4.
    assert.ok(claims <= 7, String(claims));
  });
});

describe('causes of a failed split', () => {
  it('are named where the data favour one', () => {
    const three = { weights: [10, 30, 60], requests: 3400 };
    assert.deepEqual(codes({ ...three, pick: drawing([1 / 3, 1 / 3, 1 / 3]) }), [
      'route-not-applied',
    ]);
    assert.deepEqual(codes({ ...three, pick: drawing([0.6, 0.3, 0.1]) }), ['weights-reversed']);
    assert.deepEqual(codes({ pick: drawing([0.25, 0.75]), replicas: [1, 3] }), ['replica-ratio']);
    assert.deepEqual(codes({ pick: drawing([6 / 7, 1 / 7]), replicas: [4, 1] }), [
      'weight-times-replicas',
    ]);
    assert.deepEqual(codes({ pick: drawing([0.9, 0.1]), previousWeights: [90, 10] }), [
      'stale-weights',
    ]);
    assert.deepEqual(codes({ pick: drawing([1, 0]) }), ['all-to-one']);
  });
  it('are not claimed where two look the same, but both are ranked', () => {
    const evidence = simulate(
      { ...base, pick: drawing([0.5, 0.5]), replicas: [2, 2] },
      seededRandom(3),
    );
    const { claimed, ranked } = diagnose(evidence);
    assert.equal(claimed?.code, 'route-not-applied');
    assert.match(claimed.advice, /It looks the same when traffic follows the number of pods/);
    assert.equal(ranked[1]?.code, 'replica-ratio');
  });
  it('are not claimed where none fits', () => {
    const evidence = simulate({ ...base, pick: drawing([0.72, 0.28]) }, seededRandom(3));
    assert.equal(evidence.decision.verdict, 'fail');
    assert.equal(diagnose(evidence).claimed, null);
  });
  it('are not claimed where the split did not fail', () => {
    const evidence = simulate({ ...base, previousWeights: [61, 39] }, seededRandom(3));
    assert.equal(diagnose(evidence).claimed, null);
  });
});

describe('changes during the run', () => {
  it('are found and dated', () => {
    const run = {
      ...base,
      pick: ((i, c, r) =>
        drawing(i < 2000 ? [0.6, 0.4] : [0.4, 0.6])(i, c, r)) as SimulatedRun['pick'],
    };
    const [finding] = findAll(simulate(run, seededRandom(5)));
    assert.equal(finding?.code, 'weights-changed-during-run');
    assert.match(finding.summary, /about (3[6-9]|4[0-2]) s into the run/);
  });
  it('from the previous weights are found after a handful of requests', () => {
    const pick: SimulatedRun['pick'] = (i, c, r) =>
      drawing(i < 120 ? [0.5, 0.5] : [0.9, 0.1])(i, c, r);
    const found = codes({ weights: [90, 10], pick, previousWeights: [50, 50] });
    assert.deepEqual(found, ['weights-changed-during-run']);
  });
  it('at the beginning only are warm-up', () => {
    const pick: SimulatedRun['pick'] = (i, c, r) =>
      drawing(i < 300 ? [0.95, 0.05] : [0.6, 0.4])(i, c, r);
    assert.deepEqual(codes({ pick }), ['warm-up-drift']);
  });
  it('have the statistic of the reference and its thresholds', () => {
    const windows = [...Array<number[]>(10).fill([45, 5]), ...Array<number[]>(10).fill([25, 25])];
    const change = bestChangePoint(windows, 50);
    assert.equal(change?.index, 10);
    assert.equal(change.statistic.toFixed(5), '203.49845');
    const thresholds = [1, 2, 4].map((df) => changePointThreshold(df, 50 / 3089, 1e-4).toFixed(1));
    assert.deepEqual(thresholds, ['23.9', '27.8', '33.7']);
    assert.equal(bestChangePoint([[10, 10]], 50), null);
  });
});

describe('connections', () => {
  it('that are pinned are named', () => {
    assert.deepEqual(codes({ pick: (_i, connection) => (connection % 5 < 3 ? 0 : 1) }), [
      'pinned-connections',
    ]);
  });
  it('on gateways that disagree are told apart', () => {
    const pick: SimulatedRun['pick'] = (i, c, r) =>
      drawing(c % 2 === 0 ? [0.9, 0.1] : [0.5, 0.5])(i, c, r);
    assert.ok(codes({ pick }).includes('gateways-disagree'));
  });
  it('that differ less than stretches of time do prove nothing of gateways', () => {
    const pick: SimulatedRun['pick'] = (i, c, r) =>
      drawing(c % 2 === 0 ? [0.7, 0.3] : [0.5, 0.5])(i, c, r);
    const evidence = simulate({ ...base, pick }, seededRandom(3));
    const inflationOf = (by: number) => {
      const { dependence } = evidence.decision;
      assert.ok(dependence);
      const ofTime = { ...dependence, inflation: dependence.inflation * by };
      const inTime = [{ rows: [], dependence: ofTime, blockMs: null }];
      return findAll({ ...evidence, decision: { ...evidence.decision, inTime } });
    };
    const has = (by: number): boolean =>
      inflationOf(by).some(({ code }) => code === 'gateways-disagree');
    assert.deepEqual([has(0.5), has(2)], [true, false]);
  });
  it('that may keep step with a gateway that takes turns do not prove that two disagree', () => {
    const turns: SimulatedRun['pick'] = (i, c) => {
      const first = c % 2 === 0 ? [1, 2, 3, 4] : [1, 2];
      return first.includes((Math.floor(i / 32) + c) % 5) ? 0 : 1;
    };
    const found = findAll(simulate({ ...base, pick: turns }, seededRandom(6)));
    const disagree = found.find(({ code }) => code === 'gateways-disagree');
    assert.equal(disagree?.severity, 'warning');
    assert.match(disagree.advice, /another --concurrency/);
  });
  it('that lean in all directions are overdispersed', () => {
    const pick: SimulatedRun['pick'] = (i, c, r) =>
      drawing([0.2 + (0.7 * c) / 31, 0.8 - (0.7 * c) / 31])(i, c, r);
    assert.deepEqual(codes({ pick }), ['overdispersed']);
  });
});

describe('the others', () => {
  it('weighted round robin is deterministic', () => {
    const pick: SimulatedRun['pick'] = (i) => (i % 5 === 0 || i % 5 === 2 ? 1 : 0);
    assert.deepEqual(codes({ pick, connections: 31 }), ['deterministic-balancing']);
  });
  it('pods of one destination that differ are information', () => {
    const evidence = simulate(base, seededRandom(8));
    const [first] = evidence.destinations;
    assert.ok(first);
    const skewed = {
      ...first,
      pods: [
        { name: 'a', observed: first.observed - 100 },
        { name: 'b', observed: 100 },
      ],
    };
    const found = (vouchers: number): string[] =>
      findAll({
        ...evidence,
        vouchers,
        destinations: [skewed, ...evidence.destinations.slice(1)],
      }).map(({ code, severity }) => `${code} ${severity}`);
    assert.deepEqual(found(1), ['pod-skew info']);
    // One pod that is called `a` by itself, and `b` by the proxy.
    assert.deepEqual(found(2), []);
  });
  it('failures of one destination are found from what is missing', () => {
    const run = { weights: [60, 40], fails: (to: number, i: number) => to === 1 && i % 11 < 3 };
    const found = findAll(simulate({ ...base, ...run }, seededRandom(4)));
    assert.deepEqual(
      found.map((finding) => finding.code),
      ['errors-concentrated', 'destination-failing'],
    );
    assert.match(found[0]?.summary ?? '', /'v2'/);
  });
  it('the connections of a service behind the one called are said to be unseen, and never to be pinned', () => {
    const healthy = simulate(base, seededRandom(4));
    const codes = (serviceBehind: string | null): string[] =>
      findAll({ ...healthy, serviceBehind }).map(({ code }) => code);
    assert.deepEqual(codes(null), []);
    assert.deepEqual(codes('reviews.default'), ['connections-unseen']);
    const unapplied = { ...base, weights: [90, 10], pick: drawing([0.5, 0.5]) };
    const even = simulate(unapplied, seededRandom(4));
    const advice = (serviceBehind: string | null): string =>
      findAll({ ...even, serviceBehind }).find(({ code }) => code === 'route-not-applied')
        ?.advice ?? '';
    assert.match(advice(null), /bound to the gateway/);
    assert.match(advice('reviews.default'), /sidecar/);
  });
  it('failures say what they would have to be, and how much of a wrong split they leave', () => {
    const evidence = simulate(base, seededRandom(9));
    const of = (observed: [number, number], failures: number, failed = [0, 0]): string => {
      const destinations = evidence.destinations.map((destination, i) => ({
        ...destination,
        observed: observed[i] ?? 0,
        failed: failed[i] ?? 0,
      }));
      const finding = errorsConcentrated({
        ...evidence,
        destinations,
        failedWithoutDestination: failures,
      });
      return finding === null ? '' : `${finding.summary}: ${finding.evidence}`;
    };
    // 2,000 of each 60/40: 1,800 + 1,000 are 200 short of 40 %.
    assert.match(of([1800, 1000], 200), /would be right.*they do if all of the 200 requests/);
    assert.match(of([1800, 1000], 230), /they do if about 212 of the 230 requests/);
    assert.match(of([1800, 1000], 100), /only a part.*still has 37\.93 % for 40 % \(p = 0\.0\d+\)/);
    assert.match(of([1800, 1000], 200, [0, 7]), /the 7 that failed and say where were all its own/);
    assert.equal(of([1800, 1000], 200, [7, 0]), '');
    assert.equal(of([1800, 1000], 200, [4, 4]), '');
  });
  it('failures are named where chance makes the draws look clustered, and not where they hang together', () => {
    const run = { weights: [60, 40], fails: (to: number, i: number) => to === 1 && i % 11 < 3 };
    const evidence = simulate({ ...base, ...run }, seededRandom(4));
    const { dependence } = evidence.decision;
    assert.ok(dependence?.kind === 'independent');
    const named = (inflation: number, alikeNeighbours: boolean): boolean => {
      const clustered = { ...dependence, kind: 'clustered', inflation, alikeNeighbours } as const;
      const decision = { ...evidence.decision, dependence: clustered };
      return errorsConcentrated({ ...evidence, decision }) !== null;
    };
    // What one healthy run of 32 connections in a hundred has, and in a thousand.
    assert.ok(named(1.69, false) && named(1.99, false));
    // Varying as much as this, the answers alone fit the weights.
    assert.ok(!named(50, false));
    assert.ok(!named(1.99, true));
  });
  it('a few failures do not explain a split that is wrong without them', () => {
    const run = { weights: [10, 40, 50], requests: 3354, pick: drawing([0.08, 0.4, 0.52]) };
    for (let seed = 1; seed <= 20; seed += 1) {
      const evidence = simulate({ ...run, fails: (_to, i) => i % 200 === 0 }, seededRandom(seed));
      assert.equal(errorsConcentrated(evidence), null, String(seed));
    }
  });
  it('failures with an identity need 11, 4 and 2 at 40, 10 and 1 %', () => {
    const evidence = simulate(base, seededRandom(9));
    for (const [share, needed] of [
      [0.4, 11],
      [0.1, 4],
      [0.01, 2],
    ] as const) {
      const of = (failed: number): unknown =>
        errorsConcentrated({
          ...evidence,
          destinations: [
            { ...evidence.destinations[0]!, expectedShare: 1 - share },
            { ...evidence.destinations[1]!, expectedShare: share, failed },
          ],
        });
      assert.notEqual(of(needed), null, String(share));
      assert.equal(of(needed - 1), null, String(share));
    }
  });
  it('unknown backends and leaks are named', () => {
    const evidence = simulate(
      { ...base, weights: [100, 0], pick: (i) => (i === 7 ? 1 : 0) },
      seededRandom(2),
    );
    const found = findAll({ ...evidence, unknown: { answers: 3, examples: ['mystery-1'] } });
    assert.deepEqual(
      found.map((finding) => finding.code),
      ['leak-to-zero-weight', 'unknown-backend'],
    );
    for (const { summary, evidence: numbers, advice, about, call, place } of found) {
      assert.deepEqual([about, call, place], ['target', null, null]);
      assert.match(summary, /^[A-Z].*\.$/);
      assert.doesNotMatch(summary + numbers + advice, /undefined|NaN|null/);
    }
    const unsaid = findAll({ ...evidence, unknown: { answers: 3, examples: [] } });
    assert.equal(unsaid.find(({ code }) => code === 'unknown-backend')?.about, 'call');
  });
  it('where nobody says who answers, the ways to learn it are named', () => {
    const evidence = simulate(base, seededRandom(3));
    const packed = new Map([['zstd', 3]]);
    const unpacked = findAll({ ...evidence, unknown: { answers: 3, examples: [], packed } });
    assert.match(
      unpacked.find(({ code }) => code === 'unknown-backend')!.evidence,
      /^3 of .*by content-encoding: zstd 3$/,
    );
    const unknown = { answers: 3, examples: [] };
    const adviceOf = (some: Partial<typeof evidence>): string =>
      findAll({ ...evidence, ...some }).find(({ code }) => code === 'unknown-backend')!.advice;
    const identityWays = { header: 'to-header', accessLog: 'to-log' };
    assert.match(adviceOf({ unknown, identityWays }), /\(to-header \| kubectl.*\(to-log\)/);
    assert.doesNotMatch(adviceOf({ unknown }), /null|kubectl/);
  });
  it('addresses that nobody is known to have ask for the list of pods', () => {
    const evidence = simulate(base, seededRandom(3));
    const ofAddresses = (...examples: string[]): boolean =>
      findAll({ ...evidence, unknown: { answers: 3, examples } }).some(({ advice }) =>
        advice.includes('kubectl get pods,endpointslices'),
      );
    assert.ok(ofAddresses('10.0.0.1:50051', '[fd00::1]:50051', '10.0.0.1'));
    assert.ok(!ofAddresses('10.0.0.1:50051', 'greeter-x'));
  });
});
