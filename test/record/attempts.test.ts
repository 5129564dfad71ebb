import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { mergeCounts } from '../../src/count/merge-counts.js';
import { merge } from '../../src/run/merge.js';
import { askedRun, countedShard, recordOfRun, saved, type Shard } from './shards.js';

const WHOLE: Shard = { v1: 1860, v2: 1240 };
const PART: Shard = { v1: 930, v2: 620 };

async function runOf(runId: string, shard: Shard, design: 'fixed' | 'sequential' = 'fixed') {
  const asked = askedRun(runId);
  const calls = asked.calls.map((call) => {
    assert.ok(call.expectation?.kind === 'split');
    return { ...call, expectation: { ...call.expectation, design } };
  });
  return saved(await recordOfRun({ ...asked, calls }, countedShard(shard)));
}

async function merged(shards: readonly Shard[], design: 'fixed' | 'sequential' = 'fixed') {
  const runs = await Promise.all(shards.map((shard, i) => runOf(`run-${i}`, shard, design)));
  return await merge(runs);
}

const codesOf = ({ findings }: { findings: { code: string }[] }) =>
  findings.map(({ code }) => code);

describe('attempts', () => {
  it('are one for a run, and for parts that had not their planned size alone', async () => {
    assert.equal((await runOf('a', WHOLE)).record.attempts, 1);
    assert.equal((await runOf('a', PART)).record.attempts, 1);
    const record = await merged([PART, PART, PART]);
    assert.equal(record.attempts, 1);
    assert.ok(!codesOf(record).includes('several-attempts'));
  });
  it('are as many as had it, and what that does to the error rate is told', async () => {
    const record = await merged([WHOLE, PART, { ...WHOLE, startMs: 1e12 }]);
    assert.equal(record.attempts, 2);
    const finding = record.findings.find(({ code }) => code === 'several-attempts')!;
    assert.match(finding.evidence, /0\.002 \(2 × alpha\) instead of 0\.001/);
  });
  it('are the same in any grouping, through files too', async () => {
    const runs = await Promise.all([WHOLE, PART, WHOLE].map((shard, i) => runOf(`r${i}`, shard)));
    const [a, b, c] = runs;
    const grouped = await merge([saved(await merge([a!, b!])), c!]);
    assert.equal(grouped.attempts, 2);
    assert.deepEqual(grouped, await merge([c!, a!, b!]));
  });
  it('are one of sequential runs, which pool and are judged again', async () => {
    const part: Shard = { v1: 540, v2: 360 };
    assert.equal((await runOf('a', part, 'sequential')).record.verdict, 'inconclusive');
    const record = await merged([part, part, part], 'sequential');
    assert.deepEqual([record.attempts, record.verdict], [1, 'pass']);
    assert.equal((await merged([WHOLE, WHOLE], 'sequential')).attempts, 1);
  });
  it('is not what threads of one run are', async () => {
    const asked = askedRun('a');
    const counted = [countedShard(PART), countedShard(PART)].reduce(mergeCounts);
    assert.equal((await recordOfRun(asked, counted)).attempts, 1);
  });
});
