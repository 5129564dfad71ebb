import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { build, encodeIntoCompressedBase64 } from 'hdr-histogram-js';
import { latencyBuckets } from '../../src/record/latency-buckets.js';

describe('the histograms of a record', () => {
  it('are read as another library writes them', () => {
    const micros = fc.array(fc.integer({ min: 0, max: 60_000_000 }), {
      minLength: 1,
      maxLength: 99,
    });
    fc.assert(
      fc.property(micros, (values) => {
        const histogram = build({
          lowestDiscernibleValue: 1,
          highestTrackableValue: 3_600_000_000,
          numberOfSignificantValueDigits: 3,
          bitBucketSize: 64,
          autoResize: false,
        });
        for (const value of values) histogram.recordValue(value);
        const buckets = latencyBuckets(encodeIntoCompressedBase64(histogram))!;
        const counted = new Map<number, number>();
        for (const value of values) {
          const { toMs } = buckets.find(
            ({ fromMs, toMs }) => fromMs * 1000 <= value + 1e-6 && value <= toMs * 1000 + 1e-6,
          )!;
          counted.set(toMs, (counted.get(toMs) ?? 0) + 1);
        }
        assert.deepEqual(
          buckets.map(({ toMs, count }) => [toMs, count]),
          [...counted].sort(([a], [b]) => a - b),
        );
      }),
      { numRuns: 50 },
    );
  });

  it('are none where the text is something else', () => {
    for (const text of ['', 'x', '<script>', 'HISTFAAAAi54nC2S']) {
      assert.equal(latencyBuckets(text), null, text);
    }
  });
});
