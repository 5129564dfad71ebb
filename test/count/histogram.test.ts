import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { build, decodeFromCompressedBase64, encodeIntoCompressedBase64 } from 'hdr-histogram-js';
import { Histogram } from '../../src/count/histogram.js';

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

function histogramOf(values: readonly number[]): Histogram {
  const histogram = new Histogram();
  for (const value of values) histogram.record(value / 1000);
  return histogram;
}

describe('Histogram', () => {
  it('says the same as HdrHistogram', () => {
    fc.assert(
      fc.property(severalMicros, (values) => {
        const hdr = reference(values);
        const own = histogramOf(values).summary();
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

  it('is read by HdrHistogram, and reads what HdrHistogram wrote', () => {
    fc.assert(
      fc.property(severalMicros, (values) => {
        const hdr = reference(values);
        const read = decodeFromCompressedBase64(histogramOf(values).encode(), 64, false);
        assert.equal(read.totalCount, values.length);
        assert.equal(read.mean, hdr.mean);
        assert.equal(read.getValueAtPercentile(99), hdr.getValueAtPercentile(99));
        const written = encodeIntoCompressedBase64(hdr);
        assert.deepEqual(Histogram.decode(written).summary(), histogramOf(values).summary());
      }),
    );
  });

  it('adds up', () => {
    fc.assert(
      fc.property(severalMicros, severalMicros, (some, others) => {
        const whole = histogramOf(some);
        whole.merge(histogramOf(others));
        assert.deepEqual(whole.summary(), histogramOf([...some, ...others]).summary());
      }),
    );
  });

  it('survives being written down when it is empty', () => {
    assert.equal(Histogram.decode(new Histogram().encode()).count, 0);
    assert.equal(new Histogram().summary().p50, null);
  });

  it('goes on as counts by place', () => {
    const histogram = histogramOf([7, 5000, 1_000_000]);
    assert.deepEqual(new Histogram(histogram.counts()).summary(), histogram.summary());
    assert.deepEqual(new Histogram(new Histogram().counts()).summary(), new Histogram().summary());
  });

  it('refuses what is no histogram', () => {
    for (const text of ['', 'AAAA', 'HISTFAAAAAB42g==', Buffer.alloc(60).toString('base64')]) {
      assert.throws(() => Histogram.decode(text), text);
    }
  });
});

const PERCENTILES = { p50: 50, p90: 90, p95: 95, p99: 99, p999: 99.9 } as const;
