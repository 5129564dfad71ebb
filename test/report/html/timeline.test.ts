import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { answersOf, timelineOf } from '../../../src/report/html/timeline.js';
import { pageRecords } from './page-records.js';

const { huge, pass, unreachable } = await pageRecords();

describe('a run over time', () => {
  it('is as fine as the record where that can be seen', () => {
    const timeline = timelineOf({ ...pass!, windows: pass!.windows.slice(0, 50) }, ['v1', 'v2'])!;
    assert.equal(timeline.windowsEach, 1);
    assert.deepEqual(
      timeline.stretches.map(({ startSeconds }) => Number(startSeconds.toFixed(9))),
      pass!.windows.slice(0, 50).map(({ startSeconds }) => startSeconds),
    );
    assert.deepEqual(timeline.names, ['v1', 'v2']);
  });

  it('adds up neighbours where there are many windows, and loses nothing', () => {
    const timeline = timelineOf(huge!, [])!;
    assert.equal(timeline.windowsEach, 84);
    assert.equal(timeline.stretches.length, 120);
    const { windows } = huge!;
    const answers = windows.flatMap(({ observed }) => Object.values(observed));
    const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
    assert.equal(sum(timeline.stretches.map(answersOf)), sum(answers));
    assert.equal(
      sum(timeline.stretches.map(({ failed }) => failed)),
      sum(windows.map(({ failed }) => failed)),
    );
    assert.equal(timeline.stretches[0]!.p99Ms, 52);
  });

  it('has lines for the destinations with the most answers', () => {
    const timeline = timelineOf(huge!, [])!;
    assert.deepEqual(timeline.names.at(-1), 'subset-39');
    assert.equal(timeline.names.length, 8);
    assert.equal(timeline.otherNames, 32);
  });

  it('a window that begins before the run is cut at its beginning', () => {
    const windows = [0, 0.006, 0.016].map((startSeconds) => ({
      ...pass!.windows[0]!,
      startSeconds,
    }));
    const { stretches } = timelineOf({ ...pass!, windowSeconds: 0.01, windows }, [])!;
    assert.deepEqual(
      stretches.map(({ endSeconds }) => Number(endSeconds.toFixed(6))),
      [0.006, 0.016, 0.026],
    );
  });

  it('is none where the record has no windows', () => {
    assert.equal(timelineOf(unreachable!, []), null);
  });
});
