import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { InputError } from '../../../../src/input-error.js';
import { reasonText } from '../../../../src/expect/split/verdict/reason-text.js';
import { parseTolerance } from '../../../../src/expect/split/tolerance.js';
import { decide, outcome } from '../split-runs.js';

describe('one call, nothing missing', () => {
  it('passes the right split at the planned size, with the numbers of the report', () => {
    const decision = decide([60, 40], [1853, 1236]);
    assert.equal(outcome(decision), 'pass equivalent');
    assert.equal(decision.power.toFixed(4), '0.9902');
    assert.deepEqual([decision.sampled, decision.n, decision.missing], [3089, 3089, 0]);
    assert.equal(decision.test?.method, 'pearson');
    assert.equal(decision.test.df, 1);
    assert.equal(decision.worstCasePValue, decision.test.pValue);
    const shares = decision.destinations.map((destination) => destination.share ?? 0);
    assert.ok(Math.abs(shares.reduce((a, b) => a + b) - 1) < 1e-15);
    for (const { interval, share } of decision.destinations) {
      assert.ok(interval !== null && share !== null && interval[0] < share && share < interval[1]);
    }
  });
  it('fails a split off by more than the tolerance and chance', () => {
    const decision = decide([60, 40], [2162, 927]);
    assert.equal(outcome(decision), 'fail split-differs');
    const [reason] = decision.reasons;
    assert.ok(reason?.code === 'split-differs');
    assert.deepEqual(
      reason.deviations.map((deviation) => deviation.name),
      ['v1', 'v2'],
    );
    assert.match(
      reasonText(reason),
      /weights: 'v1' got 69\.99 % for 60 % \(tolerance 5 points\), 'v2'/,
    );
  });
  it('says a level that calls share in few digits', () => {
    const split = decide([60, 40], [2162, 927], {}, { alpha: 0.001 / 3 });
    const [reason] = split.reasons;
    assert.ok(reason !== undefined);
    assert.match(reasonText(reason), /\(alpha 0\.00033\)/);
  });
  it('does not fail within the tolerance, however sure the chi-square is', () => {
    const decision = decide([60, 40], [6_300_000, 3_700_000]);
    assert.ok((decision.test?.pValue ?? 1) < 1e-300);
    assert.equal(outcome(decision), 'pass equivalent');
  });
  it('does not fail beyond the tolerance, when chance would do it', () => {
    const decision = decide([60, 40], [68, 32]);
    assert.ok((decision.test?.pValue ?? 0) > 0.05);
    assert.equal(outcome(decision), 'inconclusive too-few-requests');
    assert.ok((decision.requestsToSettle ?? 0) >= 3089);
  });
  it('has no verdict on too few, and says how many would do', () => {
    const decision = decide([60, 40], [60, 40]);
    assert.equal(outcome(decision), 'inconclusive too-few-requests');
    assert.equal(decision.requestsToSettle, 3089);
    assert.equal(decision.power, 0);
  });
  it('has no verdict on a deviation of about the tolerance, and says so', () => {
    const decision = decide([60, 40], [55_000, 45_000]);
    assert.equal(outcome(decision), 'inconclusive deviation-near-tolerance');
    assert.equal(decision.requestsToSettle, null);
  });
  it('treats a share exactly at the tolerance as within it', () => {
    for (const [n, x] of [
      [1000, 650],
      [3000, 1950],
      [100_000, 65_000],
    ] as const) {
      assert.equal(decide([60, 40], [x, n - x]).verdict, 'inconclusive', String(n));
    }
    assert.equal(decide([60, 40], [65_001, 34_999]).verdict, 'fail');
  });
  it('gives the same for any order and any sum of the weights', () => {
    const one = decide([10, 40, 50], [300, 1300, 1754]);
    const other = decide([5, 1, 4], [1754, 300, 1300]);
    assert.equal(outcome(one), outcome(other));
    assert.ok(Math.abs((one.worstCasePValue ?? 0) - (other.worstCasePValue ?? 1)) < 1e-14);
  });
  it('uses the exact test where an expected count is below five', () => {
    const decision = decide([90, 10], [40, 0]);
    assert.equal(decision.test?.method, 'exact-multinomial-enumerated');
    assert.notEqual(decision.test.pValue, decision.test.pearsonPValue);
    const simulated = decide([1, 19, 180, 800], [12, 10, 120, 500], {}, { seed: 9 });
    assert.equal(simulated.test?.method, 'exact-multinomial-monte-carlo');
    assert.equal(simulated.test.seed, 9);
  });
});

