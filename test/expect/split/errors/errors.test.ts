import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { planRequests } from '../../../../src/expect/split/plan/plan-requests.js';
import {
  requestsToJudge,
  requestsToShow,
} from '../../../../src/expect/split/errors/requests-to-settle.js';
import type { SplitEvidence, SplitRule } from '../../../../src/expect/split/split-evidence.js';
import { reasonText } from '../../../../src/expect/split/verdict/reason-text.js';
import {
  decideSplit,
  type SplitDecision,
} from '../../../../src/expect/split/verdict/split-verdict.js';
import { decideCalls } from '../../../../src/expect/split/verdict/calls-verdict.js';
import { evidenceOf, outcome, RULE } from '../split-runs.js';

/** 90/10 at its planned size: answers and failures of v1 and v2, and what else is known. */
function decide(
  [v1, v2]: readonly [number, number],
  [failed1, failed2]: readonly [number, number],
  rest: Partial<SplitEvidence> = {},
  rule: Partial<SplitRule> = {},
): SplitDecision {
  const evidence = evidenceOf([90, 10], [v1, v2], rest);
  const failed = [failed1, failed2];
  const destinations = evidence.destinations.map((one, i) => ({ ...one, failed: failed[i] ?? 0 }));
  return decideSplit({ ...evidence, destinations }, { ...RULE, ...rule });
}

const texts = (decision: SplitDecision): string => decision.reasons.map(reasonText).join('\n');

describe('errors by destination', () => {
  it('fail at alpha over the number of destinations, and say whose they are', () => {
    // SciPy: P(X ≥ 7 | 129, 0.01) = 3.45e-4, P(X ≥ 6) = 2.0e-3; Bonferroni asks for 5e-4.
    const failing = decide([1158, 129], [0, 7]);
    assert.equal(outcome(failing), 'fail error-rate');
    assert.match(
      texts(failing),
      /^7 of 129 answers of 'v2' failed \(5\.426 %\), more than the 1 %/,
    );
    const open = decide([1158, 129], [0, 6]);
    assert.equal(outcome(open), 'inconclusive error-rate-open');
    assert.match(texts(open), /a fresh run of about [\d,]+ requests would settle it$/);
    assert.ok((open.requestsToSettle ?? 0) > 1287);
  });

  it('share alpha with other calls of the run', () => {
    const { destinations } = evidenceOf([90, 10], [1158, 129]);
    const evidence = (failed: number): SplitEvidence => ({
      ...evidenceOf([90, 10], [1158, 129]),
      destinations: destinations.map((one, i) => ({ ...one, failed: i === 1 ? failed : 0 })),
    });
    const verdict = (failed: number): string =>
      decideCalls([0, failed].map((one) => ({ evidence: evidence(one), rule: RULE }))).verdict;
    // 3.45e-4 is above 0.001 / 4.
    assert.equal(verdict(7), 'inconclusive');
    assert.equal(verdict(8), 'fail');
  });

  it('are held against a limit of their own', () => {
    const errorLimits = { v2: 0.1 };
    assert.equal(
      outcome(decide([1158, 129], [0, 7], {}, { errorLimits })),
      'inconclusive errors-uneven',
    );
    assert.equal(
      outcome(decide([1158, 129], [0, 2], {}, { errorLimits: { v2: 0.0001 } })),
      'fail error-rate',
    );
    assert.equal(
      outcome(decide([1158, 129], [0, 0], {}, { errorLimits: { v2: 0 } })),
      'pass equivalent',
    );
    assert.equal(
      outcome(decide([1158, 129], [0, 1], {}, { errorLimits: { v2: 0 } })),
      'fail error-rate',
    );
  });

  it('of one destination more than of the others pass nothing', () => {
    // SciPy, fisher_exact: 3 of 129 against 0 of 1158 has p = 9.86e-4, 2 has 0.00998.
    const uneven = decide([1158, 129], [0, 3]);
    assert.equal(outcome(uneven), 'inconclusive errors-uneven');
    assert.match(
      texts(uneven),
      /'v2' fails more than the others: 3 of 129 \(2\.326 %\), the others 0 of 1,158/,
    );
    assert.equal(outcome(decide([1158, 129], [0, 2])), 'pass equivalent');
    assert.equal(outcome(decide([1158, 129], [4, 1])), 'pass equivalent');
  });

  it('exclude what the report says', () => {
    const decision = decide([1158, 145], [0, 0]);
    const [v1, v2] = decision.errors.destinations;
    // 1 − 0.001^(1/145); SciPy: beta.ppf(0.999, 1, 145).
    assert.equal(v2?.excludedAbove?.toFixed(10), '0.0465227289');
    assert.ok((v1?.excludedAbove ?? 1) < 0.006);
    // SciPy: beta.ppf(0.999, 4, 126); those of unknown origin count as its own.
    const unknown = decide([1158, 126], [0, 0], { sampled: 1287 });
    assert.equal(unknown.errors.destinations[1]?.excludedAbove?.toFixed(10), '0.0973886152');
  });
});

