import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { InputError } from '../../src/input-error.js';
import { merge } from '../../src/run/merge.js';
import { saved, savedShard, START_MS } from '../record/shards.js';

const RULE = { alpha: 0.001, power: 0.99, seed: 1, thresholds: ['p99{v2}<1.2x{v1}'] };
const COMPARED = { ...RULE, compared: { candidate: 'v2', baseline: 'v1' } };
const DAY_MS = 86_400_000;

describe('merging runs that compare versions', () => {
  it('compares over the blocks of all, through files', async () => {
    const shards = await Promise.all(
      ['a', 'b', 'c'].map((id, day) =>
        savedShard(
          id,
          { v1: 7200, v2: 4800, startMs: START_MS + day * DAY_MS },
          { rule: COMPARED },
        ),
      ),
    );
    // Alone each has 48 of the 100 exceedances that p99 takes.
    for (const { record } of shards) {
      assert.equal(record.comparisons[0]!.latency!.quantile, 0.9);
      assert.equal(record.thresholds[0]!.ok, null);
    }
    const record = await merge(shards);
    const [compared, threshold] = record.comparisons;
    assert.deepEqual(compared!.answers, { candidate: 14_400, baseline: 21_600 });
    assert.equal(compared!.exceedancesExpected, 144);
    assert.equal(compared!.latency!.quantile, 0.99);
    // 36 seconds with requests, by twos: at most 30 blocks.
    assert.deepEqual([compared!.blocks, compared!.blockSeconds], [18, 2]);
    assert.equal(compared!.verdict, 'pass');
    assert.equal(threshold!.expression, 'p99{v2}<1.2x{v1}');
    assert.equal(record.thresholds[0]!.ok, true);
    assert.deepEqual(
      JSON.parse(JSON.stringify(saved(record).record.comparisons)),
      JSON.parse(JSON.stringify(record.comparisons)),
    );
  });

  it('refuses runs that compare others', async () => {
    const shard = { v1: 60, v2: 40 };
    const runs = [
      await savedShard('a', shard, { rule: COMPARED }),
      await savedShard('b', shard, { rule: { ...RULE, compared: null } }),
    ];
    await assert.rejects(
      merge(runs),
      (error) => error instanceof InputError && error.message.includes('another comparison'),
    );
  });
});
