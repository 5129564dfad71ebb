import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RunRecord } from '../../../src/record/run-record.js';
import { reasonsOf } from '../../fixtures/command.js';
import { codesOf, readable, verify, withMesh } from './greeter-runs.js';

const WEIGHTS_90_10 = ['--weights', 'v1=90,v2=10'];

/** Runs against a mesh of 90/10 in which v2 fails a part of its calls, and says who it is or does not. */
async function withFailures(
  rate: number,
  isNamed: boolean,
  args: readonly string[],
  check: (record: RunRecord) => void,
): Promise<void> {
  await withMesh({ v1: 90, v2: 10 }, async (mesh) => {
    mesh.setFault('v2', { kind: 'errors', rate, isNamed });
    check(await verify(mesh.address, [...WEIGHTS_90_10, ...args]));
  });
}

describe('a canary that fails its own calls', () => {
  it('fails and is named, where its errors say who they are', async () => {
    await withFailures(0.2, true, [], (record) => {
      assert.equal(record.verdict, 'fail', reasonsOf(record));
      assert.match(record.reasons[0]!.text, /^\d+ of \d+ answers of 'v2' failed/);
      const [v1, v2] = record.calls[0]!.split!.destinations;
      assert.ok(v2!.failed > 7 && v2!.errors!.pValue < 0.0005);
      assert.deepEqual([v1!.failed, v1!.errors!.pValue], [0, 1]);
      assert.ok(codesOf(record).includes('errors-concentrated'));
    });
  });

  it('never passes where its errors say nothing, and how to learn who failed is told', async () => {
    await withFailures(0.12, false, [], (record) => {
      assert.equal(record.verdict, 'inconclusive', reasonsOf(record));
      assert.match(reasonsOf(record), /errors-unattributed/);
      const finding = record.findings.find(({ code }) => code === 'errors-unattributed');
      assert.match(readable(finding!).advice, /--instrument.*--identity access-log:-/s);
    });
  });

  it('is failed by its share of OK answers, where all of its errors would be allowed', async () => {
    await withFailures(0.9, false, ['--max-error-rate', '20%'], (record) => {
      assert.equal(record.verdict, 'fail', reasonsOf(record));
      assert.match(reasonsOf(record), /destination-failing/);
      const finding = record.findings.find(({ code }) => code === 'destination-failing');
      assert.match(readable(finding!).summary, /'v2'/);
    });
  });

  it('breaks a threshold of its own error rate alone, and the headline says so', async () => {
    const args = ['--max-error-rate', '50%', '--threshold', 'error-rate{v2}<1%'];
    await withFailures(0.2, true, args, (record) => {
      assert.equal(record.verdict, 'fail', reasonsOf(record));
      assert.match(
        record.reasons[0]!.text,
        /^The error rate of 'v2' is [\d.]+ %, the threshold is 1 %\.$/,
      );
      assert.equal(record.thresholds[0]!.ok, false);
    });
  });

  it('fails with 9 % of errors of its own, less than 1 % of all', async () => {
    await withFailures(0.09, true, ['-n', '6000'], (record) => {
      assert.equal(record.verdict, 'fail', reasonsOf(record));
      assert.match(record.reasons[0]!.text, /^\d+ of \d+ answers of 'v2' failed/);
      assert.equal(record.reasons.length, 1, reasonsOf(record));
    });
  });

  it('is the one named where its errors say nothing, and as many would be allowed of all', async () => {
    await withFailures(0.09, false, ['-n', '6000'], (record) => {
      assert.equal(record.verdict, 'inconclusive', reasonsOf(record));
      assert.match(reasonsOf(record), /errors-unattributed: .*'v2'/);
      assert.doesNotMatch(reasonsOf(record), /'v1'/);
    });
  });

  it('fails and is named where its errors say nothing, and are most of its answers', async () => {
    await withFailures(0.75, false, ['-n', '6000'], (record) => {
      assert.equal(record.verdict, 'fail', reasonsOf(record));
      assert.match(reasonsOf(record), /destination-failing: 'v2'/);
      const finding = record.findings.find(({ code }) => code === 'destination-failing');
      assert.match(readable(finding!).summary, /'v2'/);
    });
  });
});
