import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { dueAtMs, pace, type Schedule } from '../../../src/load/phase/pacer.js';

const ALONE: Schedule = { requestsPerSecond: 100, connections: 1, own: [0] };

describe('pace', () => {
  const table: [elapsedMs: number, sent: number, due: number, waitMs: number][] = [
    [0, 0, 1, 0],
    [0, 1, 0, 10],
    [4, 1, 0, 6],
    [10, 1, 1, 0],
    [25, 3, 0, 5],
    [1000, 1, 100, 0],
    [1000, 101, 0, 10],
    [1000, 150, 0, 500],
  ];
  for (const [elapsedMs, sent, due, waitMs] of table) {
    it(`after ${elapsedMs} ms with ${sent} sent: ${due} are due, else wait ${waitMs} ms`, () => {
      assert.deepEqual(pace(ALONE, elapsedMs, sent), { due, waitMs });
    });
  }

  it('adds up over workers exactly, at every moment', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 1_000_000 }),
        fc.integer({ min: 0, max: 100_000 }),
        (connections, workers, requestsPerSecond, elapsedMs) => {
          const all = Array.from({ length: connections }, (_, connection) => connection);
          const whole = pace({ requestsPerSecond, connections, own: all }, elapsedMs, 0).due;
          let sum = 0;
          for (let worker = 0; worker < Math.min(workers, connections); worker++) {
            const own = all.filter((connection) => connection % workers === worker);
            sum += pace({ requestsPerSecond, connections, own }, elapsedMs, 0).due;
          }
          assert.equal(sum, whole);
          assert.equal(whole, Math.floor((elapsedMs * requestsPerSecond) / 1000) + 1);
        },
      ),
    );
  });

  it('agrees with the time at which each request is due', () => {
    const schedule: Schedule = { requestsPerSecond: 250, connections: 5, own: [1, 4] };
    const times = Array.from({ length: 6 }, (_, sequence) => dueAtMs(schedule, sequence));
    assert.deepEqual(times, [4, 16, 24, 36, 44, 56]);
    times.forEach((time, sequence) => {
      assert.equal(pace(schedule, time - 1, sequence).due, 0);
      assert.equal(pace(schedule, time - 1, sequence).waitMs, 1);
      assert.equal(pace(schedule, time, sequence).due, 1);
    });
  });
});