describe('failures without an identity', () => {
  it('pass nothing where, all of one destination, they would show it above its limit', () => {
    // SciPy: P(X ≥ 7 | 136, 0.01) = 4.7e-4, P(X ≥ 6 | 135, 0.01) = 0.0025.
    const unknown = decide([1158, 129], [0, 0], { sampled: 1294 });
    assert.equal(outcome(unknown), 'inconclusive errors-unattributed');
    assert.match(
      texts(unknown),
      /7 of the failures do not say whose they are; if they were all those of 'v2', 7 of its 136/,
    );
    assert.equal(outcome(decide([1158, 129], [0, 0], { sampled: 1293 })), 'pass equivalent');
  });

  it('that a log knows to have reached somebody count for each', () => {
    const joined = decide([1158, 129], [0, 0], { failedWithDestination: 7 });
    assert.equal(outcome(joined), 'inconclusive errors-unattributed');
    assert.equal(joined.errors.pooled.failed, 7);
  });

  it('fail the destination that answers too little OK for any share and any error rate', () => {
    // SciPy: P(X ≤ 30 | 1287, 0.05 · 0.99) is 1e-6; the pool has 8 %.
    const failing = decide([1157, 30], [0, 0], { sampled: 1287 });
    assert.equal(outcome(failing), 'fail error-rate destination-failing');
    assert.match(texts(failing), /'v2' answered at most 30 of 1,287 requests OK/);
    const allowed = decide([1157, 20], [0, 0], { sampled: 1287 }, { maxErrorRate: 0.2 });
    assert.equal(outcome(allowed), 'fail destination-failing');
    // SciPy: P(X ≤ 20 | 1287, 0.05 · 0.8) is 3e-7.
    const perhapsItsOwn = { sampled: 1287, unattributed: 60 };
    const unrecognised = decide([1157, 30], [0, 0], perhapsItsOwn, { maxErrorRate: 0.2 });
    assert.equal(unrecognised.verdict, 'inconclusive');
  });

  it('leave a split that differs without failures to the split', () => {
    assert.equal(outcome(decide([1270, 17], [0, 0])), 'fail split-differs');
    assert.equal(outcome(decide([1270, 17], [0, 0], { sampled: 1288 })), 'fail split-differs');
  });
});

describe('an error rate that is to be shown', () => {
  const errorRateShown = 0.02;
  it('passes when it is excluded for each destination', () => {
    // 341 answers without a failure exclude 2.005 %, 342 exclude 1.9995 %.
    assert.equal(outcome(decide([3078, 342], [0, 0], {}, { errorRateShown })), 'pass equivalent');
    const lacking = decide([3078, 341], [0, 0], {}, { errorRateShown });
    assert.equal(outcome(lacking), 'inconclusive error-rate-not-shown');
    assert.match(
      texts(lacking),
      /above 2 % were to be excluded, and these are: above 2\.005 % of 'v2'; a fresh run/,
    );
  });

  it('is planned for: the first size at which the small destination answers often enough', () => {
    const plan = (share: number): number => {
      const planned = planRequests({
        expectedShares: [1 - share, share],
        tolerances: [Math.min(0.05, share / 2), Math.min(0.05, share / 2)],
        alpha: 0.001,
        power: 0.99,
        errorRateShown,
      });
      return planned.kind === 'planned' ? planned.requests : 0;
    };
    // SciPy: the first N with P(X ≤ 341 | N, 0.1) ≤ 0.01, and with 0.01 in the place of 0.1.
    for (const [share, wanted] of [
      [0.1, 3842],
      [0.01, 38_626],
    ] as const) {
      const planned = plan(share);
      // The split has its own little chance of not passing.
      assert.ok(planned >= wanted && planned <= wanted * 1.005, `${planned} for ${wanted}`);
    }
    assert.equal(plan(0.4), 3089);
  });
});

describe('the size that settles a rate', () => {
  it('is about that of SciPy', () => {
    const near = (found: number | null, wanted: number): void => {
      assert.ok(found !== null && Math.abs(found / wanted - 1) < 0.05, `${found} for ${wanted}`);
    };
    near(requestsToJudge({ rate: 4 / 129, limit: 0.01, share: 0.1 }, 0.0005, 0.99), 13_000);
    near(requestsToJudge({ rate: 0.02, limit: 0.01, share: 1 }, 0.001, 0.99), 4195);
    near(requestsToShow({ rate: 0, limit: 0.02, share: 1 }, 0.001, 0.99), 342);
    near(requestsToShow({ rate: 0.003, limit: 0.02, share: 1 }, 0.001, 0.99), 1052);
  });
  it('is none where the rate is on the other side, or too near', () => {
    assert.equal(requestsToJudge({ rate: 0.01, limit: 0.01, share: 1 }, 0.001, 0.99), null);
    assert.equal(requestsToJudge({ rate: 0.010001, limit: 0.01, share: 1 }, 0.001, 0.99), null);
    assert.equal(requestsToShow({ rate: 0.02, limit: 0.02, share: 1 }, 0.001, 0.99), null);
  });
});
