import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Counted, ProbeCounts } from '../../src/count/counted.js';
import { nothingCounted } from '../../src/count/nothing-counted.js';
import { probeConnections, refusalToProbe } from '../../src/run/probe.js';
import { countedBatch, PLAN, preparedRun, targetLoadedBy } from './prepared-run.js';

const WEIGHTS = { v1: 90, v2: 10 };
const NAMES = Object.keys(WEIGHTS);

/** A sample that v1 gave all answers of, over too few connections to tell why. */
const ONE_DESTINATION = countedBatch([{ names: NAMES, requests: 1287, counts: [1287, 0] }]);

/** A batch of connections of one request each: all answered by v1 but for `lost`. */
function batchOf(requests: number, lost = 0): Counted {
  if (requests === 0) return nothingCounted();
  const counts = [requests - lost, 0];
  return countedBatch([{ names: NAMES, requests, counts }], requests);
}

async function probed(
  load: (requests: number) => Counted,
  sample = ONE_DESTINATION,
  weights: Readonly<Record<string, number>> = WEIGHTS,
  signal = new AbortController().signal,
): Promise<{ probe: ProbeCounts | null; batches: number[]; notes: string[] }> {
  const batches: number[] = [];
  const notes: string[] = [];
  const target = targetLoadedBy(({ requests, connections, concurrency }) => {
    assert.equal(connections, requests, 'one request each');
    assert.equal(concurrency, requests);
    batches.push(requests!);
    return Promise.resolve(load(requests!));
  });
  const run = preparedRun([weights], [1287]);
  const { calls } = await probeConnections(run, target, PLAN, sample, null, {
    signal,
    onNote: (note) => notes.push(note),
  });
  return { probe: calls[0]!.probe, batches, notes };
}

describe('connections of one request each', () => {
  it('are opened some at a time where one destination gave all answers', async () => {
    const { probe, batches } = await probed((requests) => batchOf(requests, 1));
    // ⌈ln(0.0005) / ln 0.9⌉
    assert.deepEqual(batches, [64, 9]);
    assert.deepEqual(probe, { connections: 73, observed: [71, 0], missing: 2 });
  });

  it('are not opened where two answered', async () => {
    const both = countedBatch([{ names: NAMES, requests: 1287, counts: [1160, 127] }]);
    const { probe, batches } = await probed(batchOf, both);
    assert.equal(probe, null);
    assert.deepEqual(batches, []);
  });

  it('are not opened after an interruption', async () => {
    const { batches } = await probed(batchOf, { ...ONE_DESTINATION, isInterrupted: true });
    assert.deepEqual(batches, []);
  });

  it('are not opened by the thousand: the number is said instead', async () => {
    const weights = { v1: 995, v2: 5 };
    const sample = countedBatch([{ names: NAMES, requests: 1000, counts: [1000, 0] }]);
    const { probe, batches, notes } = await probed(batchOf, sample, weights);
    assert.equal(probe, null);
    assert.deepEqual(batches, []);
    assert.match(notes.join(), /1,517 connections of one request each/);
  });

  it('end with an interruption, and where nothing can be sent', async () => {
    const stop = new AbortController();
    const stopping = (requests: number): Counted => {
      stop.abort();
      return batchOf(requests);
    };
    const first = await probed(stopping, ONE_DESTINATION, WEIGHTS, stop.signal);
    assert.equal(first.probe!.connections, 64);
    const none = await probed(() => batchOf(0));
    assert.equal(none.probe!.connections, 0);
    assert.deepEqual(none.batches, [64]);
  });

  it('are not opened by the thousands', () => {
    assert.equal(refusalToProbe(757), null);
    assert.match(refusalToProbe(7597) ?? '', /7,597 connections of one request each/);
  });
});