describe('leaks', () => {
  it('one answer of a destination without weight fails', () => {
    const decision = decide([100, 0], [9999, 1]);
    assert.equal(outcome(decision), 'fail leak');
    assert.deepEqual(decision.reasons, [{ code: 'leak', destination: 'v2', answers: 1 }]);
  });
  it('one answer of a workload that the route does not name fails', () => {
    assert.equal(outcome(decide([60, 40], [1853, 1235], { leaked: 1 })), 'fail leak');
  });
  it('none passes once the leak bound is met', () => {
    assert.equal(outcome(decide([100, 0], [687, 0])), 'inconclusive leak-not-excluded');
    assert.equal(decide([100, 0], [687, 0]).requestsToSettle, 688);
    assert.equal(outcome(decide([100, 0], [688, 0])), 'pass no-leak');
    assert.equal(decide([100], [688]).test, null);
    assert.equal(outcome(decide([60, 40, 0], [1853, 1236, 0])), 'pass equivalent no-leak');
    const short = decide([50, 50, 0], [300, 300, 0], {}, { tolerance: parseTolerance('20pp') });
    assert.equal(outcome(short), 'inconclusive leak-not-excluded');
  });
  it('a missing answer may be a leak', () => {
    const decision = decide([100, 0], [688, 0], { sampled: 689 });
    assert.equal(outcome(decision), 'inconclusive leak-not-excluded');
    assert.ok((decision.requestsToSettle ?? 0) > 689);
  });
  it('without weight takes no part in the test', () => {
    assert.equal(decide([60, 40, 0], [1853, 1236, 0]).test?.df, 1);
  });
});

describe('missing answers', () => {
  it('few of them do not stand in the way of a pass', () => {
    assert.equal(outcome(decide([60, 40], [1853, 1236], { sampled: 3109 })), 'pass equivalent');
  });
  it('stand in the way when where they went matters', () => {
    const decision = decide([60, 40], [1785, 1284], { sampled: 3098 });
    assert.equal(decide([60, 40], [1785, 1284]).verdict, 'pass');
    // 29 failures of v2 in 1,313 would be more than 1 %, too.
    assert.equal(outcome(decision), 'inconclusive missing-answers errors-unattributed');
  });
  it('do not hide a failure that holds wherever they went', () => {
    const differs = decide([60, 40], [2400, 600], { sampled: 3020 });
    assert.equal(outcome(differs), 'fail split-differs');
    const open = decide([60, 40], [1960, 1040], { sampled: 3020 });
    assert.equal(decide([60, 40], [1960, 1040]).verdict, 'fail');
    assert.equal(outcome(open), 'inconclusive missing-answers');
  });
  it('are a failure of their own when too many failed', () => {
    const decision = decide([60, 40], [1853, 1236], { sampled: 3200 });
    assert.equal(outcome(decision), 'fail error-rate');
    assert.equal(
      outcome(decide([60, 40], [1853, 1236], {}, { maxErrorRate: 0 })),
      'pass equivalent',
    );
  });
  it('count failures that carry a destination as failures too', () => {
    const decision = decide([60, 40], [1853, 1236], { failedWithDestination: 100 });
    assert.equal(outcome(decision), 'fail error-rate');
  });
  it('are inconclusive when the answers name no known workload', () => {
    const decision = decide([60, 40], [1853, 1186], { sampled: 3089, unattributed: 50 });
    assert.equal(outcome(decision), 'inconclusive unattributed-answers');
  });
  it('are inconclusive when this side gave up', () => {
    const decision = decide([60, 40], [1853, 1236], { sampled: 3200, cancelled: 111 });
    assert.equal(outcome(decision), 'inconclusive missing-answers');
  });
});

describe('requests that were due and not sent', () => {
  const unsent = (byPeer: number, byUs: number): ReturnType<typeof decide> =>
    decide([60, 40], [1853, 1236], { unsent: { byPeer, byUs } });

  it('bar a pass where this side is the reason', () => {
    assert.equal(outcome(unsent(0, 0)), 'pass equivalent');
    assert.equal(outcome(unsent(1, 0)), 'pass equivalent');
    for (const decision of [unsent(1, 1), unsent(0, 1), unsent(0, 9000)]) {
      assert.equal(outcome(decision), 'inconclusive unsent-requests');
    }
    const [reason] = unsent(11, 900).reasons;
    assert.ok(reason?.code === 'unsent-requests');
    assert.match(reasonText(reason), /^900 of the 4,000 requests that were due were not sent/);
  });
  it('bar a pass of one destination, and of the pure gate', () => {
    const one = { unsent: { byPeer: 0, byUs: 1 } };
    assert.equal(outcome(decide([100, 0], [688, 0], one)), 'inconclusive unsent-requests');
    const pure = decide([60, 40], [1853, 1236], one, { tolerance: parseTolerance('0') });
    assert.equal(outcome(pure), 'inconclusive unsent-requests');
  });
  it('are errors where the peer is the reason, in their number and in the total', () => {
    // SciPy: P(X ≥ 41 | 3130, 0.01) = 0.0538, and of 42, 50, 51 in turn 0.0383, 0.00125, 0.00075.
    assert.equal(outcome(unsent(41, 0)), 'pass equivalent');
    assert.equal(outcome(unsent(42, 0)), 'inconclusive error-rate-open');
    assert.equal(outcome(unsent(50, 0)), 'inconclusive error-rate-open');
    const failed = unsent(51, 0);
    assert.equal(outcome(failed), 'fail error-rate');
    assert.match(
      failed.reasons.map(reasonText).join(),
      /^51 of 3,140 requests failed, 51 of them before they could be sent \(1\.624 %\), more than/,
    );
    const both = { sampled: 3109, unsent: { byPeer: 32, byUs: 0 } };
    assert.equal(outcome(decide([60, 40], [1853, 1236], both)), 'fail error-rate');
    assert.equal(outcome(unsent(0, 3000)), 'inconclusive unsent-requests');
  });
  it('do not stand in the way of a failure', () => {
    const rest = { unsent: { byPeer: 0, byUs: 900 } };
    assert.equal(outcome(decide([60, 40], [2162, 927], rest)), 'fail split-differs');
    assert.equal(outcome(decide([100, 0], [9999, 1], rest)), 'fail leak');
  });
  it('are told beside what else is open', () => {
    const rest = { unsent: { byPeer: 0, byUs: 900 } };
    const few = decide([60, 40], [60, 40], rest);
    assert.equal(outcome(few), 'inconclusive unsent-requests too-few-requests');
    assert.equal(few.requestsToSettle, 3089);
    const none = decide([60, 40], [0, 0], { unsent: { byPeer: 500, byUs: 0 } });
    assert.equal(outcome(none), 'inconclusive no-answers');
  });
});

