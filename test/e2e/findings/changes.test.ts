import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { afterServing, only, verify, WEIGHTS_60_40, withMesh } from './greeter-runs.js';

describe('findings on time', () => {
  it('weights-changed-during-run: the weights are changed while the run is on', async () => {
    await withMesh({ v1: 60, v2: 40 }, async (mesh) => {
      const cancel = afterServing(mesh, 6000, () => {
        mesh.setWeights({ v1: 35, v2: 65 });
      });
      const record = await verify(mesh.address, [...WEIGHTS_60_40, '-n', '12000']);
      cancel();
      const finding = only(record, 'weights-changed-during-run');
      assert.match(finding.evidence, /^before v1 (59|6\d).*; after v1 3\d/);
      assert.notEqual(record.verdict, 'pass');
    });
  });

  it('weights-changed-during-run: the previous weights were served at first', async () => {
    await withMesh({ v1: 60, v2: 40 }, async (mesh) => {
      const cancel = afterServing(mesh, 300, () => {
        mesh.setWeights({ v1: 90, v2: 10 });
      });
      const args = ['--weights', 'v1=90,v2=10', '--previous', 'v1=60,v2=40', '-n', '3000'];
      const finding = only(await verify(mesh.address, args), 'weights-changed-during-run');
      cancel();
      assert.match(finding.summary, /^The previous weights were served until about/);
    });
  });

  it('warm-up-drift: only the beginning is split differently', async () => {
    await withMesh({ v1: 95, v2: 5 }, async (mesh) => {
      const cancel = afterServing(mesh, 600, () => {
        mesh.setWeights({ v1: 60, v2: 40 });
      });
      const record = await verify(mesh.address, [...WEIGHTS_60_40, '-n', '12000']);
      cancel();
      const finding = only(record, 'warm-up-drift');
      assert.match(finding.evidence, /^before v1 9/);
      assert.match(finding.advice, /warm-up/);
    });
  });
});
