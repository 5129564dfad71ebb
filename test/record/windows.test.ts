import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { merge } from '../../src/run/merge.js';
import type { Counted } from '../../src/count/counted.js';
import type { RunRecord } from '../../src/record/run-record.js';
import { askedRun, countedShard, recordOfRun, saved, savedShard, START_MS } from './shards.js';

/** As a record was before latencies were kept by time. */
function withoutLatencies(counted: Counted): Counted {
  const calls = counted.calls.map((call) => {
    const old = { ...call };
    delete old.timedLatency;
    return old;
  });
  return { ...counted, calls };
}

function total(windows: RunRecord['windows'], of: (w: RunRecord['windows'][number]) => number) {
  return windows.reduce((sum, window) => sum + of(window), 0);
}

describe('windows of a record', () => {
  it('have what was sent, what came of it and how long it took', async () => {
    const { windowSeconds, windows } = await recordOfRun(
      askedRun('a'),
      countedShard({ v1: 1200, v2: 800, failed: 50 }),
    );
    assert.equal(windowSeconds, 0.0625);
    assert.equal(windows.length, 33);
    assert.equal(
      total(windows, ({ sent }) => sent!),
      2050,
    );
    assert.equal(
      total(windows, ({ ok }) => ok!),
      2000,
    );
    assert.equal(
      total(windows, ({ failed }) => failed),
      50,
    );
    assert.equal(
      total(windows, ({ observed }) => observed.v2 ?? 0),
      800,
    );
    const [first] = windows;
    const { overall, byDestination } = first!.latencyMs!;
    assert.equal(overall.count, 63);
    assert.equal(byDestination.v1!.count, first!.observed.v1);
    // Each of the simulated requests takes a millisecond.
    assert.deepEqual([overall.p50, overall.p99], [1, 1]);
  });

  it('of joined runs are those of all their requests', async () => {
    const one = await savedShard('a', { v1: 600, v2: 400 });
    const other = await savedShard('b', { v1: 600, v2: 400, startMs: START_MS + 500 });
    const { windows } = await merge([one, other]);
    assert.equal(
      total(windows, ({ latencyMs }) => latencyMs!.overall.count),
      2000,
    );
    const sentIn = (from: number, to: number): Set<boolean> => {
      const some = windows.filter(({ startSeconds }) => startSeconds >= from && startSeconds < to);
      return new Set(some.map(({ sent }) => sent! > 40));
    };
    // For half a second both are sending.
    assert.deepEqual(sentIn(0, 0.46), new Set([false]));
    assert.deepEqual(sentIn(0.5, 0.96), new Set([true]));
  });

  it('have no latency where a part of the run says none', async () => {
    const old = saved(
      await recordOfRun(askedRun('a'), withoutLatencies(countedShard({ v1: 600, v2: 400 }))),
    );
    const { windows } = await merge([old, await savedShard('b', { v1: 600, v2: 400 })]);
    assert.ok(windows.every(({ latencyMs }) => latencyMs === null));
    assert.equal(
      total(windows, ({ observed }) => observed.v1 ?? 0),
      1200,
    );
  });
});
