import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { build, decodeFromCompressedBase64 } from 'hdr-histogram-js';
import type { HistogramCounts } from '../../src/count/counted.js';
import { Histogram, mergeHistograms } from '../../src/count/histogram.js';
import { encodeHistogram } from '../../src/count/histogram-codec.js';
import { percentileMs, summarize } from '../../src/count/latency-summary.js';

const micros = fc.oneof(
  fc.nat(5000),
  fc.nat(60_000_000),
  fc.integer({ min: 2 ** 30, max: 2 ** 33 }),
  fc.constantFrom(0, 1, 2047, 2048, 4095, 4096, 2 ** 31 - 1, 2 ** 31, 2 ** 32),
);
const severalMicros = fc.array(micros, { minLength: 1, maxLength: 200 });

function reference(values: readonly number[]) {
  const hdr = build({ numberOfSignificantValueDigits: 3, autoResize: true });
  for (const value of values) hdr.recordValue(value);
  return hdr;
}

function recorded(values: readonly number[]): Histogram {
  const histogram = new Histogram();
  for (const value of values) histogram.record(value / 1000);
  return histogram;
}

function histogramOf(values: readonly number[]): HistogramCounts {
  return recorded(values).counts();
}

describe('Histogram', () => {
  it('says the same as HdrHistogram', () => {
    fc.assert(
      fc.property(severalMicros, (values) => {
        const hdr = reference(values);
        const own = summarize(histogramOf(values));
        assert.equal(own.count, values.length);
        assert.ok(Math.abs(own.mean! - hdr.mean / 1000) <= 1e-9 * own.mean!);
        for (const [name, percentile] of Object.entries(PERCENTILES)) {
          const expected = hdr.getValueAtPercentile(percentile) / 1000;
          assert.equal(own[name as keyof typeof PERCENTILES], expected, name);
        }
        assert.equal(own.max, hdr.getValueAtPercentile(100) / 1000);
      }),
    );
  });

  it('is read by HdrHistogram', () => {
    fc.assert(
      fc.property(severalMicros, (values) => {
        const hdr = reference(values);
        const read = decodeFromCompressedBase64(encodeHistogram(histogramOf(values)), 64, false);
        assert.equal(read.totalCount, values.length);
        assert.equal(read.mean, hdr.mean);
        assert.equal(read.getValueAtPercentile(99), hdr.getValueAtPercentile(99));
      }),
    );
  });

  it('adds up', () => {
    fc.assert(
      fc.property(severalMicros, severalMicros, (some, others) => {
        const whole = histogramOf([...some, ...others]);
        assert.deepEqual(mergeHistograms(histogramOf(some), histogramOf(others)), whole);
        const absorbing = recorded(some);
        absorbing.absorb(recorded(others));
        assert.deepEqual(absorbing.counts(), whole);
      }),
    );
  });

  it('says which places were hit, and how often', () => {
    assert.deepEqual(histogramOf([3, 1, 3]), [1, 1, 3, 2]);
    assert.deepEqual(histogramOf([]), []);
  });

  it('has no percentiles when it is empty', () => {
    const empty: HistogramCounts = [];
    assert.equal(decodeFromCompressedBase64(encodeHistogram(empty), 64, false).totalCount, 0);
    assert.equal(summarize(empty).p50, null);
    assert.equal(percentileMs(empty, 50), null);
  });
});

const PERCENTILES = { p50: 50, p90: 90, p95: 95, p99: 99, p999: 99.9 } as const;
