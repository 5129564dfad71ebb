import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AnswersInTime, ConnectionCallCounts } from '../../../src/count/counted.js';
import { seriesOf } from '../../../src/expect/change/answers-in-time.js';

const DAY_MS = 86_400_000;

function connection(inTime: AnswersInTime): ConnectionCallCounts {
  return { observed: [0, 0], missing: 0, pairs: 0, equalPairs: 0, inTime };
}

function answersOf(rows: readonly (readonly number[])[]): number[] {
  return [0, 1].map((i) => rows.reduce((sum, row) => sum + row[i]!, 0));
}

describe('answers of connections over time', () => {
  it('stand in windows of the widest of them', () => {
    const rows = [1, 2, 4].map((count) => [count, 0]);
    const fine = { widthMs: 10, first: 201, observed: rows };
    const coarse = { widthMs: 20, first: 99, observed: [[8, 3]] };
    assert.deepEqual(seriesOf([connection(fine), connection(coarse)], 2), {
      ...{ widthMs: 20, first: 99 },
      rows: [
        [
          [0, 0],
          [1, 0],
          [6, 0],
        ],
        [
          [8, 3],
          [0, 0],
          [0, 0],
        ],
      ],
    });
  });

  it('stand in few windows, however far apart the runs lie that were joined', () => {
    const observed = Array.from({ length: 400 }, () => [9, 1]);
    const first = 80_000_000_000;
    const runs = [first, first + DAY_MS / 20].map((at) =>
      connection({ widthMs: 20, first: at, observed }),
    );
    const series = seriesOf(runs, 2)!;
    assert.ok(series.rows[0]!.length <= 1024, String(series.rows[0]!.length));
    assert.ok(series.first * series.widthMs <= first * 20);
    for (const rows of series.rows) assert.deepEqual(answersOf(rows), [3600, 400]);
  });
});
