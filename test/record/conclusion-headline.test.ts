import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Asked } from '../../src/record/asked.js';
import type { RunRecord } from '../../src/record/run-record.js';
import { askedCall, askedRun, countedShard, recordOfRun } from './shards.js';

const RIGHT = countedShard({ v1: 1870, v2: 1219 });
const rule = (...thresholds: string[]): Partial<Asked> => ({
  rule: { alpha: 0.001, power: 0.99, seed: 1, thresholds, compared: null },
});

function headline({ verdict, reasons }: RunRecord): string {
  return `${verdict}: ${reasons[0]?.text ?? ''}`;
}

describe('the headline of a verdict', () => {
  it('names the threshold that was not kept, and the split that follows comes after', async () => {
    const record = await recordOfRun(askedRun('one', rule('p50<0.5ms', 'p99<1s')), RIGHT);
    assert.equal(headline(record), 'fail: p50 is 1 ms, the threshold is 0.5 ms.');
    assert.match(record.reasons[1]!.text, /^The traffic follows the weights/);
  });

  it('names the threshold that cannot be said', async () => {
    const record = await recordOfRun(askedRun('one', rule('p99{v3}<1s')), RIGHT);
    assert.equal(
      headline(record),
      "inconclusive: p99 of 'v3' was not measured, and the threshold is 1000 ms.",
    );
  });

  it('names the call that failed, wherever it stands', async () => {
    const counted = countedShard({ v1: 1870, v2: 1219 });
    const wrong = countedShard({ v1: 1540, v2: 1549 });
    const [call] = askedCall({}).calls;
    const both = {
      ...counted,
      calls: [...counted.calls, ...wrong.calls],
      connections: counted.connections.map((connection, index) => ({
        ...connection,
        byCall: [...connection.byCall, ...(wrong.connections[index]?.byCall ?? [])],
      })),
    };
    const record = await recordOfRun(askedRun('one', { calls: [call!, call!] }), both);
    assert.match(headline(record), /^fail: The traffic does not follow the weights/);
    assert.match(record.reasons[1]!.text, /^The traffic follows the weights/);
  });
});

describe('the p-value that decided', () => {
  it('is that of the test shown, or says why it is not', async () => {
    const decidedBy = async (failed: number) => {
      const counted = countedShard({ v1: 1870, v2: 1219, failed });
      const { test } = (await recordOfRun(askedRun('one'), counted)).calls[0]!.split!;
      return [test!.decidedBy, test!.decidingPValue > test!.pValue];
    };
    assert.deepEqual(await decidedBy(0), ['as-shown', false]);
    assert.deepEqual(await decidedBy(3), ['missing-answers', true]);
  });
});