describe('nothing to judge', () => {
  it('is inconclusive', () => {
    assert.equal(outcome(decide([60, 40], [0, 0])), 'inconclusive no-answers');
    const decision = decide([60, 40], [0, 0], { sampled: 500 });
    assert.equal(outcome(decision), 'inconclusive no-answers');
    assert.equal(decision.destinations[0]?.share, null);
    assert.equal(decision.test, null);
  });
  it('refuses counts that contradict each other', () => {
    assert.throws(() => decide([60, 40], [60, 40], { sampled: 99 }), RangeError);
    assert.throws(() => decide([0, 0], [1, 1]), RangeError);
    assert.throws(
      () => decide([60, 40], [1, 1], {}, { tolerance: parseTolerance('x=1') }),
      InputError,
    );
  });
});

describe('tolerance 0, the pure gate', () => {
  const pure = { tolerance: parseTolerance('0') };
  it('of two destinations is decided on the exact p', () => {
    const decision = decide([60, 40], [1853, 1236], {}, pure);
    assert.equal(outcome(decision), 'pass no-difference');
    assert.equal(decision.test?.method, 'exact-binomial');
    assert.equal(outcome(decide([60, 40], [1950, 1139], {}, pure)), 'fail split-differs');
  });
  it('of more is decided on chi-square', () => {
    const decision = decide([10, 40, 50], [335, 1242, 1777], {}, pure);
    assert.equal(decision.test?.method, 'pearson');
    assert.equal(outcome(decision), 'pass no-difference');
    assert.equal(outcome(decide([10, 40, 50], [335, 1202, 1817], {}, pure)), 'fail split-differs');
  });
  it('says which deviation it would have found', () => {
    const [reason] = decide([60, 40], [1853, 1236], {}, pure).reasons;
    assert.ok(reason?.code === 'no-difference');
    assert.ok(reason.detectableShare > 0.045 && reason.detectableShare < 0.055);
  });
  it('passes only if it does wherever the missing went', () => {
    const decision = decide([60, 40], [1928, 1142], { sampled: 3090 }, pure);
    assert.equal(outcome(decision), 'inconclusive missing-answers');
  });
});

describe('every reason in words', () => {
  it('is one sentence without a hole', () => {
    const decisions = [
      decide([60, 40], [1853, 1236]),
      decide([60, 40], [2400, 600], { sampled: 3020 }),
      decide([60, 40], [60, 40]),
      decide([60, 40], [55_000, 45_000]),
      decide([100, 0], [687, 1], { leaked: 2 }),
      decide([100, 0], [687, 0]),
      decide([100, 0], [900, 0], { sampled: 909 }, { maxErrorRate: 0.5 }),
      decide([100, 0], [688, 0]),
      decide([60, 40], [0, 0], { sampled: 9 }),
      decide([60, 40], [0, 0]),
      decide([60, 40], [1853, 1236], { sampled: 3200 }),
      decide([60, 40], [1853, 1186], { sampled: 3089, unattributed: 50 }),
      decide([60, 40], [1785, 1284], { sampled: 3098 }),
      decide([60, 40], [1853, 1236], {}, { tolerance: parseTolerance('0') }),
    ];
    const codes = new Set<string>();
    for (const reason of decisions.flatMap((decision) => decision.reasons)) {
      const text = reasonText(reason);
      assert.doesNotMatch(text, /undefined|NaN|null|Infinity|\n/, text);
      codes.add(reason.code);
    }
    assert.equal(codes.size, 13);
  });
});
