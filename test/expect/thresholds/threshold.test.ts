import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { InputError } from '../../../src/input-error.js';
import type { ErrorCounts } from '../../../src/expect/thresholds/error-rates.js';
import {
  evaluateThreshold,
  parseThreshold,
  type ThresholdEvidence,
} from '../../../src/expect/thresholds/threshold.js';

const LATENCY = { count: 9, min: 1, mean: 8, p50: 5, p90: 10, p95: 15, p99: 40, p999: 45, max: 50 };
/** Failures that all say whose they are. */
function errorCounts(failed: number, ended: number): ErrorCounts {
  return { failed, ended, worst: { failed, ended } };
}

const EVIDENCE: ThresholdEvidence = {
  overall: LATENCY,
  byDestination: new Map([['v2', { ...LATENCY, p95: 25 }]]),
  errors: {
    overall: errorCounts(20, 1000),
    byDestination: new Map([
      ['v1', errorCounts(0, 900)],
      ['v2', errorCounts(20, 100)],
      ['v3', { failed: 4, ended: 129, worst: { failed: 4, ended: 129 } }],
      ['v4', { failed: 0, ended: 129, worst: { failed: 7, ended: 136 } }],
      ['v5', errorCounts(0, 0)],
    ]),
  },
  alpha: 0.001,
  requestsPerSecond: 1500,
  certificateDays: 14,
  isPaced: false,
  isRateMissed: false,
  isClientBottleneck: false,
};

describe('thresholds', () => {
  const table: [expression: string, observed: number, ok: boolean][] = [
    ['p99<50ms', 40, true],
    ['p99<40ms', 40, false],
    ['p99<=40ms', 40, true],
    ['p95 < 0.02s', 15, true],
    ['p95{v2}<20ms', 25, false],
    ['p50>=5000us', 5, true],
    ['mean<7.5ms', 8, false],
    ['max < 51ms', 50, true],
    ['error-rate<0.5%', 0.02, false],
    ['error-rate<0.021', 0.02, true],
    ['error-rate<=1.9%', 0.02, true],
    ['error-rate{v1}<1%', 0, true],
    ['error-rate{v2}<1%', 0.2, false],
    ['error-rate>50%', 0.02, false],
    ['error-rate>1%', 0.02, true],
    ['rate>1000', 1500, true],
    ['rate>1500', 1500, false],
    ['cert-days>13.99', 14, true],
    ['cert-days>14', 14, false],
    ['cert-days >= 14d', 14, true],
  ];
  for (const [expression, observed, ok] of table) {
    it(`${expression} is ${ok ? 'kept' : 'broken'}`, () => {
      const threshold = parseThreshold(expression);
      const { unit, ...result } = evaluateThreshold(threshold, EVIDENCE);
      assert.deepEqual(result, { expression, observed, ok });
      const name = /^\s*([a-z-]+)/.exec(expression)![1];
      const units: Record<string, string> = {
        ...{ 'error-rate': 'share', rate: 'requests/s', 'cert-days': 'days' },
      };
      assert.equal(unit, units[name!] ?? 'ms');
    });
  }

  it('of certificates say nothing where none was seen, whatever the client is like', () => {
    const threshold = parseThreshold('cert-days>14');
    assert.equal(evaluateThreshold(threshold, { ...EVIDENCE, certificateDays: null }).ok, null);
    const evidence = { ...EVIDENCE, isClientBottleneck: true, isRateMissed: true, isPaced: true };
    assert.equal(evaluateThreshold(threshold, evidence).ok, false);
    assert.equal(evaluateThreshold(threshold, { ...evidence, certificateDays: 15 }).ok, true);
  });

  it('are not decided by a client that was the bottleneck, but for the error rate', () => {
    const evidence = { ...EVIDENCE, isClientBottleneck: true };
    for (const expression of ['p99<50ms', 'p99<1ms', 'rate>1', 'rate>9999']) {
      assert.equal(evaluateThreshold(parseThreshold(expression), evidence).ok, null);
    }
    assert.equal(evaluateThreshold(parseThreshold('error-rate<0.5%'), evidence).ok, false);
  });

  it('are not kept under less than the rate that was asked for, and may be broken', () => {
    const evidence = { ...EVIDENCE, isRateMissed: true };
    for (const [expression, ok] of [
      ['p99<50ms', null],
      ['rate>1', null],
      ['p99<1ms', false],
      ['rate>9999', false],
      ['error-rate<0.5%', false],
    ] as const) {
      assert.equal(evaluateThreshold(parseThreshold(expression), evidence).ok, ok, expression);
    }
  });

  it('of error rates are open where chance may have made them, or who failed is not known', () => {
    // SciPy: P(X ≥ 4 | 129, 0.01) = 0.0413; P(X ≥ 20 | 1000, 0.01) = 0.0033.
    for (const open of ['error-rate{v3}<1%', 'error-rate<1%', 'error-rate{v4}<1%']) {
      assert.equal(evaluateThreshold(parseThreshold(open), EVIDENCE).ok, null, open);
    }
    assert.equal(evaluateThreshold(parseThreshold('error-rate{v4}<10%'), EVIDENCE).ok, true);
    const none = evaluateThreshold(parseThreshold('error-rate{v5}<1%'), EVIDENCE);
    assert.deepEqual([none.ok, none.observed], [null, null]);
  });

  it('are not decided by what was not measured', () => {
    const threshold = parseThreshold('p99{v3}<1ms');
    const { ok, observed } = evaluateThreshold(threshold, EVIDENCE);
    assert.deepEqual({ ok, observed }, { ok: null, observed: null });
    assert.equal(evaluateThreshold(parseThreshold('p99{constructor}<1ms'), EVIDENCE).ok, null);
  });

  for (const wrong of [
    '',
    'p99',
    'p98<5ms',
    'p99<5',
    'p99=5ms',
    'p99<5%',
    'p99<-5ms',
    'rate>10ms',
    'cert-days>14h',
    'cert-days{v1}>14',
    'rate{v1}>10',
    'error-rate<1ms',
    'error-rate{}<1%',
    'error-rate<1.5',
    'error-rate{v2}<101%',
    'p99{}<5ms',
  ]) {
    it(`refuses "${wrong}"`, () => {
      assert.throws(() => parseThreshold(wrong), InputError);
    });
  }
});
