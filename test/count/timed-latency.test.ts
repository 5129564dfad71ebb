import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { TimedLatencyCounts } from '../../src/count/counted.js';
import { placeOfMs } from '../../src/count/histogram.js';
import { summarize } from '../../src/count/latency-summary.js';
import {
  mergeTimedLatency,
  noTimedLatency,
  TimedLatency,
  timedLatencyOf,
} from '../../src/count/timed-latency.js';

const START_MS = Date.UTC(2026, 0, 31, 12);
const DAY_MS = 86_400_000;
const DESTINATIONS = 2;

/** A request that was answered OK, or not at all. */
interface Sent {
  atMs: number;
  destination: number;
  latencyMs: number;
  isOk: boolean;
}

function timedOf(requests: readonly Sent[], columns = DESTINATIONS): TimedLatency {
  const timed = new TimedLatency(columns);
  for (const { atMs, destination, latencyMs, isOk } of requests) {
    const window = timed.at(START_MS + atMs);
    window.sent += 1;
    if (destination >= 0) window.observed[destination]! += 1;
    if (isOk) timed.record(window, destination, placeOfMs(latencyMs));
  }
  return timed;
}

function countsOf(requests: readonly Sent[]): TimedLatencyCounts {
  return timedOf(requests).counts(DESTINATIONS);
}

/** One request in each of so many windows of the finest width. */
function everyWindow(count: number, startMs = 0): Sent[] {
  return Array.from({ length: count }, (_, at) => {
    return { atMs: startMs + at * 15.625, destination: 1, latencyMs: 0.007, isOk: true };
  });
}

const sent: fc.Arbitrary<Sent> = fc.record(
  {
    atMs: fc.oneof(fc.nat(3000), fc.nat(200_000), fc.constantFrom(0, DAY_MS, 30 * DAY_MS)),
    destination: fc.constantFrom(-1, 0, 1),
    latencyMs: fc.nat(2_000_000).map((micros) => micros / 1000),
    isOk: fc.boolean(),
  },
  { noNullPrototype: true },
);
const requests = fc.array(sent, { maxLength: 120 });

describe('latencies by time', () => {
  it('are those of a 64th of a second each, of the destination that they are of', () => {
    const counts = countsOf([
      { atMs: 0, destination: 1, latencyMs: 0.007, isOk: true },
      { atMs: 15, destination: 0, latencyMs: 0.005, isOk: true },
      { atMs: 1, destination: -1, latencyMs: 0.009, isOk: true },
      { atMs: 2, destination: 1, latencyMs: 0.001, isOk: false },
      { atMs: 15.625, destination: 1, latencyMs: 0.007, isOk: true },
    ]);
    const number = START_MS / 15.625;
    assert.deepEqual(counts, {
      widthMs: 15.625,
      windows: [
        {
          number,
          ...{ sent: 4, observed: [1, 2] },
          latency: [
            [5, 1],
            [7, 1],
            [9, 1],
          ],
        },
        { number: number + 1, sent: 1, observed: [0, 1], latency: [[], [7, 1], []] },
      ],
    });
  });

  it('have wider windows as the time gets longer, and lose nothing', () => {
    assert.equal(countsOf(everyWindow(64)).windows.length, 64);
    const { widthMs, windows } = countsOf(everyWindow(65));
    assert.equal(widthMs, 31.25);
    assert.deepEqual(
      windows.map(({ latency }) => latency[1]![1]),
      [...new Array<number>(32).fill(2), 1],
    );
  });

  it('have wider windows where there are many destinations, too', () => {
    const columns = 40;
    const all = Array.from({ length: 60 * columns }, (_, at): Sent => {
      const destination = at % columns;
      return { atMs: Math.floor(at / columns) * 15.625, destination, latencyMs: 1, isOk: true };
    });
    const { widthMs, windows } = timedOf(all, columns).counts(columns);
    assert.equal(widthMs, 62.5);
    const rows = windows.map(({ sent = 0 }) => sent);
    assert.equal(
      rows.reduce((sum, row) => sum + row),
      all.length,
    );
  });

  it('are fine for runs of different days', () => {
    const days = [0, 1, 2].map((day) => countsOf(everyWindow(20, day * DAY_MS)));
    const { widthMs, windows } = days.reduce(mergeTimedLatency);
    assert.equal(widthMs, 15.625);
    assert.equal(windows.length, 60);
  });

  it('add up, in any order and however they are grouped, to those of all requests together', () => {
    fc.assert(
      fc.property(requests, requests, requests, (a, b, c) => {
        const whole = countsOf([...a, ...b, ...c]);
        const [ofA, ofB, ofC] = [countsOf(a), countsOf(b), countsOf(c)];
        assert.deepEqual(mergeTimedLatency(mergeTimedLatency(ofA, ofB), ofC), whole);
        assert.deepEqual(mergeTimedLatency(ofC, mergeTimedLatency(ofB, ofA)), whole);
        assert.deepEqual(timedLatencyOf([ofB, ofC, noTimedLatency(), ofA]), whole);
        const absorbing = timedOf(a);
        absorbing.absorb(timedOf(b));
        absorbing.absorb(timedOf(c));
        assert.deepEqual(absorbing.counts(DESTINATIONS), whole);
      }),
    );
  });

  it('have the quantiles of the requests of their window', () => {
    fc.assert(
      fc.property(requests, requests, (a, b) => {
        const { widthMs, windows } = mergeTimedLatency(countsOf(a), countsOf(b));
        for (const { number, latency } of windows) {
          const own = [...a, ...b].filter(
            ({ atMs }) => Math.floor((START_MS + atMs) / widthMs) === number,
          );
          for (const [column, destination] of [0, 1, -1].entries()) {
            const sorted = own
              .filter((request) => request.isOk && request.destination === destination)
              .map(({ latencyMs }) => latencyMs)
              .sort((one, other) => one - other);
            const { count, p50, p99 } = summarize(latency[column]!);
            assert.equal(count, sorted.length);
            isCloseTo(p50, sorted[Math.ceil(count * 0.5) - 1]);
            isCloseTo(p99, sorted[Math.ceil(count * 0.99) - 1]);
          }
        }
      }),
    );
  });

  it('do not say how many were sent where one of the parts does not', () => {
    const old = {
      ...{ widthMs: 1000, windows: [{ number: START_MS / 1000, latency: [[5, 1], []] }] },
    };
    const { widthMs, windows } = mergeTimedLatency(old, countsOf(everyWindow(1)));
    assert.equal(widthMs, 1000);
    assert.deepEqual(windows, [{ number: START_MS / 1000, latency: [[5, 1], [7, 1], []] }]);
  });
});

/** To the three digits that a histogram has. */
function isCloseTo(shown: number | null, exact: number | undefined): void {
  if (exact === undefined) {
    assert.equal(shown, null);
    return;
  }
  const off = Math.abs(shown! - exact);
  assert.ok(off <= 0.0011 * exact + 0.001, `${shown} for ${exact}`);
}
