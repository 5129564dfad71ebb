import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { TimelineCounts } from '../../src/count/counted.js';
import { mergeTimelines, Timeline, type TimelineEnd } from '../../src/count/timeline.js';
import { savedTimeline, timelineIn } from '../../src/record/saved-timeline.js';

const START_MS = 1_800_000_000_000;

const end = fc.record({
  sentAtMs: fc.nat({ max: 5000 }).map((ms) => START_MS + ms),
  outcome: fc.constantFrom(
    'ok' as const,
    'failed' as const,
    'timedOut' as const,
    'cancelled' as const,
  ),
  status: fc.constantFrom(0, 14),
  cause: fc.constantFrom('', 'reset', 'refused'),
  destination: fc.integer({ min: -1, max: 1 }),
});
const ends = fc.array(end, { maxLength: 60 });

function timelineOf(all: readonly TimelineEnd[]): Timeline {
  const timeline = new Timeline(2);
  for (const one of all) timeline.add(one);
  return timeline;
}

const sumOf = ({ bins }: TimelineCounts): number =>
  bins.reduce(
    (sum, { ok, failed, timedOut, cancelled }) => sum + ok + failed + timedOut + cancelled,
    0,
  );

describe('a timeline', () => {
  it('has each request once, whoever counted it and however parts are joined', () => {
    fc.assert(
      fc.property(ends, ends, ends, (a, b, c) => {
        const whole = timelineOf([...a, ...b, ...c]).counts();
        const [x, y, z] = [a, b, c].map((part) => timelineOf(part).counts()) as [
          TimelineCounts,
          TimelineCounts,
          TimelineCounts,
        ];
        assert.deepEqual(mergeTimelines(mergeTimelines(x, y), z), whole);
        assert.deepEqual(mergeTimelines(mergeTimelines(z, x), y), whole);
        const absorbed = timelineOf(a);
        absorbed.absorb(timelineOf([...b, ...c]));
        assert.deepEqual(absorbed.counts(), whole);
        assert.equal(sumOf(whole), a.length + b.length + c.length);
        const failed = whole.failures.reduce((sum, { count }) => sum + count, 0);
        assert.equal(failed, [...a, ...b, ...c].filter(({ outcome }) => outcome !== 'ok').length);
        assert.deepEqual(timelineIn(savedTimeline(whole)), whole);
      }),
    );
  });

  it('is bounded however long it gets, and loses no request', () => {
    const timeline = new Timeline(1);
    const requests = 40_000;
    for (let at = 0; at < requests; at++) {
      timeline.add({
        sentAtMs: START_MS + at * 62.5,
        outcome: 'failed',
        status: 14,
        cause: `cause ${at}`,
        destination: 0,
      });
    }
    const counts = timeline.counts();
    assert.equal(counts.widthMs, 500);
    assert.ok(counts.bins.length <= 8192);
    assert.equal(sumOf(counts), requests);
    assert.equal(
      counts.failures.reduce((sum, { count }) => sum + count, 0),
      requests,
    );
    assert.ok(counts.failures.length <= 4096 + 8192, String(counts.failures.length));
  });
});
