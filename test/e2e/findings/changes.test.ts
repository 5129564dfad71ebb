import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RunRecord } from '../../../src/record/run-record.js';
import { afterServing, only, verify, WEIGHTS_60_40, withMesh } from './greeter-runs.js';

/** A run against a mesh whose weights are others once it has served so many requests. */
async function changing(
  from: Record<string, number>,
  requests: number,
  to: Record<string, number>,
  args: readonly string[],
): Promise<RunRecord> {
  const records: RunRecord[] = [];
  await withMesh(from, async (mesh) => {
    const cancel = afterServing(mesh, requests, () => {
      mesh.setWeights(to);
    });
    records.push(await verify(mesh.address, args));
    cancel();
  });
  return records[0]!;
}

describe('findings on time', () => {
  it('weights-changed-during-run: the weights are changed while the run is on', async () => {
    const { record, finding } = await only('weights-changed-during-run', () =>
      changing({ v1: 60, v2: 40 }, 6000, { v1: 35, v2: 65 }, [...WEIGHTS_60_40, '-n', '12000']),
    );
    assert.match(finding.evidence, /^before v1 (59|6\d).*; after v1 3\d/);
    assert.notEqual(record.verdict, 'pass');
  });

  it('weights-changed-during-run: the previous weights were served at first', async () => {
    const args = ['--weights', 'v1=90,v2=10', '--previous', 'v1=60,v2=40', '-n', '3000'];
    const { finding } = await only('weights-changed-during-run', () =>
      changing({ v1: 60, v2: 40 }, 300, { v1: 90, v2: 10 }, args),
    );
    assert.match(finding.summary, /^The previous weights were served until about/);
  });

  it('warm-up-drift: only the beginning is split differently', async () => {
    const { finding } = await only('warm-up-drift', () =>
      changing({ v1: 95, v2: 5 }, 600, { v1: 60, v2: 40 }, [...WEIGHTS_60_40, '-n', '12000']),
    );
    assert.match(finding.evidence, /^before v1 9/);
    assert.match(finding.advice, /warm-up/);
  });
});
