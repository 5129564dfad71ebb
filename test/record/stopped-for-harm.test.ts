import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Counted, UnsentCause } from '../../src/count/counted.js';
import { askedRun, countedShard, recordOfRun } from './shards.js';

/** Counts that pass by themselves. */
const RIGHT = countedShard({ v1: 1870, v2: 1219 });
const HARM: Counted['stopped'] = { code: 'harm', afterRequests: 3089, destination: 'v2' };

function withUnsent(counted: Counted, unsent: [UnsentCause, number][]): Counted {
  const calls = counted.calls.map((call) => ({ ...call, unsent: new Map(unsent) }));
  return { ...counted, calls };
}

describe('a run that was stopped for harm', () => {
  it('does not pass, whatever its counts say', async () => {
    assert.equal((await recordOfRun(askedRun('run'), RIGHT)).verdict, 'pass');
    const record = await recordOfRun(askedRun('run'), { ...RIGHT, stopped: HARM });
    assert.equal(record.verdict, 'inconclusive');
    assert.deepEqual(record.stopped, HARM);
    assert.match(record.reasons[0]!.text, /v2 answered nothing but errors 20 times in a row/);
  });

  it('does not count as an error what was not sent', async () => {
    const counted = withUnsent({ ...RIGHT, stopped: HARM }, [['stopped', 500]]);
    const { verdict, reasons, findings } = await recordOfRun(askedRun('run'), counted);
    assert.equal(verdict, 'inconclusive');
    assert.ok(!reasons.some(({ code }) => code.includes('error')), JSON.stringify(reasons));
    const codes = findings.map(({ code }) => code);
    assert.ok(codes.includes('stopped-for-harm') && !codes.includes('load-cut-short'));
  });

  it('fails where what was seen proves that it is broken', async () => {
    const counted = countedShard({ v1: 30, v2: 20, failed: 60 });
    const stopped = { code: 'harm', afterRequests: 110, destination: null };
    const { verdict, reasons } = await recordOfRun(
      askedRun('run'),
      withUnsent({ ...counted, stopped }, [['stopped', 2979]]),
    );
    assert.equal(verdict, 'fail');
    assert.match(reasons[0]!.text, /failed/);
  });
});
