import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RunRecord } from '../../../src/record/run-record.js';
import { runRecordSchema } from '../../../src/record/run-record.js';
import { splitproof, reasonsOf } from '../../fixtures/command.js';
import { WEIGHTS_60_40, withMesh } from './greeter-runs.js';

const CALL = ['helloworld.Greeter/SayHello', '--plaintext'];
/** Room for a machine that is busy with other things. */
const TIMEOUT = { timeout: 120_000 };

/** Keeps the thread from its timers, as a machine without a processor to spare does. */
const BUSY = `
  setInterval(() => {
    const until = performance.now() + 60;
    while (performance.now() < until);
  }, 100).unref();`;
/** Lets the worker that owns connection 0 die in the middle of its sample. */
const DYING = `
  import { isMainThread, workerData } from 'node:worker_threads';
  if (!isMainThread && workerData.share.connections.includes(0)) {
    setInterval(() => {
      if (workerData.sent.sample[0] >= 10) throw new Error('out of luck');
    }, 1);
  }`;

/** Runs a command in a process that runs a module of its own first, in every thread. */
async function recordWith(
  module: string,
  words: readonly string[],
): Promise<{ status: number | null; record: RunRecord }> {
  const preload = `data:text/javascript,${encodeURIComponent(module)}`;
  const { status, stdout, stderr } = await splitproof([...words, '--format', 'json'], {
    env: { NODE_OPTIONS: `--import "${preload}"` },
  });
  assert.notEqual(stdout, '', stderr);
  return { status, record: runRecordSchema.parse(JSON.parse(stdout)) };
}

function severityOf(record: RunRecord, code: string): string | undefined {
  return record.findings.find((finding) => finding.code === code)?.severity;
}

describe('what the client says of itself', () => {
  it('client-bottleneck: no threshold on speed can be said then, the error rate can', TIMEOUT, () =>
    withMesh({ v1: 60, v2: 40 }, async ({ address }) => {
      const { status, record } = await recordWith(BUSY, [
        ...['bench', address, ...CALL, '-z', '3s', '-c', '4', '--connections', '2'],
        ...['--threshold', 'p99<60s', '--threshold', 'rate>0', '--threshold', 'error-rate<1%'],
      ]);
      assert.equal(severityOf(record, 'client-bottleneck'), 'warning');
      assert.deepEqual(
        record.thresholds.map(({ ok }) => ok),
        [null, null, true],
      );
      assert.equal(status, 3);
    }),
  );

  it('client-bottleneck: a remark beside a verdict on a split', TIMEOUT, () =>
    withMesh({ v1: 60, v2: 40 }, async ({ address }) => {
      const { status, record } = await recordWith(BUSY, [
        ...['verify', address, ...CALL, ...WEIGHTS_60_40, '-z', '3s'],
      ]);
      assert.equal(severityOf(record, 'client-bottleneck'), 'info');
      assert.equal(record.verdict, 'pass', reasonsOf(record));
      assert.equal(status, 0);
    }),
  );

  it(
    'worker-died: every request is accounted for, and nothing is proven by the rest',
    TIMEOUT,
    () =>
      withMesh({ v1: 60, v2: 40 }, async ({ address }) => {
        const { status, record } = await recordWith(DYING, [
          ...['verify', address, ...CALL, ...WEIGHTS_60_40, '--workers', '2', '-r', '2000'],
        ]);
        assert.equal(severityOf(record, 'worker-died'), 'error');
        const { sent, ok, failed, timedOut, cancelled } = record.load;
        assert.equal(sent, ok + failed + timedOut + cancelled);
        assert.ok(cancelled >= 10, String(cancelled));
        const { status: statuses } = record.calls[0]!;
        const split = record.calls[0]!.split!;
        assert.equal(split.sampled, sent);
        assert.equal(split.cancelled, cancelled);
        assert.equal(statuses.CANCELLED, cancelled);
        const perConnection = record.transport.connections.map(
          ({ observed, missing }) => Object.values(observed).reduce((a, b) => a + b, 0) + missing,
        );
        assert.equal(
          perConnection.reduce((a, b) => a + b, 0),
          sent,
        );
        assert.ok(record.transport.connections.every(({ remote }) => remote === address));
        assert.equal(record.verdict, 'inconclusive');
        assert.equal(status, 3);
      }),
  );
});
