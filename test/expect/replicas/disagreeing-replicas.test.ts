import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  disagreeingReplicas,
  type ReplicaView,
} from '../../../src/expect/replicas/disagreeing-replicas.js';
import { decideCalls } from '../../../src/expect/split/verdict/calls-verdict.js';
import { sampleBinomial } from '../../../src/stats/binomial-sampler.js';
import { type RandomSource, seededRandom } from '../../../src/stats/random.js';
import { evidenceOf, RULE } from '../split/split-runs.js';

const NAMES = ['v1', 'v2'];
const CANARY = [90, 10];

/** What a run over replicas comes to, by what each of them counted. */
function judged(counts: readonly number[][], weights = CANARY, alpha = RULE.alpha) {
  const { verdict, calls } = decideCalls(
    counts.map((own) => ({ evidence: evidenceOf(weights, own), rule: { ...RULE, alpha } })),
  );
  const views = calls.map((decision, index): ReplicaView => {
    const reasons = decision.reasons.map(({ code }) => ({ code, text: '' }));
    const judgement = { verdict: decision.verdict, reasons };
    return { pod: `gw-${index + 1}`, observed: counts[index] ?? [], judgement };
  });
  return { verdict, finding: disagreeingReplicas(NAMES, views) };
}

const drawn = (random: RandomSource, n: number, share: number): number[] => {
  const first = sampleBinomial(random, n, share);
  return [first, n - first];
};

describe('replicas of a gateway beside each other', () => {
  it('names the one that splits otherwise', () => {
    const { verdict, finding } = judged([
      [1810, 190],
      [1210, 790],
      [1795, 205],
    ]);
    assert.equal(verdict, 'fail');
    assert.equal(finding?.code, 'gateways-disagree');
    assert.equal(
      finding.summary,
      'Not all replicas of the gateway split alike: gw-2 splits otherwise than configured.',
    );
    assert.match(
      finding.evidence,
      /^gw-2 v1 60.5 %, v2 39.5 %; the others v1 90.13 %, v2 9.875 % \(p < 1e-16\)$/,
    );
  });

  it('says nothing where all are right, or all are wrong alike', () => {
    assert.equal(
      judged([
        [1810, 190],
        [1795, 205],
      ]).finding,
      null,
    );
    const wrong = judged([
      [1210, 790],
      [1200, 800],
    ]);
    assert.deepEqual([wrong.verdict, wrong.finding], ['fail', null]);
  });

  it('says so where all are wrong, and not alike', () => {
    const { finding } = judged([
      [1210, 790],
      [400, 1600],
    ]);
    assert.match(finding?.summary ?? '', /gw-1, gw-2 split otherwise than configured/);
    assert.doesNotMatch(finding?.evidence ?? '', /the others/);
  });

  it('fails right gateways at most alpha of the time, however many replicas they have', () => {
    const alpha = 0.1;
    const runs = 2000;
    const replicas = 4;
    const random = seededRandom(20);
    let failed = 0;
    let failedAlone = 0;
    let claims = 0;
    for (let run = 0; run < runs; run += 1) {
      const counts = Array.from({ length: replicas }, () => drawn(random, 100, 0.6));
      const { verdict, finding } = judged(counts, [60, 40], alpha);
      if (verdict === 'fail') failed += 1;
      if (counts.some((own) => judged([own], [60, 40], alpha).verdict === 'fail')) failedAlone += 1;
      if (finding !== null) claims += 1;
    }
    // A hundred draws are so few that the tolerance is no bar to a failure. Four standard errors above alpha; without a share of alpha for each it would be far more.
    assert.ok(failed / runs <= alpha + 4 * Math.sqrt((alpha * (1 - alpha)) / runs), `${failed}`);
    assert.ok(failedAlone > 2 * failed, `${failedAlone} and ${failed}`);
    // One in ten thousand may be claimed: more than three of these are so with a chance of 6 in 100,000.
    assert.ok(claims <= 3, `${claims}`);
  });

  it('finds a stale replica among many with the planned numbers', () => {
    const random = seededRandom(21);
    let found = 0;
    for (let run = 0; run < 200; run += 1) {
      const counts = Array.from({ length: 8 }, (_, at) =>
        drawn(random, 2000, at === 3 ? 0.6 : 0.9),
      );
      const { verdict, finding } = judged(counts);
      if (verdict === 'fail' && finding?.summary.includes(' gw-4 splits ') === true) found += 1;
    }
    assert.equal(found, 200);
  });
});
