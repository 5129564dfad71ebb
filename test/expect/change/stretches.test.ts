import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TimelineBin } from '../../../src/count/counted.js';
import type { ConnectionsMoment } from '../../../src/expect/change/expectation.js';
import { cutAtChange, spanOf, withMoments } from '../../../src/expect/change/stretches.js';

const WIDTH_MS = 62.5;

function bins(before: number, after: number): TimelineBin[] {
  return Array.from({ length: before + after }, (_, number) => ({
    ...{ number, ok: 30, failed: 0, timedOut: 0, cancelled: 0, unsent: 0 },
    ...{ observed: number < before ? [27, 3] : [15, 15], failedOf: [0, 0] },
  }));
}

function moment(atMs: number, betweenMs: [number, number], index: number): ConnectionsMoment {
  return { connections: [index], remotes: [], served: 'both', atMs, betweenMs };
}

describe('a change at several moments', () => {
  it('has nothing on a side that any of the connections may have been changing at', () => {
    const timeline = { bins: bins(200, 200), widthMs: WIDTH_MS, failures: [] };
    const whole = cutAtChange(timeline, [0.9, 0.1], [0.5, 0.5], 0.001);
    const cut = withMoments(
      whole,
      [moment(12_000, [9000, 16_000], 0), moment(12_500, [12_400, 12_600], 1)],
      timeline,
    );
    assert.deepEqual(cut.moment?.beginMs, [9000, 12_600]);
    assert.deepEqual(cut.moment.endMs, [12_400, 16_000]);
    assert.ok(spanOf(cut.before, WIDTH_MS)!.toMs <= 9000);
    assert.ok(spanOf(cut.after, WIDTH_MS)!.fromMs >= 16_000);
  });
});
