import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { mergeTimedLatency, TimedLatency } from '../../src/count/timed-latency.js';

const START_MS = Date.UTC(2026, 0, 31, 12);

/** A latency of place 7 for destination 1 in each of so many seconds. */
function seconds(count: number, startMs = START_MS): TimedLatency {
  const timed = new TimedLatency();
  for (let second = 0; second < count; second++) timed.record(startMs + second * 1000, 1, 7);
  return timed;
}

describe('latencies by time', () => {
  it('are those of a second each, of the destination that they are of', () => {
    const timed = seconds(2);
    timed.record(START_MS + 999, 0, 5);
    timed.record(START_MS + 1, 1, 7);
    assert.deepEqual(timed.counts(2), {
      widthMs: 1000,
      windows: [
        {
          number: START_MS / 1000,
          latency: [
            [5, 1],
            [7, 2],
          ],
        },
        { number: START_MS / 1000 + 1, latency: [[], [7, 1]] },
      ],
    });
  });

  it('have wider windows as the time gets longer, and lose nothing', () => {
    assert.equal(seconds(64).counts(2).windows.length, 64);
    const { widthMs, windows } = seconds(65).counts(2);
    assert.equal(widthMs, 2000);
    assert.deepEqual(
      windows.map(({ latency }) => latency[1]![1]),
      [...new Array<number>(32).fill(2), 1],
    );
  });

  it('are fine for runs of different days', () => {
    const days = [0, 1, 2].map((day) => seconds(20, START_MS + day * 86_400_000).counts(2));
    const { widthMs, windows } = days.reduce(mergeTimedLatency);
    assert.equal(widthMs, 1000);
    assert.equal(windows.length, 60);
  });

  it('come to the same absorbed and merged, in any order', () => {
    const parts = (): TimedLatency[] => [
      seconds(70),
      seconds(3, START_MS + 500),
      seconds(90, START_MS + 60_000),
    ];
    const merged = parts()
      .map((part) => part.counts(2))
      .reduce(mergeTimedLatency);
    const [first, ...others] = parts();
    for (const part of others) first!.absorb(part);
    assert.deepEqual(first!.counts(2), merged);
    const backwards = parts()
      .map((part) => part.counts(2))
      .reverse()
      .reduce(mergeTimedLatency);
    assert.deepEqual(backwards, merged);
    const answers = merged.windows.reduce((sum, { latency }) => sum + latency[1]![1]!, 0);
    assert.equal(answers, 163);
  });
});
