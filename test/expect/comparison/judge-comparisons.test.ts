import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CallCounts } from '../../../src/count/counted.js';
import type { Comparison } from '../../../src/expect/comparison/comparison.js';
import { checkComparisons } from '../../../src/expect/comparison/comparison-questions.js';
import { judgeComparisons } from '../../../src/expect/comparison/judge-comparisons.js';
import { InputError } from '../../../src/input-error.js';
import { simulatedVersions } from '../../../bench/simulated-versions.js';

const COMPARED = { candidate: 'v2', baseline: 'v1' };

function judge(
  call: CallCounts,
  thresholds: string[] = [],
  circumstances: { isClientBottleneck?: boolean; isPassive?: boolean } = {},
): ReturnType<typeof judgeComparisons> & { first: Comparison } {
  const compared = thresholds.length === 0 ? COMPARED : null;
  const judged = judgeComparisons(
    { compared, thresholds },
    { calls: [call] },
    { ...SEEN_CLEARLY, ...circumstances },
  );
  return { ...judged, first: judged.comparisons[0]! };
}

const SEEN_CLEARLY = { isClientBottleneck: false, isPassive: false };

const RUN = { requests: 30_000, seconds: 30, v2Share: 0.4, seed: 3 };

describe('a version against another', () => {
  it('passes when it is shown to stay below the limit', () => {
    const { verdict, first, reasons } = judge(simulatedVersions({ ...RUN, v2Factor: 0.7 }));
    assert.equal(verdict, 'pass');
    assert.equal(first.latency!.difference, 'faster');
    assert.ok(Math.abs(first.latency!.ratio - 0.7) < 0.05, String(first.latency!.ratio));
    const [low, high] = first.latency!.ratioInterval;
    assert.ok(low! < 0.7 && high! > 0.7);
    assert.deepEqual(reasons, []);
  });

  it('fails when it is shown to be above', () => {
    const { verdict, first, reasons } = judge(simulatedVersions({ ...RUN, v2Factor: 2 }));
    assert.equal(verdict, 'fail');
    assert.equal(first.latency!.difference, 'slower');
    assert.equal(reasons[0]!.code, 'comparison-broken');
    assert.match(reasons[0]!.text, /^p99 of 'v2' is [\d.]+ times that of 'v1'.*below 1\.2 times$/);
  });

  it('is neither, at the limit', () => {
    const { verdict, reasons } = judge(simulatedVersions({ ...RUN, v2Factor: 1.2 }));
    assert.equal(verdict, 'inconclusive');
    assert.equal(reasons[0]!.code, 'comparison-unknown');
  });

  it('is compared by p90 where there is not enough for p99, and that is said', () => {
    const few = simulatedVersions({ ...RUN, requests: 3000, v2Share: 0.5, v2Factor: 0.5 });
    const { verdict, first, reasons } = judge(few);
    assert.equal(first.latency!.quantile, 0.9);
    assert.equal(verdict, 'pass');
    assert.match(
      reasons[0]!.text,
      /^not enough for p99 of 'v2' and 'v1': 1\d of 100 exceedances, and it takes about 2\d,\d{3} requests; p90 is compared$/,
    );
  });

  it('is not compared where there is too little of either, or too little time', () => {
    const few = judge(simulatedVersions({ ...RUN, requests: 300 }));
    assert.equal(few.verdict, 'inconclusive');
    assert.equal(few.first.latency, null);
    const fast = judge(simulatedVersions({ ...RUN, seconds: 3 }));
    assert.equal(fast.verdict, 'inconclusive');
    assert.match(fast.reasons[0]!.text, /^not enough time .*: 3 of \d+ blocks .*--rps$/);
  });

  it('is compared of all calls together, and not through a client that was the limit', () => {
    const call = simulatedVersions({ ...RUN, v2Factor: 2 });
    assert.equal(judge(call, [], { isClientBottleneck: true }).verdict, 'inconclusive');
    const half = simulatedVersions({ ...RUN, requests: 15_000 });
    const { comparisons } = judgeComparisons(
      { compared: COMPARED, thresholds: [] },
      { calls: [half, half] },
      SEEN_CLEARLY,
    );
    const { candidate, baseline } = comparisons[0]!.answers;
    assert.equal(candidate + baseline, 30_000);
  });

  it('that fails more often is no pass, and is not compared where nobody knows who failed', () => {
    const call = simulatedVersions({ ...RUN, v2Factor: 0.7 });
    const ends = { ok: 29_900, failed: 100, timedOut: 0, cancelled: 0 };
    const failing = judge({ ...call, ends, failed: [0, 100] });
    assert.equal(failing.first.errors!.answer, 'higher');
    assert.equal(failing.verdict, 'inconclusive');
    assert.match(failing.reasons[0]!.text, /^'v2' fails 0\.8\d* % of its calls and 'v1' 0 %/);
    const alike = judge({ ...call, ends, failed: [60, 40] });
    assert.equal(alike.first.errors!.answer, 'not-shown');
    const unknown = judge({ ...call, ends, failed: [0, 99] });
    assert.equal(unknown.first.errors, null);
    assert.equal(unknown.first.failuresWithoutIdentity, 1);
  });
});

describe('a ratio threshold', () => {
  it('has three answers, and says the ratio', () => {
    for (const [v2Factor, ok] of [
      [0.7, true],
      [2, false],
      [1.2, null],
    ] as const) {
      const { thresholds } = judge(simulatedVersions({ ...RUN, v2Factor }), ['p99{v2}<1.2x{v1}']);
      assert.equal(thresholds[0]!.ok, ok);
      assert.equal(thresholds[0]!.unit, 'ratio');
      assert.ok(Math.abs(thresholds[0]!.observed! / v2Factor - 1) < 0.1);
    }
  });

  it('is not answered by another quantile than its own', () => {
    const few = simulatedVersions({ ...RUN, requests: 3000, v2Share: 0.5, v2Factor: 0.5 });
    const { thresholds, first } = judge(few, ['p99{v2}<1.2x{v1}']);
    assert.equal(first.latency!.quantile, 0.9);
    assert.deepEqual(thresholds, [
      { expression: 'p99{v2}<1.2x{v1}', observed: null, unit: 'ratio', ok: null },
    ]);
  });

  it('that names no destination, or one twice, is refused', () => {
    for (const expression of ['p99{v3}<1.2x{v1}', 'p99{v1}<1.2x{v1}']) {
      const rule = { compared: null, thresholds: [expression] };
      assert.throws(() => {
        checkComparisons(rule, ['v1', 'v2']);
      }, InputError);
    }
    checkComparisons({ compared: COMPARED, thresholds: ['p50{v2} <= 1 × {v1}'] }, ['v1', 'v2']);
  });
});
