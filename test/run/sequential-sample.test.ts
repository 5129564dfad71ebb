import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Counted } from '../../src/count/counted.js';
import { mergeCounts } from '../../src/count/merge-counts.js';
import { conclude } from '../../src/record/conclude.js';
import type { SampleProgress } from '../../src/load/progress.js';
import type { SamplingProgress } from '../../src/run/progress.js';
import type { PreparedRun } from '../../src/run/ask.js';
import type { RunOptions } from '../../src/run/options.js';
import { takeSequentialSample } from '../../src/run/sequential-sample.js';
import { countedBatch, PLAN, preparedRun, targetLoadedBy } from './prepared-run.js';

const THREE = { v1: 60, v2: 40, v3: 0 };

/** @param weights By call. */
function sequentialRun(weights: readonly Readonly<Record<string, number>>[]): PreparedRun {
  const run = preparedRun(
    weights,
    weights.map(() => 3313),
  );
  const calls = run.asked.calls.map((call) => {
    assert.ok(call.expectation?.kind === 'split');
    return { ...call, expectation: { ...call.expectation, design: 'sequential' as const } };
  });
  return { ...run, isSequential: true, asked: { ...run.asked, calls } };
}

/** What was counted of calls to three versions. */
function batch(...calls: readonly (readonly number[])[]): Counted {
  return countedBatch(
    calls.map((counts) => ({
      names: Object.keys(THREE),
      requests: counts.reduce((sum, count) => sum + count, 0),
      counts,
    })),
  );
}

/**
 * Takes a sample whose snapshots, one after the other, are these.
 *
 * @param whole What the load has come to when it has stopped.
 */
async function taken(
  run: PreparedRun,
  snapshots: readonly Counted[],
  whole: Partial<Counted> & { sample?: Counted } = {},
  options: RunOptions = {},
) {
  let looks = 0;
  const target = targetLoadedBy(async (_plan, _calls, { watch }) => {
    let stopped: Counted['stopped'] = null;
    for (const soFar of snapshots) {
      looks += 1;
      const cause = await watch!(soFar);
      if (cause === null) continue;
      stopped = { ...cause, afterRequests: 5000 };
      break;
    }
    const { sample = snapshots.at(-1)!, ...rest } = whole;
    return { ...sample, stopped, ...rest };
  });
  const sample = await takeSequentialSample(run, target, PLAN, options);
  const { verdict, reasons } = await conclude(run.asked, sample);
  return { sample, looks, verdict, codes: reasons.map(({ code }) => code) };
}

const OPEN = batch([120, 80, 0]);
const RIGHT = batch([1500, 1000, 0]);
const WRONG = batch([90, 10, 0]);

describe('a sample that ends as soon as its evidence is enough', () => {
  it('is what the look that settled it saw; what was sent after it is not counted', async () => {
    const more = batch([1800, 1240, 0]);
    const { sample, looks, verdict } = await taken(sequentialRun([THREE]), [OPEN, RIGHT, OPEN], {
      sample: more,
    });
    assert.equal(looks, 2);
    assert.equal(verdict, 'pass');
    assert.deepEqual(sample.stopped, {
      code: 'sequential',
      afterRequests: 2500,
      destination: null,
    });
    assert.deepEqual([sample.calls[0]!.sent, sample.excluded], [2500, 540]);
  });

  it('fails for an answer of weight 0 that comes after a look that passed', async () => {
    const late = batch([1800, 1240, 1]);
    const { sample, verdict, codes } = await taken(sequentialRun([THREE]), [RIGHT], {
      sample: late,
    });
    assert.deepEqual([verdict, codes[0]], ['fail', 'leak']);
    assert.equal(sample.calls[0]!.sent, 3041);
  });

  it('fails at once, and shows what it failed for', async () => {
    const { sample, verdict, codes } = await taken(sequentialRun([THREE]), [WRONG, RIGHT]);
    assert.deepEqual([verdict, codes[0]], ['fail', 'evidence-against']);
    assert.equal(sample.stopped?.afterRequests, 100);
  });

  it('is everything where it was interrupted, which proves nothing', async () => {
    const { sample, verdict, codes } = await taken(sequentialRun([THREE]), [RIGHT], {
      isInterrupted: true,
    });
    assert.deepEqual([verdict, codes[0]], ['inconclusive', 'interrupted']);
    assert.equal(sample.excluded, 0);
  });

  it('is everything where it did harm before', async () => {
    const stopped = { code: 'harm', afterRequests: 200, destination: null };
    const { sample, verdict, codes } = await taken(sequentialRun([THREE]), [OPEN], { stopped });
    assert.equal(sample.stopped, stopped);
    assert.equal(verdict, 'inconclusive');
    assert.ok(codes.includes('harm'));
  });

  it('goes on to the end where nothing settles it', async () => {
    const { sample, looks, verdict, codes } = await taken(sequentialRun([THREE]), [OPEN, OPEN]);
    assert.deepEqual([looks, sample.stopped, verdict], [2, null, 'inconclusive']);
    assert.ok(codes.includes('evidence-open'), codes.join());
  });

  it('passes when all of its calls do, and fails when one of them does', async () => {
    const run = sequentialRun([THREE, THREE]);
    const [open, right] = [
      [120, 80, 0],
      [1500, 1000, 0],
    ];
    const both = await taken(run, [batch(open, right), batch(right, right)]);
    assert.deepEqual([both.looks, both.verdict], [2, 'pass']);
    const one = await taken(run, [batch(open, right), batch([90, 10, 0], open)]);
    assert.deepEqual([one.looks, one.verdict], [2, 'fail']);
  });

  it('looks at what members counted together', async () => {
    const members = [batch([750, 500, 0]), batch([750, 500, 0])];
    const run = sequentialRun([THREE]);
    for (const member of members) assert.equal((await taken(run, [member])).sample.stopped, null);
    const { sample, verdict } = await taken(run, [members.reduce(mergeCounts)]);
    assert.deepEqual([sample.stopped?.afterRequests, verdict], [2500, 'pass']);
  });

  it('does not pass where the weights changed meanwhile', async () => {
    // A third of the answers at 90/10, the others at 45/55: on average it is right.
    const order = Array.from({ length: 3000 }, (_, at) => {
      if (at < 1000) return at % 10 === 9 ? 1 : 0;
      return at % 20 < 9 ? 0 : 1;
    });
    const changed = countedBatch([
      { names: Object.keys(THREE), requests: 3000, counts: [1800, 1200, 0], order },
    ]);
    const { verdict, sample } = await taken(sequentialRun([THREE]), [changed]);
    assert.equal(verdict, 'inconclusive');
    assert.equal(sample.calls[0]!.sent, 3000);
  });

  it('tells the terminal how far the evidence has come', async () => {
    const evidence: SamplingProgress['evidence'][] = [];
    const target = targetLoadedBy(async (_plan, _calls, control) => {
      const progress: SampleProgress = {
        ...{ phase: 'sampling', elapsedMs: 1, done: 1, planned: 9, failed: 0 },
        ...{ destinations: [], p99Ms: null, remainingMs: 8 },
      };
      control.onProgress(progress);
      await control.watch!(OPEN);
      control.onProgress(progress);
      return OPEN;
    });
    await takeSequentialSample(sequentialRun([THREE]), target, PLAN, {
      onProgress: (progress) => {
        if (progress.phase === 'sampling') evidence.push(progress.evidence);
      },
    });
    assert.equal(evidence[0], undefined);
    const { forWeights } = evidence[1]!;
    assert.ok(forWeights > 0 && forWeights < 1, String(forWeights));
  });
});
